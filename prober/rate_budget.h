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
// Look-ups of connectors leave at least half of that rest.
inline constexpr std::size_t kBudgetLookupRequests = 912;  // with all that is not a look-up
inline constexpr std::chrono::seconds kFirstPause{30};     // where the API names none
inline constexpr std::chrono::minutes kLongestPause{10};

// kPage: a further page of a round's listing, which belongs to the first one and waits for no turn.
enum class Use { kRound, kPage, kConfirmation, kLookup };

class RateBudget {
 public:
  // No pause is shorter than one interval: the next round is left out at least.
  void SetCheckInterval(std::chrono::nanoseconds interval) { check_interval_ = interval; }

  // Of a round's requests, no two go out closer together than this. Nothing that waited together
  // goes out together then, and a stretched interval is used evenly.
  // 0: as close as they like.
  void SetSpacing(std::chrono::nanoseconds spacing) {
    spacing_ = spacing;
    if (spacing_ == std::chrono::nanoseconds(0)) next_turn_ = {};
  }

  // So many requests of rounds are to come in each kBudgetWindow, at most kBudgetRoundRequests:
  // look-ups leave them their room also before they come.
  void SetPlanned(std::size_t requests) { planned_ = requests; }

  // When the next request may be sent; in the past if it may be sent at once.
  TimePoint RoomAt(Use use) const;
  void Sent(TimePoint now, Use use);

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
  std::chrono::nanoseconds spacing_{0};
  TimePoint next_turn_;  // of a round's requests
  std::size_t planned_ = 0;
  SendTimes sent_{kBudgetRequests};
  SendTimes sent_without_lookups_{kBudgetRequests};  // look-ups slow no round down
  SendTimes lookups_{kBudgetLookupRequests};
  TimePoint paused_until_;
  std::chrono::nanoseconds next_pause_ = kFirstPause;
};

}  // namespace failover
