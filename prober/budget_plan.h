// Which tunnels share an API budget, and what interval their questions leave room for. Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "prober/rate_budget.h"
#include "prober/settings.h"

namespace failover {

// Equal for tunnels that share a budget: Cloudflare counts for each account token (cfat_) and for
// each user, and whose a user token is cannot be seen. May hold a token: secret.
std::string BudgetKey(const WatchedTunnel& tunnel);
// For the operator: "budget_group NAME", "the account token of tunnel X", "all user tokens".
std::string BudgetName(const WatchedTunnel& tunnel);

// Requests of rounds in a time, at most.
struct Allowance {
  std::size_t requests;
  std::chrono::seconds window;
};
inline constexpr Allowance kBudgetAllowance{kBudgetRoundRequests, kBudgetWindow};
// Of the whole process: the rest of kMaxInSecond is for confirmations, and for answers that take
// long, up to a third of a second.
inline constexpr Allowance kProcessAllowance{75, std::chrono::seconds(1)};

// What the rounds ask of a budget, or of the process.
struct BudgetLoad {
  std::string name;
  std::size_t requests = 0;                    // in each round
  std::chrono::nanoseconds check_interval{0};  // what was asked for
  std::chrono::nanoseconds interval{0};        // what is in force
  Allowance allowance = kBudgetAllowance;

  bool stretched() const { return interval > check_interval; }
};

// What a budget has used and may use, for those who look at it.
struct BudgetUse {
  std::string name;
  std::size_t used = 0;   // requests in the last kBudgetWindow
  std::size_t limit = 0;  // in kBudgetWindow
  std::chrono::nanoseconds check_interval{0};
  std::chrono::nanoseconds interval{0};
  std::chrono::nanoseconds paused_for{0};  // 0: not paused
};

// The shortest interval, not below `check_interval`, at which so many requests keep the allowance.
std::chrono::nanoseconds IntervalFor(std::size_t requests, std::chrono::nanoseconds check_interval,
    const Allowance& allowance = kBudgetAllowance);

// How long after a round's begin the budget with that number asks: spread over the interval, so that
// no two begin together.
std::chrono::nanoseconds PhaseOf(
    std::size_t number, std::size_t budgets, std::chrono::nanoseconds check_interval);

// What is in force for the budgets of a configuration, each stretched by itself, and all by the bound
// of the process.
class BudgetPlan {
 public:
  explicit BudgetPlan(std::chrono::nanoseconds check_interval)
      : check_interval_(check_interval), process_(check_interval) {}

  // The budget with that number, from 0 on, makes so many requests in a round.
  void SetRequests(std::size_t budget, const std::string& name, std::size_t requests);
  // Takes what was set into force; the loads whose interval is another one now go into `changed`, in
  // place of what that has of the same name.
  void Apply(std::vector<BudgetLoad>& changed);

  std::chrono::nanoseconds IntervalOf(std::size_t budget) const {
    return std::max(loads_.at(budget).interval, process_);
  }
  // Between two requests of its rounds: 0 if it is not stretched, and they go out together.
  std::chrono::nanoseconds SpacingOf(std::size_t budget) const;
  // Of its rounds, the most in kBudgetWindow.
  std::size_t PlannedOf(std::size_t budget) const;

 private:
  std::chrono::nanoseconds check_interval_;
  std::vector<BudgetLoad> loads_;               // by themselves
  std::vector<std::chrono::nanoseconds> said_;  // where that is what is in force
  std::chrono::nanoseconds process_;            // the shortest of all
};

// One sentence: what was asked for, what is in force, and what to do.
std::string Describe(const BudgetLoad& load);

}  // namespace failover
