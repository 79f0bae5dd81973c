// Points in time as Cloudflare stamps them. Their clock is nobody's here: the type compares with
// nothing but itself, so that no step of this host's clock can change a judgement. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace failover {

// Cannot be read, on purpose.
struct CloudflareClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<CloudflareClock>;
  static constexpr bool is_steady = false;
};

using CloudflareTime = CloudflareClock::time_point;

// RFC 3339 as the API writes it: "2026-11-20T08:00:01.317854Z", a fraction of one to nine digits or
// none, Z or an offset. Nothing for anything else, for a day that the calendar lacks, and for a
// year in which no connection was opened: 0001 is how an unset time is written.
std::optional<CloudflareTime> ParseCloudflareTime(std::string_view text);

}  // namespace failover
