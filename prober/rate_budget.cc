#include "prober/rate_budget.h"

#include <algorithm>

namespace failover {

void RateBudget::Refused(
    const std::string& token, std::optional<std::chrono::seconds> retry_after, TimePoint now) {
  Pause& pause = pauses_[token];
  std::chrono::nanoseconds length{0};
  if (retry_after) {
    // A peer's number: bounded before it is converted.
    length = std::clamp<std::chrono::seconds>(*retry_after, std::chrono::seconds(0), kLongestPause);
  } else if (now >= pause.until) {
    length = pause.next;
    pause.next = std::min<std::chrono::nanoseconds>(2 * pause.next, kLongestPause);
  } else {
    // Asked before the pause began, like the request that began it: one refusal, not two.
    return;
  }
  pause.until = std::max(pause.until, now + std::max(length, check_interval_));
}

void RateBudget::Served(const std::string& token) {
  const auto found = pauses_.find(token);
  if (found != pauses_.end()) found->second.next = kFirstPause;
}

bool RateBudget::Paused(const std::string& token, TimePoint now) const {
  const auto found = pauses_.find(token);
  return found != pauses_.end() && now < found->second.until;
}

}  // namespace failover
