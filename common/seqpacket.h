// Whole packets over a SOCK_SEQPACKET Unix socket, unix(7). The kernel keeps the boundaries, so
// there is no framing here. What is received is untrusted; descriptors that a peer passes are
// dropped by the kernel because no room is offered for them.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <span>

#include "common/error.h"

namespace failover {

inline constexpr std::size_t kMaxPacket = std::size_t{16} * 1024;  // bytes

enum class ReceiveError {
  kWouldBlock,   // nothing to read now
  kClosed,       // end of file, an empty packet, or the connection failed
  kTooLarge,     // longer than the buffer; the rest is lost
  kControlData,  // the peer sent descriptors or other ancillary data
};

// One packet from a non-blocking socket into `buffer` (at least kMaxPacket bytes). The result
// points into the buffer.
inline std::expected<std::string_view, ReceiveError> ReceivePacket(int fd, std::span<char> buffer) {
  iovec piece{.iov_base = buffer.data(), .iov_len = buffer.size()};
  msghdr message{.msg_iov = &piece, .msg_iovlen = 1};
  const ssize_t size = recvmsg(fd, &message, MSG_DONTWAIT);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return std::unexpected(ReceiveError::kWouldBlock);
  if ((message.msg_flags & MSG_CTRUNC) != 0) return std::unexpected(ReceiveError::kControlData);
  if (size <= 0) return std::unexpected(ReceiveError::kClosed);
  if ((message.msg_flags & MSG_TRUNC) != 0) return std::unexpected(ReceiveError::kTooLarge);
  return std::string_view(buffer.data(), static_cast<std::size_t>(size));
}

// One packet; never blocks, never raises SIGPIPE. False: it was not taken, because the socket is full
// or its other end is gone; the latter is told by ReceivePacket().
inline bool SendPacket(int fd, std::string_view packet) {
  return send(fd, packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

// Fails if the path is empty or longer than sun_path holds (107 bytes).
inline std::expected<sockaddr_un, Error> UnixAddress(const std::string& path) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  const bool fits = !path.empty() && path.size() < sizeof(address.sun_path);
  if (!fits) return Fail(path + ": a socket's path has 1 to 107 bytes; choose a shorter one");
  path.copy(address.sun_path, path.size());
  return address;
}

}  // namespace failover
