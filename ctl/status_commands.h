// The commands that only read the status socket: status, explain, check, names. Run as anybody in
// group failover-status.
#pragma once

#include "ctl/world.h"

namespace failover {

Outcome ShowStatus(const World& world);
Outcome ShowExplanation(const World& world);
Outcome ShowCheck(const World& world);
Outcome ShowNames(const World& world);

}  // namespace failover
