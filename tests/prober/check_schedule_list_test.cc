// check_schedule.h where tunnels share account and token: one question for all of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/prober/check_schedule_list_fixture.h"

namespace failover {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST_F(CheckScheduleListTest, TunnelsOfOneAccountAndTokenAreOneQuestionARound) {
  for (TimePoint now = kNow; now < kNow + 30s; now += 3s) {
    EXPECT_THAT(Round(now), ElementsAre("page 1"));
    EXPECT_THAT(AnswerList("xabcy", now), ElementsAre("a", "b", "c")) << "others are no news";
    EXPECT_THAT(Take(now), IsEmpty());
  }
}

TEST_F(CheckScheduleListTest, AnotherAccountTokenOrBudgetIsAnotherQuestionAndOneTunnelIsAskedAlone) {
  settings_.tunnels[1].account_id = "another";
  EXPECT_EQ(settings_.tunnels.size(), 3U);
  schedule_.Configure(settings_, kNow);
  EXPECT_THAT(Round(kNow), UnorderedElementsAre("page 1", "b"));
  settings_.tunnels[2].token = "another";
  schedule_.Configure(settings_, kNow);
  EXPECT_THAT(Round(kNow), UnorderedElementsAre("a", "b", "c"));
  Watch("ab");
  settings_.tunnels[1].budget_group = "another";
  schedule_.Configure(settings_, kNow);
  EXPECT_THAT(Round(kNow), ElementsAre("a"));
  EXPECT_EQ(schedule_.next_send(), kNow + 1500ms) << "no two budgets begin together";
  EXPECT_THAT(Take(kNow + 1500ms), ElementsAre("b"));
}

TEST_F(CheckScheduleListTest, OneListingIsUnderWayAtATime) {
  Round(kNow);
  EXPECT_THAT(Round(kNow + 3s), IsEmpty());
  AnswerList("abc", kNow + 4s);
  EXPECT_THAT(Round(kNow + 6s), ElementsAre("page 1"));
}

TEST_F(CheckScheduleListTest, PagesAfterTheFirstAreAskedTogetherAndToldAsTheyCome) {
  Round(kNow);
  EXPECT_THAT(AnswerPage(1, "xy", kNow, 4, 2), IsEmpty());
  EXPECT_THAT(Take(kNow), ElementsAre("page 2"));
  EXPECT_THAT(AnswerPage(2, "aB", kNow, 4, 2), ElementsAre("a", "B"));
  EXPECT_THAT(Take(kNow), ElementsAre("c")) << "missing, so asked alone";
}

TEST_F(CheckScheduleListTest, AMissingTunnelIsAskedAloneOnceAndThenEveryTenMinutes) {
  Round(kNow);
  AnswerList("ab", kNow);
  EXPECT_THAT(Take(kNow), ElementsAre("c"));
  Answer("c", Unknown(Reason::kNotFound), kNow);
  EXPECT_THAT(Round(kNow + 3s), ElementsAre("page 1"));
  EXPECT_THAT(AnswerList("ab", kNow + 3s), ElementsAre("a", "b", "c?")) << "each list says it again";
  std::vector<TimePoint> alone;
  for (TimePoint now = kNow + 6s; now < kNow + 25min; now += 3s) {
    const auto asked = Round(now);
    AnswerList("ab", now);
    if (asked.size() == 1) continue;
    EXPECT_THAT(asked, UnorderedElementsAre("page 1", "c"));
    Answer("c", Unknown(Reason::kDeleted), now);
    alone.push_back(now);
  }
  EXPECT_THAT(alone, ElementsAre(kNow + 600s, kNow + 1200s));
  Round(kNow + 25min);
  EXPECT_THAT(AnswerList("abc", kNow + 25min), ElementsAre("a", "b", "c")) << "there again";
  Round(kNow + 26min);
  AnswerList("ab", kNow + 26min);
  EXPECT_THAT(Take(kNow + 26min), ElementsAre("c")) << "and missing again";
}

TEST_F(CheckScheduleListTest, ATunnelThatExistsThoughTheListLacksItIsWatchedAlone) {
  Round(kNow);
  AnswerList("ab", kNow);
  EXPECT_THAT(Take(kNow), ElementsAre("c"));
  Answer("c", kHealthy, kNow);
  EXPECT_THAT(Round(kNow + 3s), UnorderedElementsAre("page 1", "c"));
}

TEST_F(CheckScheduleListTest, AListingThatChangedBetweenItsPagesSaysNothingAboutWhatItDidNotSee) {
  Round(kNow);
  AnswerPage(1, "ax", kNow, 4, 2);
  Take(kNow);
  EXPECT_THAT(AnswerPage(2, "b", kNow, 3, 2), ElementsAre("b"));
  EXPECT_THAT(Take(kNow), IsEmpty()) << "c is not gone";
}

TEST_F(CheckScheduleListTest, WhatNoListingThatKeepsChangingSeesIsAskedAlone) {
  Round(kNow);
  AnswerPage(1, "ab", kNow, 3, 1000);
  EXPECT_THAT(Take(kNow), IsEmpty());
  Round(kNow + 3s);
  EXPECT_THAT(AnswerPage(1, "ab", kNow + 3s, 3, 1000), ElementsAre("a", "b"));
  EXPECT_THAT(Take(kNow + 3s), ElementsAre("c"));
  Answer("c", kHealthy, kNow + 3s);
  EXPECT_THAT(Round(kNow + 6s), UnorderedElementsAre("page 1", "c"));
  Answer("c", kHealthy, kNow + 6s);
  EXPECT_THAT(AnswerList("abc", kNow + 6s), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Round(kNow + 9s), ElementsAre("page 1"));
}

TEST_F(CheckScheduleListTest, AFailedPageIsUnknownForWhatNoOtherPageHad) {
  Round(kNow);
  AnswerPage(1, "ax", kNow, 4, 2);
  Take(kNow);
  EXPECT_THAT(FailPage(2, Reason::kTimeout, kNow), ElementsAre("b?", "c?"));
  EXPECT_THAT(Take(kNow), IsEmpty());
  Round(kNow + 3s);
  EXPECT_THAT(FailPage(1, Reason::kServerError, kNow + 3s), ElementsAre("a?", "b?", "c?"));
  EXPECT_THAT(Round(kNow + 6s), IsEmpty()) << "the second fault in a row";
  EXPECT_THAT(Round(kNow + 9s), ElementsAre("page 1"));
}

TEST_F(CheckScheduleListTest, MorePagesThanTunnelsAreAskedOneByOneFromThenOn) {
  Round(kNow);
  EXPECT_THAT(AnswerPage(1, "aw", kNow, 6, 2), ElementsAre("a"));
  EXPECT_THAT(Take(kNow), ElementsAre("b", "c"));
  Answer("b", kHealthy, kNow);
  Answer("c", kHealthy, kNow);
  EXPECT_THAT(Round(kNow + 3s), ElementsAre("a", "b", "c"));
}

TEST_F(CheckScheduleListTest, AListThatWasTooLongIsLookedAtAgainAfterTenMinutes) {
  Round(kNow);
  AnswerPage(1, "aw", kNow, 1'000'000, 2);
  Take(kNow);
  for (const char* tunnel : {"b", "c"}) Answer(tunnel, kHealthy, kNow);
  std::vector<TimePoint> listed;
  for (TimePoint now = kNow + 3s; now <= kNow + 1900s; now += 3s) {
    for (const std::string& question : Round(now)) {
      if (question == "page 1") {
        listed.push_back(now);
        if (listed.size() == 1) {
          EXPECT_THAT(FailPage(1, Reason::kTimeout, now), IsEmpty());
        }
        if (listed.size() == 2) {
          EXPECT_THAT(AnswerPage(1, "xy", now, 9, 2), IsEmpty());
        }
        if (listed.size() == 3) AnswerPage(1, "abc", now, 3, 1000);
      } else {
        Answer(question, kHealthy, now);
      }
    }
    if (listed.size() == 3) break;
  }
  EXPECT_THAT(listed, ElementsAre(kNow + 600s, kNow + 1200s, kNow + 1800s));
  EXPECT_THAT(Round(kNow + 1803s), ElementsAre("page 1"));
  EXPECT_THAT(AnswerList("abc", kNow + 1803s), ElementsAre("a", "b", "c"));
}

TEST_F(CheckScheduleListTest, WhatExistsThoughNoListHasItCountsInTheBudget) {
  Watch("abcdefghijklmnopqrst");
  settings_.check_interval = 3s;
  Round(kNow);
  AnswerList("a", kNow);
  std::size_t alone = 0;
  for (TimePoint now = kNow; now < kNow + 60s; now += 100ms) {
    for (const std::string& tunnel : Take(now)) {
      if (tunnel == "page 1") continue;
      Answer(tunnel, kHealthy, now);
      ++alone;
    }
  }
  EXPECT_EQ(alone, 19U) << "to learn why";
  const auto loads = schedule_.TakeChangedLoads();
  ASSERT_EQ(loads.size(), 1U);
  EXPECT_EQ(loads[0].requests, 20U);
  Round(kNow + 63s);
  AnswerList("abcdefghijklmnopqrst", kNow + 63s);
  ASSERT_EQ(schedule_.TakeChangedLoads().size(), 1U);
}

TEST_F(CheckScheduleListTest, OneSuspectIsConfirmedAloneManyByTheList) {
  Round(kNow);
  AnswerList("Abc", kNow);
  EXPECT_EQ(schedule_.next_confirmation(), kNow + 1s);
  EXPECT_THAT(Suspects(kNow + 1s), ElementsAre("a"));
  Answer("a", kHealthy, kNow + 1s);
  Round(kNow + 3s);
  AnswerList("ABc", kNow + 3s);
  EXPECT_THAT(Suspects(kNow + 4s), ElementsAre("page 1"));
  EXPECT_THAT(AnswerList("ABc", kNow + 4s), ElementsAre("A", "B", "c"));
  EXPECT_EQ(schedule_.next_confirmation(), std::nullopt) << "confirmed";
}

TEST_F(CheckScheduleListTest, SuspectsThatAreDueDuringAListingGetTheNextOneAtOnce) {
  for (WatchedTunnel& tunnel : settings_.tunnels) tunnel.failure_threshold = 9;
  schedule_.Configure(settings_, kNow);
  Round(kNow);
  AnswerList("ABc", kNow);
  schedule_.QueueRound(kNow + 500ms, kNow + 3500ms);
  settings_.check_interval = 3s;
  Round(kNow + 3s);  // confirms as well
  EXPECT_THAT(AnswerList("ABc", kNow + 3s), ElementsAre("A", "B", "c"));
  EXPECT_THAT(Suspects(kNow + 4s), ElementsAre("page 1"));
  EXPECT_THAT(Round(kNow + 6s), IsEmpty()) << "the confirmation is still under way";
  EXPECT_THAT(AnswerList("ABc", kNow + 6s), ElementsAre("A", "B", "c"));
}

TEST_F(CheckScheduleListTest, AFailureFromAListDoesNotConfirmBeforeItsTime) {
  Round(kNow);
  AnswerList("Abc", kNow + 2500ms);
  Round(kNow + 3s);
  EXPECT_THAT(AnswerList("Abc", kNow + 3s), ElementsAre("b", "c")) << "a waits for its confirmation";
  EXPECT_THAT(Suspects(kNow + 3500ms), ElementsAre("a"));
  Round(kNow + 6s);
  EXPECT_THAT(AnswerList("Abc", kNow + 6s), ElementsAre("b", "c")) << "a is being asked alone";
}

TEST_F(CheckScheduleListTest, ARateLimitEndsTheListingAndPausesTheBudget) {
  Round(kNow);
  AnswerPage(1, "ax", kNow, 4, 2);
  Take(kNow);
  EXPECT_THAT(FailPage(2, Reason::kRateLimited, kNow), ElementsAre("b?", "c?"));
  EXPECT_THAT(Round(kNow + 27s), IsEmpty());
  EXPECT_THAT(Round(kNow + 30s), ElementsAre("page 1"));
}

TEST_F(CheckScheduleListTest, WithoutTheGatewayNoFurtherPageIsAsked) {
  Round(kNow);
  schedule_.Clear();
  EXPECT_THAT(AnswerPage(1, "ax", kNow, 4, 2), ElementsAre("a"));
  EXPECT_THAT(Take(kNow), IsEmpty());
  EXPECT_EQ(schedule_.next_send(), std::nullopt);
  EXPECT_THAT(Round(kNow + 3s), ElementsAre("page 2"));
}

TEST_F(CheckScheduleListTest, AStretchedBudgetIsSaidAndSoIsItsEnd) {
  EXPECT_THAT(schedule_.TakeChangedLoads(), IsEmpty());
  settings_.check_interval = 1s;
  schedule_.Configure(settings_, kNow);
  EXPECT_THAT(schedule_.TakeChangedLoads(), IsEmpty()) << "one request";
  Round(kNow);
  AnswerPage(1, "aw", kNow, 6, 2);  // three alone: more than 864 in 300 s
  const auto loads = schedule_.TakeChangedLoads();
  ASSERT_EQ(loads.size(), 1U);
  EXPECT_EQ(loads[0].requests, 3U);
  EXPECT_EQ(loads[0].interval, IntervalFor(3, 1s));
}

TEST_F(CheckScheduleListTest, AStretchedBudgetAsksEachTunnelAsOftenAsTheOthers) {
  Watch("abcdefghijklmnopqrst");
  for (WatchedTunnel& tunnel : settings_.tunnels) tunnel.account_id = tunnel.id.ToString();
  schedule_.Configure(settings_, kNow);
  std::map<std::string, unsigned> times;
  for (TimePoint now = kNow; now < kNow + 3000s; now += 100ms) {
    if ((now - kNow) % 3s == 0s) schedule_.QueueRound(now, now + 3s);
    for (const std::string& tunnel : Take(now)) {
      ++times[tunnel];
      Answer(tunnel, kHealthy, now);
    }
  }
  for (const auto& [tunnel, count] : times) EXPECT_NEAR(count, 3000 / 6.9444, 3) << tunnel;
}

}  // namespace
}  // namespace failover
