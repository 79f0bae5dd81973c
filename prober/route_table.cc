#include "prober/route_table.h"

#include <net/if.h>
#include <net/route.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

namespace failover {
namespace {

struct DefaultRoute {
  std::uint32_t metric = 0;
  std::optional<IpAddress> gateway;  // none: a point-to-point link, or a gateway of the other version
  std::string interface;
};
using Fields = std::vector<std::string_view>;

template <typename Value>
std::optional<Value> Number(std::string_view text, int base) {
  Value value{};
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, value, base);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

Fields Split(std::string_view line) {
  constexpr std::string_view kBlank = " \t";
  Fields fields;
  for (std::size_t at = line.find_first_not_of(kBlank); at != line.npos;) {
    const std::size_t end = std::min(line.find_first_of(kBlank, at), line.size());
    fields.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(kBlank, end);
  }
  return fields;
}

bool IsUsable(std::uint32_t flags) { return (flags & RTF_UP) != 0 && (flags & RTF_REJECT) == 0; }

template <typename SocketAddress>
std::optional<IpAddress> ToAddress(const SocketAddress& from) {
  sockaddr_storage storage{};
  std::memcpy(&storage, &from, sizeof(from));
  const auto address = IpAddress::FromSocket(storage);
  return address && address->names_one_host() ? address : std::nullopt;
}

std::optional<DefaultRoute> ReadIpv4(const Fields& fields) {
  if (fields.size() != 11) return std::nullopt;
  const auto destination = Number<std::uint32_t>(fields[1], 16);
  const auto gateway = Number<std::uint32_t>(fields[2], 16);
  const auto flags = Number<std::uint32_t>(fields[3], 16);
  const auto metric = Number<std::int64_t>(fields[6], 10);  // older kernels print it signed
  const auto mask = Number<std::uint32_t>(fields[7], 16);
  constexpr std::string_view kNowhere = "*";  // an interface's place in a blackhole
  if (destination != 0U || mask != 0U || fields[0] == kNowhere) return std::nullopt;
  if (!gateway || !metric || !flags || !IsUsable(*flags)) return std::nullopt;
  DefaultRoute route{.metric = static_cast<std::uint32_t>(*metric), .gateway = {}, .interface = {}};
  route.interface = fields[0];
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = *gateway;
  if ((*flags & RTF_GATEWAY) != 0) route.gateway = ToAddress(address);
  return route;
}

std::optional<in6_addr> Ipv6Address(std::string_view hex) {
  in6_addr address{};
  if (hex.size() != 2 * sizeof(address)) return std::nullopt;
  for (std::size_t i = 0; i < sizeof(address); ++i) {
    const auto byte = Number<std::uint8_t>(hex.substr(2 * i, 2), 16);
    if (!byte) return std::nullopt;
    address.s6_addr[i] = *byte;
  }
  return address;
}

std::optional<DefaultRoute> ReadIpv6(const Fields& fields) {
  constexpr std::string_view kEverywhere = "00";  // a prefix length
  if (fields.size() != 10 || fields[1] != kEverywhere || fields[3] != kEverywhere) return std::nullopt;
  const auto gateway = Ipv6Address(fields[4]);
  const auto metric = Number<std::uint32_t>(fields[5], 16);
  const auto flags = Number<std::uint32_t>(fields[8], 16);
  if (!gateway || !metric || !flags || !IsUsable(*flags)) return std::nullopt;
  DefaultRoute route{.metric = *metric, .gateway = {}, .interface = std::string(fields[9])};
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = *gateway;
  if ((*flags & RTF_GATEWAY) != 0) route.gateway = ToAddress(address);
  return route;
}

std::expected<std::vector<GatewayAddress>, Error> Choose(
    const std::vector<DefaultRoute>& routes, const std::string& version) {
  const auto lowest = std::ranges::min_element(routes, {}, &DefaultRoute::metric);
  if (lowest == routes.end()) return Fail("no default route of " + version);
  std::vector<GatewayAddress> gateways;
  for (const DefaultRoute& route : routes) {
    if (route.metric != lowest->metric || !route.gateway || gateways.size() == kMaxGateways) continue;
    GatewayAddress gateway{.address = *route.gateway, .interface = {}};
    if (gateway.address.is_link_local()) gateway.interface = route.interface;
    if (std::ranges::find(gateways, gateway) == gateways.end()) gateways.push_back(gateway);
  }
  if (gateways.empty()) {
    return Fail("the default route of " + version + " by " + lowest->interface + " names no gateway");
  }
  return gateways;
}

template <typename Read>
std::vector<DefaultRoute> ReadLines(std::string_view table, Read read) {
  std::vector<DefaultRoute> routes;
  while (!table.empty()) {
    const std::size_t end = table.find('\n');
    auto route = read(Split(table.substr(0, end)));
    const bool named = route && route->interface.size() < IF_NAMESIZE;
    if (named) routes.push_back(*std::move(route));
    table.remove_prefix(end == table.npos ? table.size() : end + 1);
  }
  return routes;
}

}  // namespace

std::expected<std::vector<GatewayAddress>, Error> ParseIpv4Routes(std::string_view table) {
  return Choose(ReadLines(table, ReadIpv4), "IPv4");
}

std::expected<std::vector<GatewayAddress>, Error> ParseIpv6Routes(std::string_view table) {
  return Choose(ReadLines(table, ReadIpv6), "IPv6");
}

}  // namespace failover
