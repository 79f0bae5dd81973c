// Whom to ping: an address as the configuration or a route names it, of link-local IPv6 with its
// interface. By the interface's name, because its index changes when it is made anew.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <vector>

#include "common/error.h"
#include "prober/ip_address.h"

namespace failover {

inline constexpr std::size_t kMaxGateways = 8;

struct GatewayAddress {
  IpAddress address;      // without interface
  std::string interface;  // of link-local IPv6; empty otherwise

  // "192.168.1.1", "2001:db8::1", "fe80::1%eth0". An Error is "is ...; REMEDY", without the text.
  static std::expected<GatewayAddress, Error> Parse(const std::string& text);

  std::string ToString() const;
  // As the kernel wants it: with the index that the interface has now. Fails if there is none.
  std::expected<IpAddress, Error> Resolve() const;

  friend bool operator==(const GatewayAddress&, const GatewayAddress&) = default;
};

// "192.168.1.1, fe80::1%eth0"
std::string Join(const std::vector<GatewayAddress>& addresses);

// Where the addresses to ping come from.
enum class GatewaySource { kUnchecked, kConfigured, kDefaultRoute };

struct GatewayChoice {
  GatewaySource source = GatewaySource::kUnchecked;
  std::vector<GatewayAddress> addresses;  // kConfigured: any one that answers is enough

  // "not checked", "auto", or the addresses.
  std::string ToString() const;

  friend bool operator==(const GatewayChoice&, const GatewayChoice&) = default;
};

}  // namespace failover
