// The doctor's judgement of what is outside: gateway, name server, TLS, tokens, tunnels, API budget,
// and of how the two daemons get on. Pure: facts in, findings out.
#pragma once

#include "ctl/doctor_judge.h"

namespace failover {

void JudgeNetwork(const DoctorFacts& facts, Findings& findings);

}  // namespace failover
