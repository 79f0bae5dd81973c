#include "supervisor/decision.h"

#include <algorithm>

namespace failover {

// The tunnel has failed for certain: may its unit be started now?
static Verdict MayStart(const config::Configuration& all, const UnitHistory& unit, TimePoint now) {
  if (unit.outcome == StartOutcome::kPending) return Verdict::kWaitUnderWay;
  const bool cooling = !unit.starts.empty() && now - unit.starts.back() < Seconds(all.cooldown());
  if (cooling) return Verdict::kWaitCooldown;
  const auto in_last_hour = std::ranges::count_if(
      unit.starts, [&](TimePoint start) { return now - start < std::chrono::hours(1); });
  return in_last_hour < all.max_starts_per_hour() ? Verdict::kStart : Verdict::kWaitHourlyLimit;
}

std::optional<std::pair<Verdict, TunnelHistory>> Decide(
    const TunnelFact& fact, TunnelHistory history, const UnitHistory& unit, TimePoint now) {
  if (fact.observation <= history.observation) return std::nullopt;
  history.observation = fact.observation;
  const config::Configuration& all = fact.rule->all;
  const auto since = std::exchange(history.unknown_since, std::nullopt);
  if (fact.gateway == GatewayState::kUnreachable) return std::pair(Verdict::kWaitGateway, history);
  if (fact.status == TunnelStatus::kUnknown) {
    history.unknown_since = since.value_or(now);
    const bool too_long = all.unknown_is_down_after() > 0 &&
                          now - *history.unknown_since >= Seconds(all.unknown_is_down_after());
    return std::pair(too_long ? MayStart(all, unit, now) : Verdict::kWaitUnknown, history);
  }
  const auto& failover_on = fact.rule->tunnel.failover_on();  // empty: all but healthy
  const auto named = std::ranges::find(failover_on, static_cast<int>(fact.status));
  const bool healthy = fact.status == TunnelStatus::kHealthy;
  if (healthy || (!failover_on.empty() && named == failover_on.end())) {
    history.failures = 0;
    return std::pair(healthy ? Verdict::kWaitHealthy : Verdict::kWaitNotInFailoverOn, history);
  }
  // Never past the threshold: the number is shown, and must not overflow in two years.
  history.failures = std::min(history.failures + 1, fact.rule->tunnel.failure_threshold());
  const bool confirmed = history.failures == fact.rule->tunnel.failure_threshold();
  return std::pair(confirmed ? MayStart(all, unit, now) : Verdict::kWaitConfirming, history);
}

}  // namespace failover
