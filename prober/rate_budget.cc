#include "prober/rate_budget.h"

#include <algorithm>

namespace failover {

TimePoint RateBudget::RoomAt(Use use) const {
  const std::size_t limit = use == Use::kLookup ? kBudgetLookupRequests : kBudgetRequests;
  const TimePoint room = std::max(paused_until_, sent_.RoomAt(limit, kBudgetWindow));
  if (use != Use::kRound) return room;
  return std::max(room, sent_without_lookups_.RoomAt(kBudgetRoundRequests, kBudgetWindow));
}

void RateBudget::Sent(TimePoint now, Use use) {
  sent_.Add(now);
  if (use != Use::kLookup) sent_without_lookups_.Add(now);
}

void RateBudget::Refused(std::optional<std::chrono::seconds> retry_after, TimePoint now) {
  std::chrono::nanoseconds length{0};
  if (retry_after) {
    // A peer's number: bounded before it is converted.
    length = std::clamp<std::chrono::seconds>(*retry_after, std::chrono::seconds(0), kLongestPause);
  } else if (now >= paused_until_) {
    length = next_pause_;
    next_pause_ = std::min<std::chrono::nanoseconds>(2 * next_pause_, kLongestPause);
  } else {
    // Asked before the pause began, like the request that began it: one refusal, not two.
    return;
  }
  paused_until_ = std::max(paused_until_, now + std::max(length, check_interval_));
}

bool RateBudget::Idle(TimePoint now) const {
  const auto newest = sent_.newest();
  return !Paused(now) && (!newest || *newest + kBudgetWindow <= now);
}

}  // namespace failover
