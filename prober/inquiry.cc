#include "prober/inquiry.h"

#include <algorithm>

namespace failover {

bool Inquiry::Due(const Pace& pace, TimePoint now, TimePoint next_round) const {
  if (!due_) return true;
  return pace.stretched() ? *due_ < next_round : *due_ <= now;
}

TimePoint Inquiry::At(const Pace& pace, TimePoint now) const {
  const TimePoint begin = now + pace.phase;
  return due_ && pace.stretched() ? std::max(*due_, begin) : begin;
}

void Inquiry::Asked(const Pace& pace, TimePoint now, TimePoint next_round) {
  if (!pace.stretched()) {
    due_ = next_round;
  } else if (!due_) {
    // The first round asks everything at once; from then on the requests are spread evenly.
    due_ = now + pace.interval / std::max<std::size_t>(1, pace.requests) * (order_ + 1);
  } else {
    // Missed ones are left out, the place in the interval stays.
    const auto late = std::max(now - *due_, std::chrono::nanoseconds(0));
    due_ = *due_ + pace.interval * (late / pace.interval + 1);
  }
}

void Inquiry::Answered(const Pace& pace, Reason reason, double fraction, TimePoint now) {
  const auto delay = retry_.After(reason, pace.interval, fraction);
  if (delay) Postpone(now + *delay);
}

void Inquiry::Postpone(TimePoint due) { due_ = std::max(due, due_.value_or(due)); }

void Inquiry::ForgetFaults() {
  if (retry_.ForgetFaults() == RetryDelay::Was::kDelayed) due_.reset();
}

}  // namespace failover
