#include "ctl/duration.h"

#include <gtest/gtest.h>

#include "tests/ctl/situations.h"

namespace failover {
namespace {

TEST(ParseDuration, TakesWhatPeopleWrite) {
  const std::pair<const char*, double> kCases[] = {{"90", 90}, {"90s", 90}, {"30m", 1800}, {"30min", 1800},
      {"2h", 7200}, {"7d", 604800}, {"1h30m", 5400}, {"1.5h", 5400}, {"2 h", 0}, {"1h 30min", 5400}};
  for (const auto& [text, seconds] : kCases) {
    const auto parsed = ParseDuration(text);
    if (seconds == 0) {
      EXPECT_FALSE(parsed) << text;
      continue;
    }
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9))) << text;
  }
}

TEST(ParseDuration, RefusesTheRestWithAnExample) {
  for (const char* text :
      {"", "0", "x", "2 parsecs", "-5m", "5m3", "1e9", "nan", "inf", "9999999w", "1h\n"}) {
    const auto parsed = ParseDuration(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_TRUE(parsed.error().message.contains("such as 90s")) << parsed.error().message;
  }
}

TEST(ParseSince, IsASpanBeforeNowOrALocalDate) {
  UseUtc();
  EXPECT_EQ(ParseSince("2h", 10000), 2800);
  EXPECT_EQ(ParseSince("2026-11-25", 0), 1795564800);
  EXPECT_EQ(ParseSince("2026-11-25 03:14", 0), 1795576440);
  EXPECT_EQ(ParseSince("2026-11-25 03:14:07", 0), 1795576447);
  EXPECT_FALSE(ParseSince("yesterday", 0));
  EXPECT_FALSE(ParseSince("2026-11-25x", 0));
}

}  // namespace
}  // namespace failover
