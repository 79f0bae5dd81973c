// `failoverctl doctor`: what the users of the script did by hand, done and judged, each with its
// remedy. Runs as anybody, and sees most as root.
#pragma once

#include "ctl/doctor_judge.h"
#include "ctl/json.h"
#include "ctl/world.h"

namespace failover {

std::string Describe(const Findings& findings, const Terminal& terminal);
Json ToJson(const Findings& findings);

// Exit status 1 if anything is FAIL.
Outcome ShowDoctor(const World& world);

}  // namespace failover
