#include "prober/check_schedule.h"

#include <utility>

namespace failover {

void CheckSchedule::Configure(const Settings& settings) {
  std::map<TunnelId, State> before = std::exchange(tunnels_, {});
  for (const WatchedTunnel& tunnel : settings.tunnels) {
    State state = before[tunnel.id];
    state.token = tunnel.token;
    state.failover_on = tunnel.failover_on;
    state.failure_threshold = tunnel.failure_threshold;
    state.asking = Asking::kNo;
    tunnels_.emplace(tunnel.id, std::move(state));
  }
  queue_.clear();
  in_flight_ = 0;
  confirm_interval_ = settings.confirm_interval;
  budget_.SetCheckInterval(settings.check_interval);
}

void CheckSchedule::Queue(const TunnelId& id, State& state, TimePoint now) {
  if (state.asking != Asking::kNo) return;
  state.confirm_at.reset();
  if (budget_.Paused(state.token, now)) return;
  state.asking = Asking::kQueued;
  queue_.push_back(id);
}

void CheckSchedule::QueueRound(TimePoint now) {
  for (auto& [id, state] : tunnels_) {
    if (state.confirm_at && *state.confirm_at > now) continue;
    Queue(id, state, now);
  }
}

void CheckSchedule::QueueSuspects(TimePoint now) {
  for (auto& [id, state] : tunnels_) {
    if (state.confirm_at && *state.confirm_at <= now) Queue(id, state, now);
  }
}

void CheckSchedule::Clear() {
  queue_.clear();
  for (auto& [id, state] : tunnels_) {
    state.confirm_at.reset();
    if (state.asking == Asking::kQueued) state.asking = Asking::kNo;
  }
}

std::optional<TunnelId> CheckSchedule::TakeNext(TimePoint now) {
  while (!queue_.empty() && in_flight_ < kMaxInFlight) {
    const TunnelId id = queue_.front();
    queue_.pop_front();
    State& state = tunnels_.at(id);
    // Its token may have been refused while it waited.
    if (budget_.Paused(state.token, now)) {
      state.asking = Asking::kNo;
      continue;
    }
    state.asking = Asking::kInFlight;
    ++in_flight_;
    return id;
  }
  return std::nullopt;
}

void CheckSchedule::Answered(const TunnelId& id, const TunnelHealth& health,
    std::optional<std::chrono::seconds> retry_after, TimePoint now) {
  const auto found = tunnels_.find(id);
  if (found == tunnels_.end() || found->second.asking != Asking::kInFlight) return;
  State& state = found->second;
  state.asking = Asking::kNo;
  --in_flight_;
  state.status = health.status;
  state.confirm_at.reset();
  if (health.reason == Reason::kRateLimited) budget_.Refused(state.token, retry_after, now);
  if (health.status == TunnelStatus::kUnknown) return;
  budget_.Served(state.token);
  if (!state.failover_on.contains(health.status)) {
    state.failures = 0;
    return;
  }
  if (state.failures < state.failure_threshold) ++state.failures;
  if (state.failures < state.failure_threshold) state.confirm_at = now + confirm_interval_;
}

void CheckSchedule::ForgetCounts(TimePoint now) {
  for (auto& [id, state] : tunnels_) {
    state.failures = 0;
    if (state.asking == Asking::kNo && state.failover_on.contains(state.status)) {
      state.confirm_at = now + confirm_interval_;
    }
  }
}

std::optional<TimePoint> CheckSchedule::next_confirmation() const {
  std::optional<TimePoint> first;
  for (const auto& [id, state] : tunnels_) {
    if (state.confirm_at && (!first || *state.confirm_at < *first)) first = state.confirm_at;
  }
  return first;
}

}  // namespace failover
