// `failoverctl config check FILE` and `config example`. Run as whoever may read the file.
#pragma once

#include "ctl/world.h"

namespace failover {

// Prints the faults and warnings that failover-prober finds; exit status 0 or kExitBadConfig. As root
// the prober reads the file as its own user, as the daemon does.
Outcome CheckConfig(const World& world);

Outcome PrintExample(const World& world);

}  // namespace failover
