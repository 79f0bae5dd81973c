// What one user, or one account token, may ask of the API: 1,200 requests in 5 minutes, of which
// 80 % are used here, and nothing while the API refuses. Pure; the clock is passed in. A refusal is
// followed by fewer requests, never by more.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "common/clock.h"
#include "prober/send_times.h"

namespace failover {

inline constexpr std::chrono::seconds kBudgetWindow{300};
inline constexpr std::size_t kBudgetRequests = 960;       // in any window, whatever they are for
inline constexpr std::size_t kBudgetRoundRequests = 864;  // rounds leave the rest to confirmations
inline constexpr std::chrono::seconds kFirstPause{30};    // where the API names none
inline constexpr std::chrono::minutes kLongestPause{10};

enum class Use { kRound, kConfirmation };

class RateBudget {
 public:
  // No pause is shorter than one interval: the next round is left out at least.
  void SetCheckInterval(std::chrono::nanoseconds interval) { check_interval_ = interval; }

  // When the next request may be sent; in the past if it may be sent at once.
  TimePoint RoomAt(Use use) const;
  void Sent(TimePoint now) { sent_.Add(now); }

  // The API refused a request. Pauses for what Retry-After says, bounded; without it for
  // kFirstPause, doubled with each refusal up to kLongestPause.
  void Refused(std::optional<std::chrono::seconds> retry_after, TimePoint now);
  // The API gave a proper answer: the next pause is a first one again.
  void Served() { next_pause_ = kFirstPause; }

  bool Paused(TimePoint now) const { return now < paused_until_; }
  TimePoint paused_until() const { return paused_until_; }
  // Requests in the last kBudgetWindow.
  std::size_t Used(TimePoint now) const { return sent_.CountAfter(now - kBudgetWindow); }
  // Nothing in it matters any more.
  bool Idle(TimePoint now) const;

 private:
  std::chrono::nanoseconds check_interval_{0};
  SendTimes sent_{kBudgetRequests};
  TimePoint paused_until_;
  std::chrono::nanoseconds next_pause_ = kFirstPause;
};

}  // namespace failover
