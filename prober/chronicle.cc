#include "prober/chronicle.h"

#include <algorithm>
#include <set>

namespace failover {
namespace {

// The age of a start that the supervisor tells twice differs by what the packets took.
constexpr std::chrono::milliseconds kSameStart{500};

// The label of a request: its HTTP status, or why there is none.
std::string Code(const HttpAnswer& answer) {
  switch (answer.transport) {
    case Transport::kAnswered: return std::to_string(answer.status);
    case Transport::kTimeout: return "timeout";
    case Transport::kConnect: return "connect";
    case Transport::kTls: return "tls";
    case Transport::kDns: return "dns";
    case Transport::kInterrupted: return "interrupted";
    case Transport::kTooLarge: return "too_large";
    case Transport::kInternal: return "internal";
  }
  __builtin_unreachable();
}

// Whether a verdict tells of a start that ended since the one before it.
bool EndedBetween(const TunnelVerdict& before, const TunnelVerdict& after) {
  if (after.last_outcome == words::NOT_STARTED || after.last_outcome == words::PENDING) return false;
  return before.last_outcome == words::NOT_STARTED || before.last_outcome == words::PENDING ||
         after.last_start - before.last_start > kSameStart;
}

}  // namespace

void Chronicle::Reloaded(const Settings& settings, TimePoint now) {
  reload_ = {.at = now, .last_success = now, .faults = {}};
  std::set<TunnelId> tunnels;
  std::set<std::string> units;
  for (const WatchedTunnel& tunnel : settings.tunnels) {
    tunnels.insert(tunnel.id);
    units.insert(tunnel.unit);
  }
  std::erase_if(tunnels_, [&](const auto& entry) { return !tunnels.contains(entry.first); });
  std::erase_if(units_, [&](const auto& entry) { return !units.contains(entry.first); });
}

void Chronicle::ReloadFailed(const Faults& faults, TimePoint now) {
  reload_.at = now;
  reload_.faults = faults;
}

void Chronicle::Probed(const GatewayResult& result, TimePoint now) {
  gateway_.last_round = now;
  switch (result.state) {
    case GatewayState::kNotChecked: return;
    case GatewayState::kReachable: gateway_.durations.Add(InSeconds(result.round_trip)); break;
    case GatewayState::kUnreachable: ++gateway_.lost; break;
  }
  ++gateway_.probes;
}

void Chronicle::Answered(const HttpAnswer& answer) {
  api_.durations.Add(InSeconds(answer.elapsed));
  ++api_.requests[Code(answer)];
  if (answer.requests > 1) api_.requests["sent_again"] += answer.requests - 1;
}

void Chronicle::Checked(
    const WatchedTunnel& tunnel, const TunnelHealth& health, const HttpAnswer& answer, TimePoint now) {
  TunnelStory& story = tunnels_[tunnel.id];
  if (story.health != health) story.since = now;
  story.health = health;
  story.last_check = now;
  story.latency = InSeconds(answer.elapsed);
  story.latencies.Add(static_cast<float>(story.latency));
  ++story.checks[{health.status, health.reason}];
  if (health.status == TunnelStatus::kUnknown) return;
  story.failing = tunnel.failover_on.contains(health.status) ? story.failing + 1 : 0;
}

void Chronicle::Told(const std::string& unit, const TunnelVerdict& verdict) {
  const auto [entry, first] = units_.try_emplace(unit, UnitStory{.last = verdict, .starts = {}});
  // What was started before this prober was is not counted.
  if (first) return;
  if (EndedBetween(entry->second.last, verdict)) ++entry->second.starts[verdict.last_outcome];
  entry->second.last = verdict;
}

const TunnelStory& Chronicle::Of(const TunnelId& id) const {
  static const TunnelStory kNone;
  const auto found = tunnels_.find(id);
  return found == tunnels_.end() ? kNone : found->second;
}

}  // namespace failover
