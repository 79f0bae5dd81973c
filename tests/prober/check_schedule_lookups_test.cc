// Look-ups of connectors among the other questions; their times are tried in lookups_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "prober/check_schedule.h"

namespace failover {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const TimePoint kNow(1000s);

TunnelId Id(char fill) { return *TunnelId::FromBytes(std::string(16, fill)); }

class CheckScheduleLookupsTest : public testing::Test {
 protected:
  CheckScheduleLookupsTest() {
    settings_.check_interval = 5s;
    for (const char fill : {'a', 'b'}) {
      settings_.tunnels.push_back({.id = Id(fill),
          .label = "",
          .account_id = "one",
          .token = "token",
          .failover_on = {TunnelStatus::kDown}});
    }
    schedule_.Configure(settings_, kNow);
  }
  // What is asked in a round: "a" for a tunnel's connectors, "list" for the list of the account.
  std::vector<std::string> Round(TimePoint now) {
    schedule_.QueueRound(now, now + 5s);
    return Take(now);
  }
  std::vector<std::string> Take(TimePoint now) {
    std::vector<std::string> asked;
    while (const auto question = schedule_.TakeNext(now)) {
      questions_.push_back(*question);
      const bool lookup = question->use == Use::kLookup;
      asked.push_back(lookup ? std::string(1, settings_.tunnels[question->tunnel].id.bytes()[0]) : "list");
    }
    return asked;
  }
  // Answers everything that was asked.
  void Answer(Reason reason, TimePoint now) {
    for (const Question& question : std::exchange(questions_, {})) {
      if (question.use == Use::kLookup) {
        EXPECT_EQ(schedule_.ConnectorsAnswered(question, reason, std::nullopt, now), Lookups::Wanted::kYes);
      } else {
        TunnelList list{.tunnels = {}, .count = 2, .page = 1, .per_page = 1000, .total_count = 2};
        for (const WatchedTunnel& tunnel : settings_.tunnels) {
          list.tunnels.push_back({.id = tunnel.id, .health = Known(TunnelStatus::kHealthy)});
        }
        schedule_.ListAnswered(question, list, std::nullopt, now);
      }
    }
  }

  Settings settings_;
  CheckSchedule schedule_{[] { return 1.0; }};
  std::vector<Question> questions_;
};

TEST_F(CheckScheduleLookupsTest, AWatchedTunnelsConnectorsAreAskedForAfterTheRound) {
  schedule_.WatchConnectors(Id('b'));
  EXPECT_THAT(Round(kNow), ElementsAre("list", "b"));
  Answer(Reason::kNone, kNow);
  EXPECT_THAT(Round(kNow + 5s), ElementsAre("list", "b"));
  Answer(Reason::kNone, kNow + 5s);
  schedule_.LeaveConnectors(Id('b'));
  EXPECT_THAT(Round(kNow + 10s), ElementsAre("list"));
}

TEST_F(CheckScheduleLookupsTest, WithoutTheGatewayNothingIsLookedUp) {
  schedule_.WatchConnectors(Id('a'));
  schedule_.QueueRound(kNow, kNow + 5s);
  schedule_.Clear();
  EXPECT_THAT(Take(kNow), IsEmpty());
  EXPECT_EQ(schedule_.next_send(), std::nullopt);
  EXPECT_THAT(Round(kNow + 5s), ElementsAre("list", "a"));
}

TEST_F(CheckScheduleLookupsTest, ARateLimitOfALookUpPausesItsBudget) {
  schedule_.WatchConnectors(Id('a'));
  Round(kNow);
  Answer(Reason::kRateLimited, kNow);
  EXPECT_THAT(Round(kNow + 25s), IsEmpty());
  EXPECT_THAT(Round(kNow + 30s), ElementsAre("list", "a"));
}

TEST_F(CheckScheduleLookupsTest, ANewConfigurationEndsAllLookUps) {
  schedule_.WatchConnectors(Id('a'));
  schedule_.Configure(settings_, kNow);
  EXPECT_THAT(Round(kNow), ElementsAre("list"));
}

TEST_F(CheckScheduleLookupsTest, AListDoesNotAnswerALookUp) {
  schedule_.WatchConnectors(Id('a'));
  Round(kNow);
  const std::vector<Question> asked = questions_;
  Answer(Reason::kNone, kNow);
  EXPECT_EQ(schedule_.ConnectorsAnswered(asked[1], Reason::kNone, std::nullopt, kNow), Lookups::Wanted::kNo);
}

}  // namespace
}  // namespace failover
