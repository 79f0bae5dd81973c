#include "ctl/duration.h"

#include <array>
#include <charconv>
#include <string>

#include "ctl/text.h"

namespace failover {
namespace {

constexpr double kLongest = 100.0 * 365 * 86400;  // seconds

// Of a unit's name; 0 for what is none.
double SecondsOf(std::string_view unit) {
  struct Unit {
    std::string_view name;
    double seconds;
  };
  static constexpr std::array<Unit, 9> kUnits = {{{"", 1}, {"s", 1}, {"sec", 1}, {"m", 60}, {"min", 60},
      {"h", 3600}, {"d", 86400}, {"day", 86400}, {"w", 7.0 * 86400}}};
  for (const Unit& known : kUnits) {
    if (known.name == unit) return known.seconds;
  }
  return 0;
}

// Seconds; 0 if the text is no duration.
double Sum(std::string_view text) {
  double sum = 0;
  while (!text.empty()) {
    double value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc() || !(value >= 0)) return 0;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const std::string_view unit = text.substr(0, text.find_first_not_of("abcdefghijklmnopqrstuvwxyz"));
    const double seconds = SecondsOf(unit);
    const bool alone = unit.empty() && (sum > 0 || unit.size() < text.size());
    if (seconds == 0 || alone) return 0;
    sum += value * seconds;
    text.remove_prefix(unit.size());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  return sum;
}

}  // namespace

std::expected<std::chrono::nanoseconds, Error> ParseDuration(std::string_view text) {
  const double seconds = Sum(text);
  if (seconds > 0 && seconds <= kLongest) {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
  }
  return Fail('"' + Printable(text) + "\" is no duration; write one such as 90s, 30min, 2h or 7d");
}

std::expected<std::time_t, Error> ParseSince(std::string_view text, std::time_t now) {
  if (const auto span = ParseDuration(text)) {
    return now - std::chrono::duration_cast<std::chrono::seconds>(*span).count();
  }
  const std::string whole(text);
  for (const char* format : {"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
    std::tm time{};
    const char* end = strptime(whole.c_str(), format, &time);
    if (end == nullptr || *end != '\0') continue;
    time.tm_isdst = -1;
    return std::mktime(&time);
  }
  return Fail('"' + Printable(text) +
              "\" is no time; write a duration such as 2h or 7d, or a date such as 2026-11-25 or "
              "\"2026-11-25 03:14\"");
}

}  // namespace failover
