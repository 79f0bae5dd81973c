// What --check-config says about the API budgets that a configuration stretches. Pure.
#pragma once

#include "prober/settings.h"

namespace failover {

// One sentence for each of them.
Faults BudgetWarnings(const Settings& settings);

}  // namespace failover
