#include "prober/lookups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace failover {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const TimePoint kNow(1000s);

class LookupsTest : public testing::Test {
 protected:
  LookupsTest() { Configure(3s); }

  void Configure(std::chrono::nanoseconds check_interval) {
    check_interval_ = check_interval;
    queue_.Configure({"a", "b"}, check_interval, kNow);
    lookups_.Configure(check_interval);
  }
  // The tunnels that are asked for in the round of `now`.
  std::vector<std::size_t> Round(TimePoint now) {
    lookups_.QueueDue(queue_, now, now + check_interval_);
    std::vector<std::size_t> asked;
    while (const auto question = queue_.Take(now)) {
      EXPECT_EQ(question->use, Use::kLookup);
      if (lookups_.Begin(question->tunnel, now) == Lookups::Wanted::kYes) asked.push_back(question->tunnel);
    }
    return asked;
  }
  Lookups::Wanted Answer(std::size_t tunnel, TimePoint now, Reason reason = Reason::kNone,
      std::optional<std::chrono::seconds> retry_after = std::nullopt) {
    return lookups_.Answered(tunnel, reason, retry_after, 1.0, now);
  }
  // After how long a tunnel that is always answered at once is asked for again.
  std::chrono::nanoseconds Gap() {
    lookups_.Watch(1, 0);
    EXPECT_THAT(Round(kNow), ElementsAre(1));
    Answer(1, kNow + 100ms);
    TimePoint now = kNow + check_interval_;
    while (Round(now).empty() && now < kNow + 10000s) now += check_interval_;
    return now - kNow;
  }

  std::chrono::nanoseconds check_interval_{0};
  RequestQueue queue_;
  Lookups lookups_;
};

TEST_F(LookupsTest, OnlyWhatIsWatchedIsAskedFor) {
  EXPECT_THAT(Round(kNow), IsEmpty());
  lookups_.Watch(7, 1);
  lookups_.Watch(3, 0);
  EXPECT_THAT(Round(kNow), testing::UnorderedElementsAre(3, 7));
  lookups_.Leave(7);
  Answer(3, kNow);
  EXPECT_THAT(Round(kNow + 60s), ElementsAre(3));
}

TEST_F(LookupsTest, ARoundAsksNoMoreOftenThanEvery5s) {
  const std::pair<std::chrono::nanoseconds, std::chrono::nanoseconds> cases[] = {
      {1s, 5s}, {2s, 6s}, {3s, 6s}, {4s, 8s}, {5s, 5s}, {7s, 7s}, {60s, 60s}};
  for (const auto& [interval, gap] : cases) {
    Configure(interval);
    EXPECT_EQ(Gap(), gap) << interval.count();
  }
}

TEST_F(LookupsTest, OneThatIsBeingAskedForIsNotAskedForAgain) {
  lookups_.Watch(1, 0);
  Round(kNow);
  EXPECT_THAT(Round(kNow + 60s), IsEmpty());
  EXPECT_EQ(Answer(1, kNow + 61s), Lookups::Wanted::kYes);
  EXPECT_THAT(Round(kNow + 63s), ElementsAre(1));
}

TEST_F(LookupsTest, WatchingAgainWhatIsWatchedChangesNothing) {
  lookups_.Watch(1, 0);
  Round(kNow);
  lookups_.Watch(1, 0);
  EXPECT_THAT(Round(kNow + 6s), IsEmpty()) << "still in flight";
}

TEST_F(LookupsTest, WhatNobodyWantsToKnowAnyMoreIsNeitherSentNorHeard) {
  lookups_.Watch(1, 0);
  lookups_.QueueDue(queue_, kNow, kNow + 3s);
  lookups_.Leave(1);
  EXPECT_EQ(lookups_.Begin(1, kNow), Lookups::Wanted::kNo);
  lookups_.Watch(2, 0);
  lookups_.QueueDue(queue_, kNow, kNow + 3s);
  EXPECT_EQ(lookups_.Begin(2, kNow), Lookups::Wanted::kYes);
  lookups_.Leave(2);
  EXPECT_EQ(Answer(2, kNow), Lookups::Wanted::kNo);
}

TEST_F(LookupsTest, ALeftQuestionDoesNotCountForOneThatWasAskedLater) {
  lookups_.Watch(1, 0);
  lookups_.QueueDue(queue_, kNow, kNow + 3s);
  lookups_.Leave(1);
  lookups_.Watch(1, 0);
  EXPECT_THAT(Round(kNow + 3s), ElementsAre(1)) << "twice in the queue, once sent";
}

TEST_F(LookupsTest, APausedBudgetIsNotAskedAndOthersAre) {
  queue_.budget(0).Refused(60s, kNow);
  lookups_.Watch(1, 0);
  lookups_.Watch(2, 1);
  EXPECT_THAT(Round(kNow), ElementsAre(2));
  EXPECT_THAT(Round(kNow + 60s), ElementsAre(1));
}

TEST_F(LookupsTest, ARetryAfterOfAFaultIsObeyed) {
  lookups_.Watch(1, 0);
  EXPECT_THAT(Round(kNow), ElementsAre(1));
  Answer(1, kNow, Reason::kServerError, 45s);
  EXPECT_THAT(Round(kNow + 42s), IsEmpty());
  EXPECT_THAT(Round(kNow + 45s), ElementsAre(1));
}

TEST_F(LookupsTest, WhatWasDroppedIsAskedForWhenItIsDueAgain) {
  lookups_.Watch(1, 0);
  lookups_.QueueDue(queue_, kNow, kNow + 3s);
  for (const Question& question : queue_.DropAll()) lookups_.Dropped(question.tunnel);
  lookups_.Dropped(99);
  EXPECT_THAT(Round(kNow + 3s), IsEmpty());
  EXPECT_THAT(Round(kNow + 6s), ElementsAre(1));
}

TEST_F(LookupsTest, OneThatWaitedForTheBudgetKeepsItsDistanceToTheNext) {
  lookups_.Watch(1, 0);
  for (int i = 0; i < 912; ++i) queue_.budget(0).Sent(kNow - 296s, Use::kRound);
  EXPECT_THAT(Round(kNow), IsEmpty());
  EXPECT_THAT(Round(kNow + 4s), ElementsAre(1));
  Answer(1, kNow + 4s);
  EXPECT_THAT(Round(kNow + 8s), IsEmpty());
  EXPECT_THAT(Round(kNow + 9s), ElementsAre(1));
}

TEST_F(LookupsTest, ARefusedTokenIsTriedAgainAfter30sDoublingAndFaultsSlowDown) {
  lookups_.Watch(1, 0);
  Round(kNow);
  Answer(1, kNow, Reason::kUnauthorized);
  EXPECT_THAT(Round(kNow + 29s), IsEmpty());
  EXPECT_THAT(Round(kNow + 30s), ElementsAre(1));
  Answer(1, kNow + 30s, Reason::kUnauthorized);
  EXPECT_THAT(Round(kNow + 89s), IsEmpty());
  EXPECT_THAT(Round(kNow + 90s), ElementsAre(1));
  Answer(1, kNow + 90s, Reason::kServerError);
  EXPECT_THAT(Round(kNow + 96s), ElementsAre(1));
  Answer(1, kNow + 96s, Reason::kServerError);
  EXPECT_THAT(Round(kNow + 102s), IsEmpty()) << "doubled";
}

}  // namespace
}  // namespace failover
