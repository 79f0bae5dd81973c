#include "supervisor/decision.h"

#include <algorithm>

namespace failover {

constexpr std::chrono::hours kHour(1);
constexpr int kFlaps = 3;  // failovers within an hour; then the tunnel stays on its backup

static std::int64_t CountSince(const UnitHistory& unit, TimePoint begin) {
  return std::ranges::count_if(unit.starts, [&](TimePoint start) { return start > begin; });
}

// The tunnel has failed for certain, or its operator wants it so: may the unit be started now?
static words::Verdict MayStart(
    const TunnelFact& fact, const TunnelState& state, const UnitHistory& unit, TimePoint now) {
  const config::Configuration& all = fact.rule->all;
  if (now < state.paused_until) return words::WAIT_PAUSED;
  if (unit.outcome == words::PENDING) return words::WAIT_UNDER_WAY;
  if (CountSince(unit, now - Seconds(all.cooldown())) > 0) return words::WAIT_COOLDOWN;
  const bool many = CountSince(unit, now - kHour) >= all.max_starts_per_hour();
  return many ? words::WAIT_HOURLY_LIMIT : words::START;
}

static words::Verdict Judge(
    const TunnelFact& fact, TunnelState& state, const UnitHistory& unit, TimePoint now) {
  const auto since = std::exchange(state.unknown_since, std::nullopt);
  const bool drill = now < std::exchange(state.drill_until, TimePoint());
  if (fact.gateway == GatewayState::kUnreachable) return words::WAIT_GATEWAY;
  if (drill) return MayStart(fact, state, unit, now);
  if (fact.status == TunnelStatus::kUnknown) {
    state.unknown_since = since.value_or(now);
    const auto after = Seconds(fact.rule->all.unknown_is_down_after());
    const bool too_long = after > after.zero() && now - *state.unknown_since >= after;
    return too_long ? MayStart(fact, state, unit, now) : words::WAIT_UNKNOWN;
  }
  const auto& failing = fact.rule->failover_on;
  const bool named = failing.empty() || std::ranges::count(failing, static_cast<int>(fact.status)) > 0;
  const bool healthy = fact.status == TunnelStatus::kHealthy;
  if (healthy || !named) state.failures = 0;
  if (healthy || !named) return healthy ? words::WAIT_HEALTHY : words::WAIT_NOT_IN_FAILOVER_ON;
  // Never past the threshold: the number is shown, and must not overflow in two years.
  state.failures = std::min(state.failures + 1, fact.rule->failure_threshold);
  const bool confirmed = state.failures == fact.rule->failure_threshold;
  return confirmed ? MayStart(fact, state, unit, now) : words::WAIT_CONFIRMING;
}

// Our backup runs since the unit's last start, and may give way to the primary, or why it does not.
static words::Failback JudgeFailback(const TunnelFact& fact, TunnelState& state, const UnitHistory& backup,
    const UnitHistory& failback, TimePoint now) {
  const auto since = std::exchange(state.primary_since, std::nullopt);
  if (backup.starts.empty() || CountSince(failback, backup.starts.back()) > 0) return words::FAILBACK_NONE;
  const TimePoint failover = backup.starts.back();
  const bool degraded =
      fact.status == TunnelStatus::kDegraded && state.verdict == words::WAIT_NOT_IN_FAILOVER_ON;
  const bool back = fact.primary_returned && (degraded || state.verdict == words::WAIT_HEALTHY);
  if (back) state.primary_since = since.value_or(now);
  const bool flaps = CountSince(failback, failover - kHour) + 1 >= kFlaps && now - failover < kHour;
  if (flaps) return words::FAILBACK_FLAPPING;
  if (!back) return words::FAILBACK_AWAY;
  if (now - *state.primary_since < Seconds(fact.rule->all.failback_after()))
    return words::FAILBACK_STEADYING;
  const bool may = MayStart(fact, state, failback, now) == words::START;
  return may ? words::FAILBACK_STARTED : words::FAILBACK_WAITING;
}

std::optional<TunnelState> Decide(const TunnelFact& fact, TunnelState state, const UnitHistory& unit,
    const UnitHistory* failback, TimePoint now) {
  if (fact.observation <= state.observation) return std::nullopt;
  state.observation = fact.observation;
  state.verdict = Judge(fact, state, unit, now);
  if (failback != nullptr) state.failback = JudgeFailback(fact, state, unit, *failback, now);
  return state;
}

}  // namespace failover
