// When one thing is asked in rounds: a tunnel alone, or a list. Pure; the clock is passed in.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "common/clock.h"
#include "prober/retry_delay.h"

namespace failover {

// What all that share a budget have in common.
struct Pace {
  std::chrono::nanoseconds check_interval{0};
  std::chrono::nanoseconds interval{0};  // in force; stretched if longer than check_interval
  std::chrono::nanoseconds phase{0};     // after a round's begin; no two budgets begin together

  bool stretched() const { return interval > check_interval; }
};

class Inquiry {
 public:
  // Whether it belongs to the round of `now`, and when it is asked then. Without stretching every
  // round asks; stretched, each has its own time, the gateway's last answer at most a round old, and
  // its budget's spacing keeps those apart that are due together.
  bool Due(const Pace& pace, TimePoint now, TimePoint next_round) const;
  TimePoint At(const Pace& pace, TimePoint now) const;

  // It was asked in a round.
  void Asked(const Pace& pace, TimePoint now, TimePoint next_round);
  // It was answered: kNone, or why nothing is known. A fault's Retry-After is obeyed, up to
  // RetryDelay::kLongestAfterFault.
  void Answered(const Pace& pace, Reason reason, std::optional<std::chrono::seconds> retry_after,
      double fraction, TimePoint now);

  void Postpone(TimePoint due) { not_before_ = std::max(not_before_, due); }
  // Faults of the API so far were faults of our network, perhaps, and delay nothing any more.
  void ForgetFaults();

 private:
  TimePoint due() const { return std::max(due_, not_before_); }

  TimePoint due_;         // the begin of the clock's time: at once
  TimePoint not_before_;  // for a fault, or because there is no hurry
  RetryDelay retry_;
};

}  // namespace failover
