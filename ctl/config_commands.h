// `failoverctl config check FILE` and `config example`. Run as whoever may read the file.
#pragma once

#include "ctl/world.h"

namespace failover {

// Prints faults and warnings; exit status 0 or kExitBadConfig. What only the prober's user can see
// (token files) is not looked at: `failoverctl doctor` does.
Outcome CheckConfig(const World& world);

Outcome PrintExample(const World& world);

}  // namespace failover
