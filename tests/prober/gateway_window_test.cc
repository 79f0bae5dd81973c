#include "prober/gateway_window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace failover {
namespace {

using namespace std::chrono_literals;

const TimePoint kBegin(1000s);

TEST(GatewayWindow, AnEmptyOneHasNothing) {
  const GatewayWindow window;
  const GatewaySums sums = window.Sums(kBegin);
  EXPECT_EQ(sums.probes, 0U);
  EXPECT_EQ(sums.lost, 0U);
  EXPECT_EQ(sums.mean_round_trip, 0ns);
  EXPECT_TRUE(window.recent().empty());
}

TEST(GatewayWindow, CountsTheLostAndAveragesTheOthers) {
  GatewayWindow window;
  window.Add(kBegin, 1ms);
  window.Add(kBegin + 3s, std::nullopt);
  window.Add(kBegin + 6s, 3ms);
  const GatewaySums sums = window.Sums(kBegin + 6s);
  EXPECT_EQ(sums.probes, 3U);
  EXPECT_EQ(sums.lost, 1U);
  EXPECT_EQ(sums.mean_round_trip, 2ms);
}

TEST(GatewayWindow, AllLostHaveNoMean) {
  GatewayWindow window;
  window.Add(kBegin, std::nullopt);
  EXPECT_EQ(window.Sums(kBegin).lost, 1U);
  EXPECT_EQ(window.Sums(kBegin).mean_round_trip, 0ns);
}

TEST(GatewayWindow, ForgetsInItsSumsWhatIsSixtySecondsOldAlsoWithoutANewProbe) {
  GatewayWindow window;
  window.Add(kBegin, std::nullopt);
  window.Add(kBegin + 30s, 5ms);
  EXPECT_EQ(window.Sums(kBegin + 60s - 1ns).probes, 2U);
  EXPECT_EQ(window.Sums(kBegin + 60s).probes, 1U);
  EXPECT_EQ(window.Sums(kBegin + 60s).lost, 0U);
  EXPECT_EQ(window.Sums(kBegin + 90s).probes, 0U);
  EXPECT_EQ(window.recent().size(), 2U) << "the last ones stay, however old";
}

TEST(GatewayWindow, RecentAreTheLastSixtyOldestFirst) {
  GatewayWindow window;
  for (int i = 1; i <= 100; ++i) {
    window.Add(
        kBegin + i * 3s, i % 10 == 0 ? std::nullopt : std::optional<std::chrono::nanoseconds>(i * 1ms));
  }
  const auto recent = window.recent();
  ASSERT_EQ(recent.size(), 60U);
  EXPECT_EQ(recent.front(), 41ms);
  EXPECT_EQ(recent[9], std::nullopt);
  EXPECT_EQ(recent[58], 99ms);
  EXPECT_EQ(recent.back(), std::nullopt);
}

// Confirmations can probe five times a second: more than 60 probes are in the sums then.
TEST(GatewayWindow, TheSumsHoldAllOfSixtySecondsHoweverMany) {
  GatewayWindow window;
  TimePoint now = kBegin;
  for (int i = 0; i < 1000; ++i) window.Add(now += 200ms, 1ms);
  EXPECT_EQ(window.Sums(now).probes, 300U);
  EXPECT_EQ(window.Sums(now).mean_round_trip, 1ms);
  EXPECT_EQ(window.recent().size(), 60U);
}

}  // namespace
}  // namespace failover
