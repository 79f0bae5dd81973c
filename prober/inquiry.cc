#include "prober/inquiry.h"

namespace failover {

bool Inquiry::Due(const Pace& pace, TimePoint now, TimePoint next_round) const {
  return pace.stretched() ? due() < next_round : due() <= now;
}

TimePoint Inquiry::At(const Pace& pace, TimePoint now) const {
  // After an outage all are due, as at the start.
  const bool asked = due_ != TimePoint();
  const bool in_turn = pace.stretched() && asked && due() > now - pace.check_interval;
  return in_turn ? std::max(due(), now) : now + pace.phase;
}

void Inquiry::Asked(const Pace& pace, TimePoint now, TimePoint next_round) {
  if (!pace.stretched()) {
    due_ = next_round;
  } else {
    // A little late it keeps its place, so that nothing adds up.
    due_ = (now - due_ < pace.check_interval ? due_ : now) + pace.interval;
  }
}

void Inquiry::Answered(const Pace& pace, Reason reason, std::optional<std::chrono::seconds> retry_after,
    double fraction, TimePoint now) {
  const auto delay = retry_.After(reason, pace.interval, retry_after, fraction);
  if (delay) Postpone(now + *delay);
}

void Inquiry::ForgetFaults() {
  if (retry_.ForgetFaults() == RetryDelay::Was::kDelayed) not_before_ = {};
}

}  // namespace failover
