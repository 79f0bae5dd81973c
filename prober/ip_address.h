// An IPv4 or IPv6 address as a value. The gateway's comes from the root-owned configuration, a
// reply's sender from the kernel; the type itself carries no trust.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>

namespace failover {

enum class IpVersion { kIpv4, kIpv6 };

class IpAddress {
 public:
  // A literal without zone; nothing else.
  static std::optional<IpAddress> Parse(const std::string& text);
  // Nothing for an address family that is neither of the two.
  static std::optional<IpAddress> FromSocket(const sockaddr_storage& address);

  IpVersion version() const { return version_; }
  std::string ToString() const;
  // With port 0. Returns the length that the kernel wants beside it.
  socklen_t ToSocket(sockaddr_storage& address) const;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  IpAddress() = default;

  IpVersion version_ = IpVersion::kIpv4;
  std::array<std::byte, sizeof(in6_addr)> bytes_{};  // IPv4: the first four
};

}  // namespace failover
