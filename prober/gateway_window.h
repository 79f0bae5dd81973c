// The gateway's last probes: how many were lost in the last 60 s, and the round trips of the others.
// Pure; the clock is passed in.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "common/clock.h"

namespace failover {

// Over the probes that ended in the last 60 s.
struct GatewaySums {
  unsigned probes = 0;
  unsigned lost = 0;                            // without a valid reply
  std::chrono::nanoseconds mean_round_trip{0};  // of the others; 0 if there was none
};

class GatewayWindow {
 public:
  static constexpr std::chrono::seconds kSpan{60};
  static constexpr std::size_t kRecent = 60;

  // A probe that ended now: its round trip, or nothing if it was lost.
  void Add(TimePoint now, std::optional<std::chrono::nanoseconds> round_trip);

  GatewaySums Sums(TimePoint now) const;
  // The round trips of the last kRecent probes, however old, oldest first; nothing: lost.
  std::vector<std::optional<std::chrono::nanoseconds>> recent() const;

 private:
  struct Ended {
    TimePoint at;
    std::optional<std::chrono::nanoseconds> round_trip;
  };

  std::deque<Ended> ended_;  // those within the span, and at least the last kRecent
};

}  // namespace failover
