#include "prober/chronicle.h"

#include <algorithm>
#include <set>

namespace failover {
namespace {

constexpr std::chrono::seconds kMinute{60};
// The age of a start that the supervisor tells twice differs by what the packets took.
constexpr std::chrono::milliseconds kSameStart{500};

double InSeconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

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
  if (after.last_outcome == wire::NOT_STARTED || after.last_outcome == wire::PENDING) return false;
  return before.last_outcome == wire::NOT_STARTED || before.last_outcome == wire::PENDING ||
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
  if (gateway_.state != result.state) gateway_.since = now;
  gateway_.state = result.state;
  gateway_.last_probe = now;
  if (result.state == GatewayState::kNotChecked) return;
  const bool lost = result.state == GatewayState::kUnreachable;
  const double round_trip = lost ? 0 : InSeconds(result.round_trip);
  ++gateway_.probes;
  gateway_.lost += lost ? 1 : 0;
  gateway_.round_trips.Add(static_cast<float>(round_trip));
  gateway_.minute.push_back({.at = now, .round_trip = round_trip});
  while (now - gateway_.minute.front().at > kMinute) gateway_.minute.pop_front();
  if (lost) return;
  gateway_.round_trip = round_trip;
  gateway_.durations.Add(round_trip);
}

GatewayMinute Chronicle::Minute(TimePoint now) const {
  GatewayMinute minute;
  double sum = 0;
  for (const GatewayStory::Probe& probe : gateway_.minute) {
    if (now - probe.at > kMinute) continue;
    ++minute.probes;
    minute.lost += probe.round_trip == 0 ? 1 : 0;
    sum += probe.round_trip;
  }
  if (minute.probes > minute.lost) minute.mean = sum / (minute.probes - minute.lost);
  return minute;
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
