#include "prober/budget_warnings.h"

#include "prober/check_schedule.h"

namespace failover {

Faults BudgetWarnings(const Settings& settings) {
  CheckSchedule schedule([] { return 0.0; });
  schedule.Configure(settings, TimePoint());
  Faults warnings;
  for (const BudgetLoad& load : schedule.TakeChangedLoads()) warnings.push_back(Describe(load));
  return warnings;
}

}  // namespace failover
