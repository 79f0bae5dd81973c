// When the last requests were sent, so that a bound on their number holds for any window of time.
// Pure; the clock is passed in.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>

#include "common/clock.h"

namespace failover {

class SendTimes {
 public:
  // Remembers the newest `capacity` times.
  explicit SendTimes(std::size_t capacity) : capacity_(capacity) {}

  // Never earlier than the one before.
  void Add(TimePoint now) {
    if (times_.size() == capacity_) times_.pop_front();
    times_.push_back(now);
  }

  // The first moment at which one more makes no more than `limit` in any `window`; `limit` is at
  // most the capacity. The begin of the clock's time if any moment does.
  TimePoint RoomAt(std::size_t limit, std::chrono::nanoseconds window) const {
    if (times_.size() < limit) return {};
    return times_[times_.size() - limit] + window;
  }

  // Those after `begin`, as far as they are remembered.
  std::size_t CountAfter(TimePoint begin) const {
    return static_cast<std::size_t>(times_.end() - std::ranges::upper_bound(times_, begin));
  }

  std::optional<TimePoint> newest() const {
    return times_.empty() ? std::nullopt : std::optional(times_.back());
  }

 private:
  std::size_t capacity_;
  std::deque<TimePoint> times_;
};

}  // namespace failover
