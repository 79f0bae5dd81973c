#include "prober/cloudflare_time.h"

#include <gtest/gtest.h>

#include <string>

namespace failover {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

CloudflareTime At(std::chrono::year_month_day day, std::chrono::nanoseconds time) {
  return CloudflareTime(sys_days(day).time_since_epoch() + time);
}

TEST(CloudflareTime, WhatTheApiWritesIsRead) {
  const auto day = std::chrono::year(2026) / 11 / 20;
  const std::pair<const char*, CloudflareTime> cases[] = {
      {"2026-11-20T08:00:01.317854Z", At(day, 8h + 1s + 317854us)},
      {"2026-11-20T08:00:01Z", At(day, 8h + 1s)},
      {"2026-11-20T08:00:01.3Z", At(day, 8h + 1s + 300ms)},
      {"2026-11-20T08:00:01.123456789Z", At(day, 8h + 1s + 123456789ns)},
      {"2026-11-20T08:00:01+00:00", At(day, 8h + 1s)},
      {"2026-11-20T08:00:01.5+05:30", At(day, 2h + 30min + 1s + 500ms)},
      {"2026-11-20T22:00:00-03:00", At(day, 25h)},
      {"2024-02-29T23:59:59Z", At(std::chrono::year(2024) / 2 / 29, 23h + 59min + 59s)},
      {"1970-01-01T00:00:00Z", CloudflareTime(0s)},
  };
  for (const auto& [text, time] : cases) EXPECT_EQ(ParseCloudflareTime(text), time) << text;
}

TEST(CloudflareTime, AFractionDecidesWhichOfTwoIsLater) {
  EXPECT_LT(*ParseCloudflareTime("2026-11-20T08:00:01.09Z"), *ParseCloudflareTime("2026-11-20T08:00:01.1Z"));
  EXPECT_LT(
      *ParseCloudflareTime("2026-11-20T08:00:01Z"), *ParseCloudflareTime("2026-11-20T08:00:01.000000001Z"));
}

TEST(CloudflareTime, AnythingElseIsNoTime) {
  for (const char* text : {"", "now", "2026-11-20", "2026-11-20T08:00Z", "2026-11-20T08:00:01",
           "2026-11-20 08:00:01Z", "2026-11-20t08:00:01z", "2026-11-20T08:00:01.Z",
           "2026-11-20T08:00:01.1234567890Z", "2026-11-20T08:00:01,5Z", "2026-11-20T08:00:01Z ",
           " 2026-11-20T08:00:01Z", "2026-11-20T08:00:01ZZ", "2026-11-20T08:00:01+0000",
           "2026-11-20T08:00:01+24:00", "2026-11-20T08:00:01+-1:00", "2026-11-20T08:00:01+01:60",
           "26-11-20T08:00:01Z", "2026-1-20T08:00:01Z", "+026-11-20T08:00:01Z", "2026-13-20T08:00:01Z",
           "2026-00-20T08:00:01Z", "2026-11-31T08:00:01Z", "2026-11-00T08:00:01Z", "2025-02-29T08:00:01Z",
           "2026-11-20T24:00:00Z", "2026-11-20T08:60:01Z", "2026-11-20T08:00:60Z", "2026-11-20T08:00:-1Z",
           "0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2201-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
           "2026-11-20T08:00:01.5", "2026-11-20T0x:00:01Z", "Z"}) {
    EXPECT_EQ(ParseCloudflareTime(text), std::nullopt) << text;
  }
}

TEST(CloudflareTime, NoBeginningOfATimeIsATime) {
  const std::string whole = "2026-11-20T08:00:01.317854+05:30";
  ASSERT_TRUE(ParseCloudflareTime(whole).has_value());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(ParseCloudflareTime(whole.substr(0, size)), std::nullopt) << size;
  }
}

}  // namespace
}  // namespace failover
