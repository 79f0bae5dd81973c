// Spans of time and points of time as operators write them. Pure: now is passed in.
#pragma once

#include <chrono>
#include <ctime>
#include <string_view>

#include "common/error.h"

namespace failover {

// "90" (seconds), "90s", "30m" or "30min", "2h", "7d", "1h30m", fractions allowed. Above 0.
std::expected<std::chrono::nanoseconds, Error> ParseDuration(std::string_view text);

// A duration before `now`, or a local "2026-11-25", "2026-11-25 03:14" or "2026-11-25 03:14:07".
std::expected<std::time_t, Error> ParseSince(std::string_view text, std::time_t now);

}  // namespace failover
