// The raw socket for ICMP and ICMPv6 echo, and the only file that opens one. Open() raises
// CAP_NET_RAW for the one system call that needs it. What is received is untrusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>

#include "common/error.h"
#include "common/unique_fd.h"
#include "prober/echo_probe.h"
#include "prober/ip_address.h"

namespace failover {

struct ReceivedDatagram {
  std::optional<IpAddress> sender;
  std::span<const std::byte> bytes;  // of the caller's buffer
  std::optional<RealTime> stamp;     // when the kernel received it
};

class RawSocket {
 public:
  // Non-blocking. The kernel drops everything but echo replies with this identifier.
  static std::expected<RawSocket, Error> Open(IpVersion version, std::uint16_t identifier);

  std::expected<void, Error> Send(const IpAddress& to, std::span<const std::byte> message);
  // Nothing when nothing is waiting. What is longer than the buffer is cut, and so no reply of
  // ours.
  std::optional<ReceivedDatagram> Receive(std::span<std::byte> buffer);

  int fd() const { return fd_.get(); }

 private:
  explicit RawSocket(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

}  // namespace failover
