// How long to wait before the next try to reach the supervisor. Pure.
#pragma once

#include <algorithm>
#include <chrono>

namespace failover {

class Backoff {
 public:
  static constexpr std::chrono::milliseconds kFirst{200};
  static constexpr std::chrono::milliseconds kLongest{5000};

  // 0.2 s, then twice as long each time up to 5 s; of it between one half and the whole, by
  // `fraction` from 0 to 1, so that nothing comes in step with anything.
  std::chrono::nanoseconds Next(double fraction) {
    const std::chrono::duration<double, std::milli> jittered = next_ * (0.5 + fraction / 2);
    next_ = std::min(2 * next_, kLongest);
    return std::chrono::duration_cast<std::chrono::nanoseconds>(jittered);
  }
  void Reset() { next_ = kFirst; }

 private:
  std::chrono::milliseconds next_ = kFirst;
};

}  // namespace failover
