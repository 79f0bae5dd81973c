// The kernel's routes, as /proc/net/route and /proc/net/ipv6_route print them: to the gateways of
// the default routes. Pure. A line that has not the form below is left out.
#pragma once

#include <expected>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "prober/gateway_address.h"

namespace failover {

// The gateways of the default routes with the lowest metric: more than one where the kernel may take
// any of them. An Error says why there is none. Left out: routes that are down or lead nowhere, and
// routes for some sources only.
//
// Fields of a line (net/ipv4/fib_trie.c in Linux): interface, destination, gateway, flags, reference
// count, use, metric, mask, MTU, window, round trip. Addresses and flags are hex, addresses in the
// host's byte order; the metric is decimal.
std::expected<std::vector<GatewayAddress>, Error> ParseIpv4Routes(std::string_view table);

// Fields of a line (net/ipv6/route.c in Linux): destination, its prefix length, source, its prefix length,
// gateway, metric, reference count, use, flags, interface. All hex, addresses in network order. The
// routes of all tables are among them, and nothing says which are of the main one.
std::expected<std::vector<GatewayAddress>, Error> ParseIpv6Routes(std::string_view table);

}  // namespace failover
