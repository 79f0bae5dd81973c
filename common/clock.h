// The only clock that decides anything: CLOCK_BOOTTIME, clock_gettime(2). It never steps, counts
// while the host sleeps, and means the same in every process of one boot, so that a cooldown
// outlives the process that began it.
#pragma once

#include <chrono>
#include <ctime>

namespace failover {

struct BootClock {
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<BootClock>;

  static time_point now() noexcept {
    timespec ts{};
    clock_gettime(CLOCK_BOOTTIME, &ts);
    return time_point(std::chrono::seconds(ts.tv_sec) + std::chrono::nanoseconds(ts.tv_nsec));
  }
};

using TimePoint = BootClock::time_point;

// Seconds as the configuration writes them. Its ranges keep the result far from overflow.
inline std::chrono::nanoseconds Seconds(double seconds) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

}  // namespace failover
