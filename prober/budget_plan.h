// Which tunnels share an API budget, and what interval their questions leave room for. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "prober/settings.h"

namespace failover {

// Equal for tunnels that share a budget: Cloudflare counts for each account token (cfat_) and for
// each user, and whose a user token is cannot be seen. May hold a token: secret.
std::string BudgetKey(const WatchedTunnel& tunnel);
// For the operator: "budget_group NAME", "the account token of tunnel X", "all user tokens".
std::string BudgetName(const WatchedTunnel& tunnel);

// What the rounds ask of a budget.
struct BudgetLoad {
  std::string name;
  std::size_t requests = 0;                    // in each round
  std::chrono::nanoseconds check_interval{0};  // what was asked for
  std::chrono::nanoseconds interval{0};        // what is in force

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

// The shortest interval, not below `check_interval`, at which so many requests keep the budget.
std::chrono::nanoseconds IntervalFor(std::size_t requests, std::chrono::nanoseconds check_interval);

// How long after a round's begin the budget with that number asks: no two begin together, and the
// last one within a second where that leaves each a millisecond.
std::chrono::nanoseconds PhaseOf(
    std::size_t number, std::size_t budgets, std::chrono::nanoseconds check_interval);

// One sentence: what was asked for, what is in force, and what to do.
std::string Describe(const BudgetLoad& load);

}  // namespace failover
