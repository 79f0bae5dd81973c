// What `failover-prober --check-config` says of the configuration file: the strict reading, with each
// fault's place, and the tokens as far as the prober's user may read them. Runs the prober as whoever
// calls; as root it becomes its own user first.
#pragma once

#include "common/config.h"
#include "ctl/world.h"

namespace failover {

struct ConfigCheck {
  Faults faults;    // each "FILE: FIELD: REASON; REMEDY"; printable
  Faults warnings;  // likewise; valid, but probably not what was meant
};

// An Error: the prober could not be run, or did not get as far as the file.
std::expected<ConfigCheck, Error> AskProber(const World& world);

// What it wrote, and what it ended with. Pure.
std::expected<ConfigCheck, Error> ParseCheck(const CommandResult& result);

}  // namespace failover
