// check_schedule.h where tunnels share account and token: one question for all of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "prober/check_schedule.h"

namespace failover {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const TimePoint kNow(1000s);
constexpr TunnelHealth kDown = Known(TunnelStatus::kDown);
constexpr TunnelHealth kHealthy = Known(TunnelStatus::kHealthy);

TunnelId Id(char fill) { return *TunnelId::FromBytes(std::string(16, fill)); }

WatchedTunnel Tunnel(char fill) {
  return {.id = Id(fill),
      .label = "",
      .account_id = "account",
      .token = "token",
      .failover_on = {TunnelStatus::kDown},
      .failure_threshold = 2};
}

class CheckScheduleListTest : public testing::Test {
 protected:
  CheckScheduleListTest() {
    settings_.check_interval = 3s;
    settings_.confirm_interval = 1s;
    Watch("abc");
  }
  void Watch(const std::string& tunnels) {
    settings_.tunnels.clear();
    for (const char fill : tunnels) settings_.tunnels.push_back(Tunnel(fill));
    schedule_.Configure(settings_, kNow);
  }

  // What is asked now: "page 1", "a".
  std::vector<std::string> Take(TimePoint now) {
    std::vector<std::string> taken;
    while (const auto question = schedule_.TakeNext(now)) {
      const char tunnel = settings_.tunnels[question->tunnel].id.bytes()[0];
      taken.push_back(
          question->page == 0 ? std::string(1, tunnel) : "page " + std::to_string(question->page));
      asked_[taken.back()] = *question;
    }
    return taken;
  }
  std::vector<std::string> Round(TimePoint now) {
    schedule_.QueueRound(now, now + 3s);
    schedule_.QueueSuspects(now);
    return Take(now);
  }
  std::vector<std::string> Suspects(TimePoint now) {
    schedule_.QueueSuspects(now);
    return Take(now);
  }

  // A page of the list: lower case is healthy, upper case down. What is news: "a", "B", "c?".
  std::vector<std::string> AnswerPage(
      unsigned page, const std::string& tunnels, TimePoint now, std::uint64_t total, std::uint64_t size) {
    TunnelList list;
    list.count = tunnels.size();
    list.page = page;
    list.per_page = size;
    list.total_count = total;
    for (const char fill : tunnels) {
      const char lower = static_cast<char>(fill | 0x20);
      list.tunnels.push_back({.id = Id(lower), .health = fill == lower ? kHealthy : kDown});
    }
    return News(schedule_.ListAnswered(asked_.at("page " + std::to_string(page)), list, std::nullopt, now));
  }
  std::vector<std::string> AnswerList(const std::string& tunnels, TimePoint now) {
    return AnswerPage(1, tunnels, now, tunnels.size(), 1000);
  }
  std::vector<std::string> FailPage(unsigned page, Reason reason, TimePoint now) {
    return News(schedule_.ListAnswered(
        asked_.at("page " + std::to_string(page)), std::unexpected(reason), std::nullopt, now));
  }
  static std::vector<std::string> News(const std::vector<ListedTunnel>& news) {
    std::vector<std::string> told;
    for (const ListedTunnel& tunnel : news) {
      const char fill = tunnel.id.bytes()[0];
      told.emplace_back(1, tunnel.health == kDown ? static_cast<char>(fill & ~0x20) : fill);
      if (tunnel.health.status == TunnelStatus::kUnknown) told.back() += "?";
    }
    return told;
  }
  void Answer(const std::string& tunnel, const TunnelHealth& health, TimePoint now) {
    schedule_.Answered(asked_.at(tunnel), health, std::nullopt, now);
  }

  Settings settings_;
  CheckSchedule schedule_{[] { return 1.0; }};
  std::map<std::string, Question> asked_;
};

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
  EXPECT_EQ(schedule_.next_send(), kNow + 500ms) << "no two budgets begin together";
  EXPECT_THAT(Take(kNow + 500ms), ElementsAre("b"));
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
