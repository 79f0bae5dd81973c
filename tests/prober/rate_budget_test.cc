#include "prober/rate_budget.h"

#include <gtest/gtest.h>

namespace failover {
namespace {

using namespace std::chrono_literals;
const TimePoint kNow(5000s);

class RateBudgetTest : public testing::Test {
 protected:
  // Asks until it is allowed again, in steps of a second.
  std::chrono::seconds PauseFrom(TimePoint now) const {
    std::chrono::seconds pause{0};
    while (budget_.Paused("token", now + pause) && pause < 2h) pause += 1s;
    return pause;
  }
  RateBudget budget_;
};

TEST_F(RateBudgetTest, NothingIsPausedAtFirst) { EXPECT_FALSE(budget_.Paused("token", kNow)); }

TEST_F(RateBudgetTest, RetryAfterIsObeyedUpToTenMinutes) {
  const std::pair<std::chrono::seconds, std::chrono::seconds> cases[] = {
      {1s, 1s}, {30s, 30s}, {600s, 600s}, {601s, 600s}, {std::chrono::seconds::max(), 600s}};
  for (const auto& [retry_after, pause] : cases) {
    budget_ = RateBudget();
    budget_.Refused("token", retry_after, kNow);
    EXPECT_EQ(PauseFrom(kNow), pause) << retry_after.count();
  }
}

TEST_F(RateBudgetTest, WithoutRetryAfterThePauseDoublesFrom30sTo10min) {
  TimePoint now = kNow;
  for (const auto pause : {30s, 60s, 120s, 240s, 480s, 600s, 600s}) {
    budget_.Refused("token", std::nullopt, now);
    EXPECT_EQ(PauseFrom(now), pause);
    now += pause;
  }
}

TEST_F(RateBudgetTest, AGoodAnswerMakesTheNextPauseAFirstOne) {
  budget_.Refused("token", std::nullopt, kNow);
  budget_.Served("token");
  EXPECT_EQ(PauseFrom(kNow), 30s);  // what was asked for stays
  budget_.Refused("token", std::nullopt, kNow + 30s);
  EXPECT_EQ(PauseFrom(kNow + 30s), 30s);
}

TEST_F(RateBudgetTest, RefusalsOfRequestsThatWereAskedTogetherCountOnce) {
  for (int i = 0; i < 100; ++i) budget_.Refused("token", std::nullopt, kNow);
  EXPECT_EQ(PauseFrom(kNow), 30s);
}

TEST_F(RateBudgetTest, AShorterRetryAfterDoesNotShortenAPause) {
  budget_.Refused("token", 60s, kNow);
  budget_.Refused("token", 1s, kNow);
  EXPECT_EQ(PauseFrom(kNow), 60s);
}

TEST_F(RateBudgetTest, APauseLastsOneCheckIntervalAtLeast) {
  budget_.SetCheckInterval(3s);
  budget_.Refused("token", 1s, kNow);
  EXPECT_EQ(PauseFrom(kNow), 3s);
}

TEST_F(RateBudgetTest, EachTokenHasItsOwnPause) {
  budget_.Refused("other", 60s, kNow);
  EXPECT_FALSE(budget_.Paused("token", kNow));
}

}  // namespace
}  // namespace failover
