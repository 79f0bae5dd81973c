// The doctor's judgement of this host: configuration, files, units, services, clock. Pure: facts in,
// findings out. What concerns the network is in doctor_network.h.
#pragma once

#include <string>
#include <vector>

#include "ctl/doctor_facts.h"

namespace failover {

enum class Health { kOk, kWarn, kFail };

struct Finding {
  Health health = Health::kOk;
  std::string subject;  // "unit", "gateway"
  std::string words;    // what was found
  std::string remedy;   // what to do; empty for kOk
};

using Findings = std::vector<Finding>;

// All of them, in the order in which one would look.
Findings Judge(const DoctorFacts& facts);

}  // namespace failover
