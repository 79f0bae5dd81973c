// `failoverctl pause` and `resume`: orders that the supervisor takes from a directory of root's. They
// work with the prober dead. Run as root.
#pragma once

#include "ctl/world.h"

namespace failover {

Outcome Pause(const World& world);
Outcome Resume(const World& world);

// The tunnel that options.tunnel names, by the configuration file; if that cannot be read, by the
// status. An order may only name a tunnel that is configured.
std::expected<NamedTunnel, Failure> ConfiguredTunnel(const World& world);

// The directory, or why this user has no access to it, and with which command there is.
std::expected<OrderDirectory, Failure> OpenOrders(const World& world);

}  // namespace failover
