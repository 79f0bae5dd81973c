// Who is to be asked again soon: tunnels that fail, but not yet as often as failure_threshold asks.
// Pure; the clock is passed in. UNKNOWN neither counts nor resets nor speeds anything up.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "common/clock.h"
#include "prober/settings.h"
#include "prober/tunnel_health.h"

namespace failover {

// Tunnels are indices in Settings::tunnels.
class Suspects {
 public:
  // Keeps what is known of the tunnels that stay.
  void Configure(const Settings& settings);

  // What an answer says about a tunnel.
  void Count(std::size_t tunnel, const TunnelHealth& health, TimePoint now);

  // Its confirmation is due later than now: a failing answer before that would confirm too soon.
  bool WaitsLonger(std::size_t tunnel, TimePoint now) const;
  // The suspects that are due, from now on no longer waiting.
  std::vector<std::size_t> TakeDue(TimePoint now);
  void StopWaiting(std::size_t tunnel) { SetConfirmation(tunnel, std::nullopt); }
  void StopWaiting();

  // A supervisor without a memory may be at the other end: the count begins anew, and what fails
  // is confirmed again.
  void ForgetCount(std::size_t tunnel);
  void ConfirmAgain(std::size_t tunnel, TimePoint now);

  // When the first suspect is due.
  std::optional<TimePoint> next() const;

 private:
  struct Suspect {
    TunnelId id;
    std::set<TunnelStatus> failover_on = {};
    unsigned failure_threshold = 1;
    unsigned failures = 0;  // in a row, not counted past the threshold
    TunnelStatus status = TunnelStatus::kUnknown;
    std::optional<TimePoint> confirm_at = {};
  };

  void SetConfirmation(std::size_t tunnel, std::optional<TimePoint> at);

  std::chrono::nanoseconds confirm_interval_{0};
  std::vector<Suspect> suspects_;
  std::set<std::pair<TimePoint, std::size_t>> waiting_;  // by confirm_at
};

}  // namespace failover
