#include "prober/request_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace failover {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const TimePoint kNow(1000s);

class RequestQueueTest : public testing::Test {
 protected:
  RequestQueueTest() { queue_.Configure({"a", "b"}, 3s, kNow); }

  void Add(std::size_t tunnel, TimePoint at, std::size_t budget = 0, Use use = Use::kRound) {
    queue_.Add({.tunnel = tunnel, .page = 0, .budget = budget, .use = use}, at);
  }
  // The tunnels of what may be sent now; each is sent, and answered at once.
  std::vector<std::size_t> SendAll(TimePoint now) {
    std::vector<std::size_t> sent;
    while (const auto question = queue_.Take(now)) {
      queue_.Sent(*question, now);
      queue_.Ended(question->use, now);
      sent.push_back(question->tunnel);
    }
    return sent;
  }

  RequestQueue queue_;
};

TEST_F(RequestQueueTest, WhatHasWaitedLongestGoesFirstAcrossBudgets) {
  Add(1, kNow + 2s);
  Add(2, kNow + 1s, 1);
  Add(3, kNow);
  EXPECT_EQ(queue_.next(), kNow);
  EXPECT_THAT(SendAll(kNow), ElementsAre(3));
  EXPECT_EQ(queue_.next(), kNow + 1s);
  EXPECT_THAT(SendAll(kNow + 2s), ElementsAre(2, 1));
  EXPECT_EQ(queue_.next(), std::nullopt);
}

TEST_F(RequestQueueTest, ConfirmationsGoBeforeRounds) {
  Add(1, kNow);
  Add(2, kNow + 1s, 0, Use::kConfirmation);
  Add(3, kNow + 1s, 1, Use::kConfirmation);
  EXPECT_THAT(SendAll(kNow + 1s), ElementsAre(2, 3, 1));
}

TEST_F(RequestQueueTest, LookUpsGoLastAndAreDroppedWithTheRest) {
  Add(1, kNow, 0, Use::kLookup);
  Add(2, kNow + 1s);
  Add(3, kNow + 1s, 0, Use::kConfirmation);
  EXPECT_EQ(queue_.next(), kNow);
  EXPECT_THAT(SendAll(kNow + 1s), ElementsAre(3, 2, 1));
  Add(4, kNow, 0, Use::kLookup);
  EXPECT_EQ(queue_.Drop(0).size(), 1U);
  EXPECT_EQ(queue_.next(), std::nullopt);
}

TEST_F(RequestQueueTest, AFullBudgetWaitsAloneAndItsConfirmationsHaveTheirReserve) {
  for (std::size_t i = 0; i < 864; ++i) {
    queue_.Sent({.budget = 0}, kNow - 100s);
    queue_.Ended(Use::kRound, kNow - 100s);
  }
  Add(1, kNow);
  Add(2, kNow, 0, Use::kConfirmation);
  Add(3, kNow, 1);
  EXPECT_THAT(SendAll(kNow), ElementsAre(2, 3));
  EXPECT_EQ(queue_.next(), kNow + 200s);
  EXPECT_THAT(SendAll(kNow + 200s), ElementsAre(1));
}

TEST_F(RequestQueueTest, WhatWasSentAgainCountsAsWellButIsInFlightOnce) {
  Add(1, kNow);
  const auto question = queue_.Take(kNow);
  queue_.Sent(*question, kNow);
  queue_.SentAgain(*question, 99, kNow);
  Add(2, kNow);
  EXPECT_THAT(SendAll(kNow), IsEmpty());
  EXPECT_EQ(queue_.next(), kNow + 1s);
  EXPECT_THAT(SendAll(kNow + 1s), ElementsAre(2));
}

TEST_F(RequestQueueTest, AtMostAHundredAreInFlight) {
  for (std::size_t i = 0; i < 101; ++i) Add(i, kNow);
  for (int i = 0; i < 100; ++i) queue_.Sent(*queue_.Take(kNow), kNow);
  EXPECT_FALSE(queue_.Take(kNow + 2s).has_value());
  EXPECT_EQ(queue_.next(), std::nullopt) << "an answer must come first";
  queue_.Ended(Use::kRound, kNow + 2s);
  EXPECT_EQ(queue_.next(), kNow + 3s) << "it may have gone over the wire just now";
  EXPECT_THAT(SendAll(kNow + 2s), IsEmpty());
  EXPECT_THAT(SendAll(kNow + 3s), ElementsAre(100));
}

