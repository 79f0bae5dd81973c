// `failoverctl history [TUNNEL]`: the audit log of the past as a time line and a table. Reads the log,
// so it runs as root or as a member of group adm.
#pragma once

#include "ctl/history.h"
#include "ctl/json.h"
#include "ctl/world.h"

namespace failover {

// `tunnel`: the UUID of the only one to be shown; empty: all.
std::string Describe(
    const History& history, const std::string& tunnel, std::time_t now, const Terminal& terminal);
Json ToJson(const History& history, const std::string& tunnel, std::time_t now);

Outcome ShowHistory(const World& world);

}  // namespace failover
