#include "prober/rate_budget.h"

#include <algorithm>

namespace failover {

TimePoint RateBudget::RoomAt(Use use) const {
  const std::size_t limit = use == Use::kLookup ? kBudgetLookupRequests : kBudgetRequests;
  TimePoint room = std::max(paused_until_, sent_.RoomAt(limit, kBudgetWindow));
  if (use == Use::kRound || use == Use::kPage) {
    room = std::max(room, sent_without_lookups_.RoomAt(kBudgetRoundRequests, kBudgetWindow));
  }
  if (use == Use::kLookup) {
    room = std::max(room, lookups_.RoomAt(kBudgetLookupRequests - planned_, kBudgetWindow));
  }
  return use == Use::kRound ? std::max(room, next_turn_) : room;
}

void RateBudget::Sent(TimePoint now, Use use) {
  sent_.Add(now);
  if (use == Use::kLookup) return lookups_.Add(now);
  sent_without_lookups_.Add(now);
  if (use == Use::kConfirmation || spacing_ == std::chrono::nanoseconds(0)) return;
  // One that is a little late shifts no other.
  next_turn_ = (now - next_turn_ < spacing_ ? next_turn_ : now) + spacing_;
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
