// Which tunnel is asked next. Pure; the clock is passed in. Every round asks all tunnels; a suspect
// (its status is in its failover_on, not yet as often as failure_threshold asks) is asked again
// confirm_interval after its answer. UNKNOWN neither counts nor resets nor speeds anything up.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "common/clock.h"
#include "common/tunnel_id.h"
#include "prober/rate_budget.h"
#include "prober/settings.h"
#include "prober/tunnel_health.h"

namespace failover {

inline constexpr std::size_t kMaxInFlight = 100;  // requests; the rest waits in a queue

class CheckSchedule {
 public:
  // Keeps what is known of the tunnels that stay. Whatever was asked counts as not asked.
  void Configure(const Settings& settings);

  // The gateway answered a round's probe, or one for the suspects. Puts what is due into the queue:
  // no tunnel that is being asked, whose token is paused or whose confirmation is due later.
  void QueueRound(TimePoint now);
  void QueueSuspects(TimePoint now);
  // The gateway did not answer: nothing more is asked before the next round.
  void Clear();

  // The next tunnel to ask now, from then on in flight; nothing if none waits or too many are.
  std::optional<TunnelId> TakeNext(TimePoint now);
  // What an answer says; ends the tunnel's flight.
  void Answered(const TunnelId& id, const TunnelHealth& health,
      std::optional<std::chrono::seconds> retry_after, TimePoint now);

  // A supervisor without a memory may be at the other end: counts begin anew, and what fails is
  // confirmed again.
  void ForgetCounts(TimePoint now);

  // When the first suspect is due.
  std::optional<TimePoint> next_confirmation() const;

 private:
  enum class Asking { kNo, kQueued, kInFlight };
  struct State {
    std::string token;
    std::set<TunnelStatus> failover_on;
    unsigned failure_threshold = 1;
    Asking asking = Asking::kNo;
    unsigned failures = 0;  // in a row, not counted past the threshold
    TunnelStatus status = TunnelStatus::kUnknown;
    std::optional<TimePoint> confirm_at;
  };

  void Queue(const TunnelId& id, State& state, TimePoint now);

  std::chrono::nanoseconds confirm_interval_{0};
  std::map<TunnelId, State> tunnels_;
  std::deque<TunnelId> queue_;
  std::size_t in_flight_ = 0;
  RateBudget budget_;
};

}  // namespace failover
