#include "prober/default_gateways.h"

#include <array>
#include <fstream>

#include "prober/route_table.h"

namespace failover {
namespace {

// 8,000 routes. A router with more would have us read them all each interval.
constexpr std::size_t kMaxTable = std::size_t{1024} * 1024;  // bytes

std::expected<std::string, Error> ReadTable(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return FailErrno(path);
  std::string text;
  std::array<char, 16384> piece{};
  while (file.read(piece.data(), piece.size()) || file.gcount() > 0) {
    text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
    if (text.size() <= kMaxTable) continue;
    return Fail(path + ": longer than " + std::to_string(kMaxTable) + " bytes; write the gateway's address");
  }
  if (file.bad()) return FailErrno(path);
  return text;
}

}  // namespace

std::expected<std::vector<GatewayAddress>, Error> ReadDefaultGateways(const RouteFiles& files) {
  const auto ipv4 = ReadTable(files.ipv4);
  const auto ipv6 = ReadTable(files.ipv6);  // not there in a kernel without IPv6
  const auto v4 = ipv4 ? ParseIpv4Routes(*ipv4) : std::unexpected(ipv4.error());
  const auto v6 = ipv6 ? ParseIpv6Routes(*ipv6) : std::unexpected(ipv6.error());
  if (!v4 && !v6) return Fail(v4.error().message + "; " + v6.error().message);
  auto gateways = v4.value_or(std::vector<GatewayAddress>{});
  for (const GatewayAddress& gateway : v6.value_or(std::vector<GatewayAddress>{})) {
    if (gateways.size() < kMaxGateways) gateways.push_back(gateway);
  }
  return gateways;
}

}  // namespace failover
