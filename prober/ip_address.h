// An IPv4 or IPv6 address as a value. The gateway's comes from the root-owned configuration or from
// the kernel's routes, a reply's sender from the kernel; the type itself carries no trust.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
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
  // fe80::/10: means something on one interface only (RFC 4007).
  bool is_link_local() const;
  // False for the unspecified address, for broadcast and multicast.
  bool names_one_host() const;
  // A link-local address on the interface with this index; any other address is returned as it is.
  IpAddress OnInterface(std::uint32_t index) const;
  // Without interface: its index means nothing to a reader.
  std::string ToString() const;
  // With port 0. Returns the length that the kernel wants beside it.
  socklen_t ToSocket(sockaddr_storage& address) const;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  IpAddress() = default;

  IpVersion version_ = IpVersion::kIpv4;
  std::array<std::byte, sizeof(in6_addr)> bytes_{};  // IPv4: the first four
  std::uint32_t scope_ = 0;                          // an interface's index; 0 but for link-local
};

}  // namespace failover
