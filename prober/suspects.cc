#include "prober/suspects.h"

#include <map>

namespace failover {

void Suspects::Configure(const Settings& settings) {
  std::map<TunnelId, Suspect> before;
  for (const Suspect& suspect : suspects_) before.emplace(suspect.id, suspect);
  suspects_.clear();
  waiting_.clear();
  confirm_interval_ = settings.confirm_interval;
  for (const WatchedTunnel& tunnel : settings.tunnels) {
    Suspect suspect = before.try_emplace(tunnel.id, Suspect{.id = tunnel.id}).first->second;
    suspect.failover_on = tunnel.failover_on;
    suspect.failure_threshold = tunnel.failure_threshold;
    suspects_.push_back(suspect);
    SetConfirmation(suspects_.size() - 1, suspect.confirm_at);
  }
}

void Suspects::Count(std::size_t tunnel, const TunnelHealth& health, TimePoint now) {
  Suspect& suspect = suspects_.at(tunnel);
  suspect.status = health.status;
  StopWaiting(tunnel);
  if (health.status == TunnelStatus::kUnknown) return;
  if (!suspect.failover_on.contains(health.status)) {
    suspect.failures = 0;
    return;
  }
  if (suspect.failures < suspect.failure_threshold) ++suspect.failures;
  if (suspect.failures < suspect.failure_threshold) SetConfirmation(tunnel, now + confirm_interval_);
}

bool Suspects::WaitsLonger(std::size_t tunnel, TimePoint now) const {
  const Suspect& suspect = suspects_.at(tunnel);
  return suspect.confirm_at && *suspect.confirm_at > now;
}

std::vector<std::size_t> Suspects::TakeDue(TimePoint now) {
  std::vector<std::size_t> due;
  while (!waiting_.empty() && waiting_.begin()->first <= now) {
    due.push_back(waiting_.begin()->second);
    StopWaiting(due.back());
  }
  return due;
}

void Suspects::StopWaiting() {
  for (Suspect& suspect : suspects_) suspect.confirm_at.reset();
  waiting_.clear();
}

void Suspects::ForgetCount(std::size_t tunnel) { suspects_.at(tunnel).failures = 0; }

void Suspects::ConfirmAgain(std::size_t tunnel, TimePoint now) {
  const Suspect& suspect = suspects_.at(tunnel);
  if (suspect.failover_on.contains(suspect.status)) SetConfirmation(tunnel, now + confirm_interval_);
}

std::optional<TimePoint> Suspects::next() const {
  return waiting_.empty() ? std::nullopt : std::optional(waiting_.begin()->first);
}

void Suspects::SetConfirmation(std::size_t tunnel, std::optional<TimePoint> at) {
  std::optional<TimePoint>& confirm_at = suspects_.at(tunnel).confirm_at;
  if (confirm_at) waiting_.erase({*confirm_at, tunnel});
  confirm_at = at;
  if (at) waiting_.emplace(*at, tunnel);
}

}  // namespace failover
