// The last starts of each unit, kept in the runtime directory so that cooldown and hourly bound
// outlive this process. Runs as root; trusts its own directory (root, 0700), which is on a tmpfs: a
// new boot has an empty one, and a new boot clock.
// A file per unit, named as the unit: "OUTCOME TIME TIME ...\n"; the outcome's number, then the
// starts by the boot clock in nanoseconds, ascending.
#pragma once

#include "common/error.h"
#include "supervisor/decision.h"

namespace failover {

// No file: no start yet. A file that cannot be read or understood is an Error: the caller must take
// it that the cooldown has just begun. `directory` ends in a slash.
std::expected<UnitHistory, Error> LoadStarts(
    const std::string& directory, const UnitName& unit, TimePoint now);

// Writes the unit's file anew.
std::expected<void, Error> SaveStarts(
    const std::string& directory, const UnitName& unit, const UnitHistory& history);

}  // namespace failover
