#include "prober/send_times.h"

#include <gtest/gtest.h>

namespace failover {
namespace {

using namespace std::chrono_literals;
const TimePoint kNow(1000s);

TEST(SendTimes, ThereIsRoomWhenTheOldestOfTheLimitLeavesTheWindow) {
  SendTimes times(4);
  EXPECT_EQ(times.newest(), std::nullopt);
  for (int i = 0; i < 6; ++i) times.Add(kNow + i * 1s);  // 2, 3, 4 and 5 are remembered
  EXPECT_EQ(times.newest(), kNow + 5s);
  EXPECT_EQ(times.RoomAt(1, 10s), kNow + 15s);
  EXPECT_EQ(times.RoomAt(3, 10s), kNow + 13s);
  EXPECT_EQ(times.RoomAt(4, 10s), kNow + 12s);
}

TEST(SendTimes, BelowTheLimitThereIsAlwaysRoom) {
  SendTimes times(3);
  times.Add(kNow);
  times.Add(kNow);
  EXPECT_EQ(times.RoomAt(3, 10s), TimePoint());
}

}  // namespace
}  // namespace failover
