// Whole packets over a SOCK_SEQPACKET Unix socket, unix(7). The kernel keeps the boundaries, so
// there is no framing here. What is received is untrusted; descriptors that a peer passes are
// dropped by the kernel because no room is offered for them.
#pragma once

#include <sys/un.h>

#include <span>
#include <string_view>

#include "common/error.h"

namespace failover {

inline constexpr std::size_t kMaxPacket = std::size_t{16} * 1024;  // bytes

enum class ReceiveError {
  kWouldBlock,   // nothing to read now
  kClosed,       // end of file, an empty packet, or the connection failed
  kTooLarge,     // longer than the buffer; the rest is lost
  kControlData,  // the peer sent descriptors or other ancillary data
};

enum class SendResult { kSent, kWouldBlock, kClosed };

// One packet from a non-blocking socket into `buffer` (at least kMaxPacket bytes). The result
// points into the buffer.
std::expected<std::string_view, ReceiveError> ReceivePacket(int fd, std::span<char> buffer);

// One packet; never blocks, never raises SIGPIPE.
SendResult SendPacket(int fd, std::string_view packet);

// Fails if the path is empty or longer than sun_path holds (107 bytes).
std::expected<sockaddr_un, Error> UnixAddress(const std::string& path);

}  // namespace failover
