#include "prober/budget_plan.h"

#include <algorithm>
#include <sstream>

#include "prober/rate_budget.h"

namespace failover {
namespace {

// Hundredths, rounded up: what is promised is kept.
double InSeconds(std::chrono::nanoseconds time) {
  using Hundredths = std::chrono::duration<std::int64_t, std::centi>;
  return static_cast<double>(std::chrono::ceil<Hundredths>(time).count()) / 100;
}

bool IsAccountToken(const WatchedTunnel& tunnel) { return tunnel.token.starts_with("cfat_"); }

}  // namespace

std::string BudgetKey(const WatchedTunnel& tunnel) {
  if (!tunnel.budget_group.empty()) return "group " + tunnel.budget_group;
  return IsAccountToken(tunnel) ? "token " + tunnel.token : "users";
}

std::string BudgetName(const WatchedTunnel& tunnel) {
  if (!tunnel.budget_group.empty()) return "budget_group " + tunnel.budget_group;
  return IsAccountToken(tunnel) ? "the account token of tunnel " + tunnel.label : "all user tokens";
}

std::chrono::nanoseconds IntervalFor(std::size_t requests, std::chrono::nanoseconds check_interval) {
  const std::chrono::nanoseconds window = kBudgetWindow;
  const auto each = static_cast<std::size_t>(window.count());
  const auto needed = (requests * each + kBudgetRoundRequests - 1) / kBudgetRoundRequests;
  return std::max(check_interval, std::chrono::nanoseconds(needed));
}

std::chrono::nanoseconds PhaseOf(
    std::size_t number, std::size_t budgets, std::chrono::nanoseconds check_interval) {
  const std::chrono::nanoseconds millisecond = std::chrono::milliseconds(1);
  const std::chrono::nanoseconds second = std::chrono::seconds(1);
  const auto count = static_cast<std::int64_t>(budgets);
  const auto span = std::min(check_interval, std::max(second, count * millisecond));
  return span * static_cast<std::int64_t>(number) / count;
}

std::string Describe(const BudgetLoad& load) {
  std::ostringstream text;
  text << "API budget of " << load.name << ": " << load.requests << " request(s) every "
       << InSeconds(load.check_interval) << " s asked for, " << kBudgetRoundRequests << " in "
       << kBudgetWindow.count() << " s allowed; in force: every " << InSeconds(load.interval) << " s";
  if (load.stretched()) text << "; raise check_interval, or give the tunnels of an account one token";
  return text.str();
}

}  // namespace failover
