// `failoverctl reload`: asks systemd to reload both daemons, and waits until both have the file in
// force. Runs as root, or as whom systemd lets reload the unit.
#pragma once

#include <string>

#include "ctl/world.h"

namespace failover {

enum class ReloadState { kWaiting, kInForce, kRefused };

// `digest`: of the file, as LoadConfig() has it; empty if this user may not read it, then both sides must
// have the same one, loaded since the reload began `elapsed` ago. Pure.
ReloadState JudgeReload(
    const status::Status& status, const std::string& digest, std::chrono::nanoseconds elapsed);

Outcome Reload(const World& world);

}  // namespace failover
