#include "prober/backoff.h"

#include <gtest/gtest.h>

namespace failover {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesFrom200MsTo5s) {
  Backoff backoff;
  for (const auto delay : {200ms, 400ms, 800ms, 1600ms, 3200ms, 5000ms, 5000ms}) {
    EXPECT_EQ(backoff.Next(1), delay);
  }
  backoff.Reset();
  EXPECT_EQ(backoff.Next(1), 200ms);
}

TEST(Backoff, JitterTakesUpToOneHalf) {
  Backoff backoff;
  EXPECT_EQ(backoff.Next(0), 100ms);
  EXPECT_EQ(backoff.Next(0.5), 300ms);
}

}  // namespace
}  // namespace failover
