// When one thing is asked in rounds: a tunnel alone, or a list. Pure; the clock is passed in.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "common/clock.h"
#include "prober/retry_delay.h"

namespace failover {

// What all that share a budget have in common.
struct Pace {
  std::chrono::nanoseconds check_interval{0};
  std::chrono::nanoseconds interval{0};  // in force; stretched if longer than check_interval
  std::chrono::nanoseconds phase{0};     // after a round's begin; no two budgets begin together
  std::size_t requests = 1;              // in one interval

  bool stretched() const { return interval > check_interval; }
};

class Inquiry {
 public:
  // `order`: its place among the requests of the interval.
  void SetOrder(std::size_t order) { order_ = order; }

  // Whether it belongs to the round of `now`, and when it is asked then. Without stretching every
  // round asks; stretched, each has its own time, the gateway's last answer at most a round old.
  bool Due(const Pace& pace, TimePoint now, TimePoint next_round) const;
  TimePoint At(const Pace& pace, TimePoint now) const;

  // It was asked in a round.
  void Asked(const Pace& pace, TimePoint now, TimePoint next_round);
  // It was answered: kNone, or why nothing is known.
  void Answered(const Pace& pace, Reason reason, double fraction, TimePoint now);

  void Postpone(TimePoint due);
  // Faults of the API so far were faults of our network, perhaps, and delay nothing any more.
  void ForgetFaults();

 private:
  std::optional<TimePoint> due_;  // nothing: at once
  std::size_t order_ = 0;
  RetryDelay retry_;
};

}  // namespace failover
