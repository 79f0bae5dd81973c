#include "prober/rate_budget.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace failover {
namespace {

using namespace std::chrono_literals;
const TimePoint kNow(5000s);

class RateBudgetTest : public testing::Test {
 protected:
  // Asks until it is allowed again, in steps of a second.
  std::chrono::seconds PauseFrom(TimePoint now) const {
    std::chrono::seconds pause{0};
    while (budget_.Paused(now + pause) && pause < 2h) pause += 1s;
    return pause;
  }
  RateBudget budget_;
};

TEST_F(RateBudgetTest, NothingIsPausedAtFirst) {
  EXPECT_FALSE(budget_.Paused(kNow));
  EXPECT_LE(budget_.RoomAt(Use::kRound), kNow);
  EXPECT_TRUE(budget_.Idle(kNow));
}

TEST_F(RateBudgetTest, RoundsEndAt864AndConfirmationsAt960InAnyFiveMinutes) {
  for (int i = 0; i < 863; ++i) budget_.Sent(kNow + i * 100ms, Use::kRound);
  EXPECT_LE(budget_.RoomAt(Use::kRound), kNow);
  budget_.Sent(kNow + 90s, Use::kRound);
  EXPECT_EQ(budget_.RoomAt(Use::kRound), kNow + 300s) << "when the oldest has left the window";
  EXPECT_LE(budget_.RoomAt(Use::kConfirmation), kNow + 90s);
  for (int i = 0; i < 96; ++i) budget_.Sent(kNow + 100s, Use::kConfirmation);
  EXPECT_EQ(budget_.RoomAt(Use::kConfirmation), kNow + 300s);
  EXPECT_EQ(budget_.RoomAt(Use::kRound), kNow + 300s + 96 * 100ms) << "they gave way";
}

TEST_F(RateBudgetTest, LookUpsEndAt912OfAllAndSlowNoRoundDown) {
  for (int i = 0; i < 500; ++i) budget_.Sent(kNow, Use::kRound);
  for (int i = 0; i < 411; ++i) budget_.Sent(kNow, Use::kLookup);
  EXPECT_LE(budget_.RoomAt(Use::kLookup), kNow);
  budget_.Sent(kNow, Use::kLookup);
  EXPECT_EQ(budget_.RoomAt(Use::kLookup), kNow + 300s);
  EXPECT_LE(budget_.RoomAt(Use::kRound), kNow) << "912 of all, 500 without look-ups";
  for (int i = 0; i < 48; ++i) budget_.Sent(kNow + 1s, Use::kConfirmation);
  for (const Use use : {Use::kRound, Use::kConfirmation, Use::kLookup}) {
    EXPECT_GE(budget_.RoomAt(use), kNow + 300s) << "960 of all";
  }
}

TEST_F(RateBudgetTest, LookUpsLeaveTheRoomOfRoundsThatAreStillToCome) {
  budget_.SetPlanned(864);
  for (int i = 0; i < 48; ++i) {
    EXPECT_LE(budget_.RoomAt(Use::kLookup), kNow);
    budget_.Sent(kNow, Use::kLookup);
  }
  EXPECT_EQ(budget_.RoomAt(Use::kLookup), kNow + 300s);
  EXPECT_LE(budget_.RoomAt(Use::kRound), kNow);
  budget_.SetPlanned(863);
  EXPECT_LE(budget_.RoomAt(Use::kLookup), kNow);
}

TEST_F(RateBudgetTest, BesideFullRoundsThereIsRoomForLookUpsAndForConfirmations) {
  for (int i = 0; i < 864; ++i) budget_.Sent(kNow, Use::kRound);
  for (int i = 0; i < 48; ++i) {
    EXPECT_LE(budget_.RoomAt(Use::kLookup), kNow);
    budget_.Sent(kNow, Use::kLookup);
  }
  EXPECT_EQ(budget_.RoomAt(Use::kLookup), kNow + 300s);
  EXPECT_LE(budget_.RoomAt(Use::kConfirmation), kNow);
}

TEST_F(RateBudgetTest, ASpacingKeepsRoundsApartAndNothingElse) {
  budget_.SetSpacing(1s);
  budget_.Sent(kNow, Use::kRound);
  EXPECT_EQ(budget_.RoomAt(Use::kRound), kNow + 1s);
  EXPECT_LE(budget_.RoomAt(Use::kConfirmation), kNow);
  EXPECT_LE(budget_.RoomAt(Use::kPage), kNow);
  EXPECT_LE(budget_.RoomAt(Use::kLookup), kNow);
  budget_.Sent(kNow, Use::kConfirmation);
  budget_.Sent(kNow, Use::kLookup);
  EXPECT_EQ(budget_.RoomAt(Use::kRound), kNow + 1s) << "confirmations and look-ups have their reserve";
  budget_.Sent(kNow, Use::kPage);
  budget_.Sent(kNow, Use::kPage);
  EXPECT_EQ(budget_.RoomAt(Use::kRound), kNow + 3s) << "a page has used a turn";
  budget_.Sent(kNow + 3300ms, Use::kRound);
  EXPECT_EQ(budget_.RoomAt(Use::kRound), kNow + 4s) << "who was late shifts nobody";
  budget_.Sent(kNow + 100s, Use::kRound);
  EXPECT_EQ(budget_.RoomAt(Use::kRound), kNow + 101s) << "turns that nobody took are gone";
  budget_.SetSpacing(0s);
  EXPECT_LE(budget_.RoomAt(Use::kRound), kNow + 100s);
}

TEST_F(RateBudgetTest, RetryAfterIsObeyedUpToTenMinutes) {
  const std::vector<std::pair<std::chrono::seconds, std::chrono::seconds>> cases = {
      {1s, 1s}, {30s, 30s}, {600s, 600s}, {601s, 600s}, {std::chrono::seconds::max(), 600s}};
  for (const auto& [retry_after, pause] : cases) {
    budget_ = RateBudget();
    budget_.Refused(retry_after, kNow);
    EXPECT_EQ(PauseFrom(kNow), pause) << retry_after.count();
    EXPECT_EQ(budget_.RoomAt(Use::kConfirmation), kNow + pause);
  }
}

TEST_F(RateBudgetTest, WithoutRetryAfterThePauseDoublesFrom30sTo10min) {
  TimePoint now = kNow;
  for (const auto pause : {30s, 60s, 120s, 240s, 480s, 600s, 600s}) {
    budget_.Refused(std::nullopt, now);
    EXPECT_EQ(PauseFrom(now), pause);
    now += pause;
  }
}

TEST_F(RateBudgetTest, AGoodAnswerMakesTheNextPauseAFirstOne) {
  budget_.Refused(std::nullopt, kNow);
  budget_.Served();
  EXPECT_EQ(PauseFrom(kNow), 30s);  // what was asked for stays
  budget_.Refused(std::nullopt, kNow + 30s);
  EXPECT_EQ(PauseFrom(kNow + 30s), 30s);
}

TEST_F(RateBudgetTest, RefusalsOfRequestsThatWereAskedTogetherCountOnce) {
  for (int i = 0; i < 100; ++i) budget_.Refused(std::nullopt, kNow);
  EXPECT_EQ(PauseFrom(kNow), 30s);
}

TEST_F(RateBudgetTest, AShorterRetryAfterDoesNotShortenAPause) {
  budget_.Refused(60s, kNow);
  budget_.Refused(1s, kNow);
  EXPECT_EQ(PauseFrom(kNow), 60s);
}

TEST_F(RateBudgetTest, APauseLastsOneCheckIntervalAtLeast) {
  budget_.SetCheckInterval(3s);
  budget_.Refused(1s, kNow);
  EXPECT_EQ(PauseFrom(kNow), 3s);
}

TEST_F(RateBudgetTest, ItIsIdleWhenNeitherAPauseNorARequestMattersAnyMore) {
  budget_.Sent(kNow, Use::kRound);
  EXPECT_FALSE(budget_.Idle(kNow + 299s));
  EXPECT_TRUE(budget_.Idle(kNow + 300s));
  budget_.Refused(60s, kNow + 300s);
  EXPECT_FALSE(budget_.Idle(kNow + 359s));
  EXPECT_TRUE(budget_.Idle(kNow + 360s));
}

}  // namespace
}  // namespace failover
