#include "common/seqpacket.h"

#include <sys/socket.h>

namespace failover {

std::expected<std::string_view, ReceiveError> ReceivePacket(int fd, std::span<char> buffer) {
  iovec piece{.iov_base = buffer.data(), .iov_len = buffer.size()};
  msghdr message{.msg_iov = &piece, .msg_iovlen = 1};
  const ssize_t size = recvmsg(fd, &message, MSG_DONTWAIT);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return std::unexpected(ReceiveError::kWouldBlock);
  if ((message.msg_flags & MSG_CTRUNC) != 0) return std::unexpected(ReceiveError::kControlData);
  if (size <= 0) return std::unexpected(ReceiveError::kClosed);
  if ((message.msg_flags & MSG_TRUNC) != 0) return std::unexpected(ReceiveError::kTooLarge);
  return std::string_view(buffer.data(), static_cast<std::size_t>(size));
}

SendResult SendPacket(int fd, std::string_view packet) {
  const ssize_t size = send(fd, packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (size >= 0) return SendResult::kSent;
  // ENOBUFS: the kernel is short of memory for a moment; the packet is still ours to send.
  const bool later = errno == EAGAIN || errno == EINTR || errno == ENOBUFS;
  return later ? SendResult::kWouldBlock : SendResult::kClosed;
}

std::expected<sockaddr_un, Error> UnixAddress(const std::string& path) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  if (path.empty() || path.size() >= sizeof(address.sun_path)) {
    return Fail(path + ": a socket's path has 1 to 107 bytes; choose a shorter one");
  }
  path.copy(address.sun_path, path.size());
  return address;
}

}  // namespace failover
