// The gateways of this host's default routes, read from the kernel's files each time they are asked
// for. Without privilege, without a command, without a netlink socket: the unit allows none.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "common/error.h"
#include "prober/gateway_address.h"

namespace failover {

// A unit with ProcSubset=pid has no /proc/net; the process's own stays.
struct RouteFiles {
  std::string ipv4 = "/proc/self/net/route";
  std::string ipv6 = "/proc/self/net/ipv6_route";
};

// Of each IP version those with the lowest metric, at most kMaxGateways. An Error says for both
// versions why there is none.
std::expected<std::vector<GatewayAddress>, Error> ReadDefaultGateways(const RouteFiles& files = {});

}  // namespace failover
