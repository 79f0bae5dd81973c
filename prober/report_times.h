// When reports went out, when they were acknowledged, and how long that took. Pure; the clock is
// passed in.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "common/clock.h"

namespace failover {

class ReportTimes {
 public:
  // A new connection: sequences begin anew.
  void BeginConnection() { awaited_ = 0; }

  void Sent(std::uint64_t sequence, TimePoint now) {
    last_report_ = now;
    awaited_ = sequence;
  }
  // Of the newest report read. What acknowledges an older one than the last says nothing about it.
  void Acknowledged(std::uint64_t sequence, TimePoint now) {
    last_acknowledgement_ = now;
    if (awaited_ == 0 || sequence != awaited_) return;
    latency_ = now - *last_report_;
    awaited_ = 0;
  }

  std::optional<TimePoint> last_report() const { return last_report_; }
  std::optional<TimePoint> last_acknowledgement() const { return last_acknowledgement_; }
  // From a report to its acknowledgement; 0 before the first.
  std::chrono::nanoseconds latency() const { return latency_; }

 private:
  std::uint64_t awaited_ = 0;  // sequence of the last report while it is not acknowledged
  std::optional<TimePoint> last_report_;
  std::optional<TimePoint> last_acknowledgement_;
  std::chrono::nanoseconds latency_{0};
};

}  // namespace failover