TEST_F(RequestQueueTest, LookUpsThatHangLeaveHalfOfItToOtherQuestions) {
  for (std::size_t i = 0; i < 60; ++i) Add(i, kNow, 0, Use::kLookup);
  for (int i = 0; i < 50; ++i) queue_.Sent(*queue_.Take(kNow), kNow);
  EXPECT_FALSE(queue_.Take(kNow + 2s).has_value());
  EXPECT_EQ(queue_.next(), std::nullopt) << "an answer must come first";
  Add(99, kNow);
  EXPECT_EQ(queue_.next(), kNow);
  EXPECT_THAT(SendAll(kNow + 2s), ElementsAre(99));
  queue_.Ended(Use::kLookup, kNow + 2s);
  queue_.Sent(*queue_.Take(kNow + 2s), kNow + 2s);
  EXPECT_FALSE(queue_.Take(kNow + 2s).has_value());
  queue_.Configure({"a", "b"}, 3s, kNow + 5s);
  for (std::size_t i = 0; i < 50; ++i) Add(i, kNow, 0, Use::kLookup);
  EXPECT_EQ(SendAll(kNow + 6s).size(), 50U) << "a reload ends what is in flight";
}

TEST_F(RequestQueueTest, WhatAReloadCancelsCountsForASecond) {
  for (std::size_t i = 0; i < 100; ++i) Add(i, kNow);
  for (int i = 0; i < 100; ++i) queue_.Sent(*queue_.Take(kNow), kNow);
  queue_.Configure({"a", "b"}, 3s, kNow + 5s);
  Add(1, kNow + 5s);
  EXPECT_EQ(queue_.next(), kNow + 6s);
  EXPECT_THAT(SendAll(kNow + 5s), IsEmpty());
  EXPECT_THAT(SendAll(kNow + 6s), ElementsAre(1));
}

TEST_F(RequestQueueTest, FurtherPagesGoBeforeRoundsAndWaitForNoTurn) {
  queue_.budget(0).SetSpacing(1s);
  for (std::size_t i = 1; i < 4; ++i) Add(i, kNow);
  EXPECT_THAT(SendAll(kNow), ElementsAre(1));
  Add(11, kNow, 0, Use::kPage);
  Add(12, kNow, 0, Use::kPage);
  Add(13, kNow, 0, Use::kConfirmation);
  EXPECT_THAT(SendAll(kNow), ElementsAre(13, 11, 12));
  EXPECT_EQ(queue_.next(), kNow + 3s);
  EXPECT_THAT(SendAll(kNow + 3s), ElementsAre(2));
}

TEST_F(RequestQueueTest, AtMostAHundredAreSentInASecond) {
  for (std::size_t i = 0; i < 250; ++i) Add(i, kNow, i % 2);
  EXPECT_EQ(SendAll(kNow).size(), 100U);
  EXPECT_EQ(queue_.next(), kNow + 1s);
  EXPECT_THAT(SendAll(kNow + 999ms), IsEmpty());
  EXPECT_EQ(SendAll(kNow + 1s).size(), 100U);
  EXPECT_EQ(SendAll(kNow + 2s).size(), 50U);
}

TEST_F(RequestQueueTest, ARefusalPausesItsBudgetAlone) {
  Add(1, kNow);
  Add(2, kNow, 1);
  queue_.budget(0).Refused(60s, kNow);
  EXPECT_THAT(SendAll(kNow), ElementsAre(2));
  EXPECT_EQ(queue_.next(), kNow + 60s);
}

TEST_F(RequestQueueTest, WhatWaitsCanBeTakenOut) {
  Add(1, kNow);
  Add(2, kNow, 1);
  Add(3, kNow, 1, Use::kConfirmation);
  EXPECT_EQ(queue_.Drop(1).size(), 2U);
  EXPECT_EQ(queue_.DropAll().size(), 1U);
  EXPECT_EQ(queue_.next(), std::nullopt);
}

TEST_F(RequestQueueTest, AReloadForgetsNoRequestOfABudgetAlsoOfOneThatWasGone) {
  for (std::size_t i = 0; i < 864; ++i) queue_.Sent({.budget = 1}, kNow);
  queue_.Configure({"c"}, 3s, kNow + 1s);
  queue_.Configure({"b"}, 3s, kNow + 2s);
  Add(1, kNow + 2s);
  EXPECT_THAT(SendAll(kNow + 299s), IsEmpty());
  EXPECT_THAT(SendAll(kNow + 300s), ElementsAre(1));
}

}  // namespace
}  // namespace failover
