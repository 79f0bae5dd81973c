#include "prober/lookups.h"

#include <algorithm>

namespace failover {

void Lookups::Configure(std::chrono::nanoseconds check_interval) {
  check_interval_ = check_interval;
  watched_.clear();
}

void Lookups::Watch(std::size_t tunnel, std::size_t budget) {
  watched_.try_emplace(tunnel, Watched{.budget = budget});
}

void Lookups::QueueDue(RequestQueue& queue, TimePoint now, TimePoint next_round) {
  const auto beyond = std::max<std::chrono::nanoseconds>(kLookupInterval - check_interval_, {});
  for (auto& [tunnel, watched] : watched_) {
    if (watched.asking != Asking::kNo || watched.due > now) continue;
    if (queue.budget(watched.budget).Paused(now)) continue;
    watched.asking = Asking::kQueued;
    // By the time at which rounds begin, of which `now` is a little late.
    watched.due = next_round + beyond;
    queue.Add({.tunnel = tunnel, .page = 0, .budget = watched.budget, .use = Use::kLookup}, now);
  }
}

Lookups::Wanted Lookups::Begin(std::size_t tunnel, TimePoint now) {
  const auto found = watched_.find(tunnel);
  if (found == watched_.end() || found->second.asking != Asking::kQueued) return Wanted::kNo;
  found->second.asking = Asking::kInFlight;
  // It waited for the budget: the next one keeps its distance from now.
  if (found->second.due < now + kLookupInterval * 9 / 10) found->second.due = now + kLookupInterval;
  return Wanted::kYes;
}

Lookups::Wanted Lookups::Answered(std::size_t tunnel, Reason reason,
    std::optional<std::chrono::seconds> retry_after, double fraction, TimePoint now) {
  const auto found = watched_.find(tunnel);
  if (found == watched_.end() || found->second.asking != Asking::kInFlight) return Wanted::kNo;
  Watched& watched = found->second;
  watched.asking = Asking::kNo;
  const auto interval = std::max<std::chrono::nanoseconds>(check_interval_, kLookupInterval);
  const auto delay = watched.retry.After(reason, interval, retry_after, fraction);
  if (delay) watched.due = std::max(watched.due, now + *delay);
  return Wanted::kYes;
}

void Lookups::Dropped(std::size_t tunnel) {
  const auto found = watched_.find(tunnel);
  if (found != watched_.end()) found->second.asking = Asking::kNo;
}

}  // namespace failover
