#include "prober/budget_plan.h"

#include <cstdint>
#include <sstream>
#include <utility>

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

std::chrono::nanoseconds IntervalFor(
    std::size_t requests, std::chrono::nanoseconds check_interval, const Allowance& allowance) {
  const std::chrono::nanoseconds window = allowance.window;
  const auto each = static_cast<std::size_t>(window.count());
  const auto needed = (requests * each + allowance.requests - 1) / allowance.requests;
  return std::max(check_interval, std::chrono::nanoseconds(needed));
}

std::chrono::nanoseconds PhaseOf(
    std::size_t number, std::size_t budgets, std::chrono::nanoseconds check_interval) {
  return check_interval / static_cast<std::int64_t>(budgets) * static_cast<std::int64_t>(number);
}

void BudgetPlan::SetRequests(std::size_t budget, const std::string& name, std::size_t requests) {
  if (budget >= loads_.size()) {
    loads_.resize(budget + 1);
    said_.resize(budget + 1, check_interval_);
  }
  loads_[budget] = {.name = name,
      .requests = requests,
      .check_interval = check_interval_,
      .interval = IntervalFor(requests, check_interval_)};
}

void BudgetPlan::Apply(std::vector<BudgetLoad>& changed) {
  const auto tell = [&changed](const BudgetLoad& load) {
    std::erase_if(changed, [&](const BudgetLoad& before) { return before.name == load.name; });
    changed.push_back(load);
  };
  std::size_t requests = 0;
  for (const BudgetLoad& load : loads_) requests += load.requests;
  const auto process = IntervalFor(requests, check_interval_, kProcessAllowance);
  if (std::exchange(process_, process) != process) {
    tell({.name = "all tokens together",
        .requests = requests,
        .check_interval = check_interval_,
        .interval = process,
        .allowance = kProcessAllowance});
  }
  for (std::size_t i = 0; i < loads_.size(); ++i) {
    // Where the process is the narrower bound, it has its own line.
    const auto said = loads_[i].interval > process_ ? loads_[i].interval : check_interval_;
    if (std::exchange(said_[i], said) == said) continue;
    BudgetLoad load = loads_[i];
    load.interval = said;
    tell(load);
  }
}

std::chrono::nanoseconds BudgetPlan::SpacingOf(std::size_t budget) const {
  const auto interval = IntervalOf(budget);
  const auto requests = static_cast<std::int64_t>(std::max<std::size_t>(1, loads_.at(budget).requests));
  return interval > check_interval_ ? interval / requests : std::chrono::nanoseconds(0);
}

std::size_t BudgetPlan::PlannedOf(std::size_t budget) const {
  const std::chrono::nanoseconds window = kBudgetWindow;
  const auto interval = IntervalOf(budget);
  const auto rounds = static_cast<std::size_t>((window + interval - std::chrono::nanoseconds(1)) / interval);
  return std::min(kBudgetRoundRequests, loads_.at(budget).requests * rounds);
}

std::string Describe(const BudgetLoad& load) {
  std::ostringstream text;
  text << "API budget of " << load.name << ": " << load.requests << " request(s) every "
       << InSeconds(load.check_interval) << " s asked for, " << load.allowance.requests << " in "
       << load.allowance.window.count() << " s allowed; in force: every " << InSeconds(load.interval)
       << " s";
  if (load.stretched()) text << "; raise check_interval, or give the tunnels of an account one token";
  return text.str();
}

}  // namespace failover
