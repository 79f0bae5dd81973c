#include "prober/check_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace failover {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const TimePoint kNow(1000s);
constexpr TunnelHealth kDown = Known(TunnelStatus::kDown);
constexpr TunnelHealth kHealthy = Known(TunnelStatus::kHealthy);

TunnelId Id(unsigned number) {
  std::string bytes(TunnelId::kSize, '\0');
  bytes[14] = static_cast<char>(number >> 8);
  bytes[15] = static_cast<char>(number & 0xff);
  return *TunnelId::FromBytes(bytes);
}

WatchedTunnel Tunnel(unsigned number) {
  return {.id = Id(number),
      .label = "",
      .account_id = std::to_string(number),  // so that each is asked alone
      .token = "token",
      .failover_on = {TunnelStatus::kDown, TunnelStatus::kDegraded},
      .failure_threshold = 3};
}

class CheckScheduleTest : public testing::Test {
 protected:
  CheckScheduleTest() {
    settings_.check_interval = 3s;
    settings_.confirm_interval = 1s;
    settings_.tunnels = {Tunnel(1), Tunnel(2)};
    Configure();
  }

  void Configure() {
    schedule_.Configure(settings_, kNow);
    asked_.clear();
  }
  std::vector<TunnelId> TakeAll(TimePoint now) {
    std::vector<TunnelId> taken;
    while (const auto question = schedule_.TakeNext(now)) {
      EXPECT_EQ(question->page, 0U);
      taken.push_back(settings_.tunnels[question->tunnel].id);
      asked_.insert_or_assign(taken.back(), *question);
    }
    return taken;
  }
  std::vector<TunnelId> Round(TimePoint now) {
    schedule_.QueueRound(now, now + settings_.check_interval);
    return Suspects(now);
  }
  std::vector<TunnelId> Suspects(TimePoint now) {
    schedule_.QueueSuspects(now);
    return TakeAll(now);
  }
  void Answer(unsigned tunnel, const TunnelHealth& health, TimePoint now,
      std::optional<std::chrono::seconds> retry_after = std::nullopt) {
    schedule_.Answered(asked_.at(Id(tunnel)), health, retry_after, now);
  }

  Settings settings_;
  CheckSchedule schedule_{[] { return 1.0; }};
  std::map<TunnelId, Question> asked_;
};

TEST_F(CheckScheduleTest, ARoundAsksEveryTunnel) { EXPECT_THAT(Round(kNow), ElementsAre(Id(1), Id(2))); }

TEST_F(CheckScheduleTest, ATunnelThatIsBeingAskedIsNotAskedAgain) {
  Round(kNow);
  Answer(1, kHealthy, kNow);
  EXPECT_THAT(Round(kNow + 3s), ElementsAre(Id(1)));
  EXPECT_THAT(Round(kNow + 6s), IsEmpty());
}

TEST_F(CheckScheduleTest, ASuspectIsAskedAfterConfirmIntervalUntilTheThreshold) {
  Round(kNow);
  Answer(2, kHealthy, kNow);
  TimePoint now = kNow;
  for (int failures = 1; failures < 3; ++failures) {
    Answer(1, kDown, now);
    ASSERT_EQ(schedule_.next_confirmation(), now + 1s);
    EXPECT_THAT(Suspects(now + 999ms), IsEmpty());
    now += 1s;
    EXPECT_THAT(Suspects(now), ElementsAre(Id(1)));
    EXPECT_EQ(schedule_.next_confirmation(), std::nullopt) << "asked, so nothing waits";
  }
  Answer(1, kDown, now);
  EXPECT_EQ(schedule_.next_confirmation(), std::nullopt) << "confirmed";
}

TEST_F(CheckScheduleTest, AThresholdOfOneNeedsNoConfirmation) {
  settings_.tunnels[0].failure_threshold = 1;
  Configure();
  Round(kNow);
  Answer(1, kDown, kNow);
  EXPECT_EQ(schedule_.next_confirmation(), std::nullopt);
}

TEST_F(CheckScheduleTest, ARoundLeavesASuspectToItsConfirmation) {
  Round(kNow);
  Answer(1, kDown, kNow + 2500ms);
  Answer(2, kHealthy, kNow);
  EXPECT_THAT(Round(kNow + 3s), ElementsAre(Id(2)));
  EXPECT_THAT(Suspects(kNow + 3500ms), ElementsAre(Id(1)));
}

TEST_F(CheckScheduleTest, ARoundServesAConfirmationThatIsDue) {
  Round(kNow);
  Answer(1, kDown, kNow);
  EXPECT_THAT(Round(kNow + 1s), ElementsAre(Id(1)));
  EXPECT_THAT(Suspects(kNow + 1s), IsEmpty());
}

TEST_F(CheckScheduleTest, AStatusThatIsNotInFailoverOnIsNoSuspicion) {
  Round(kNow);
  Answer(1, Known(TunnelStatus::kInactive), kNow);
  Answer(2, kHealthy, kNow);
  EXPECT_EQ(schedule_.next_confirmation(), std::nullopt);
}

TEST_F(CheckScheduleTest, UnknownNeverSpeedsAnythingUp) {
  for (int reason = static_cast<int>(Reason::kTimeout); reason <= static_cast<int>(Reason::kInternal);
      ++reason) {
    schedule_ = CheckSchedule([] { return 1.0; });
    Configure();
    Round(kNow);
    Answer(1, Unknown(static_cast<Reason>(reason)), kNow);
    EXPECT_EQ(schedule_.next_confirmation(), std::nullopt) << reason;
  }
}

TEST_F(CheckScheduleTest, UnknownNeitherCountsNorResets) {
  Round(kNow);
  Answer(1, kDown, kNow);
  Suspects(kNow + 1s);
  Answer(1, Unknown(Reason::kTimeout), kNow + 2s);
  EXPECT_EQ(schedule_.next_confirmation(), std::nullopt) << "waits for the next round";
  EXPECT_THAT(Round(kNow + 3s), ElementsAre(Id(1)));
  Answer(1, kDown, kNow + 3s);
  EXPECT_EQ(schedule_.next_confirmation(), kNow + 4s) << "the second failure of three";
  Suspects(kNow + 4s);
  Answer(1, kDown, kNow + 4s);
  EXPECT_EQ(schedule_.next_confirmation(), std::nullopt) << "the third";
}

TEST_F(CheckScheduleTest, HealthyResetsTheCount) {
  TimePoint now = kNow;
  for (const TunnelHealth& health : {kDown, kDown, kHealthy}) {
    Round(now);
    Answer(1, health, now);
    now += 3s;
  }
  Round(now);
  Answer(1, kDown, now);
  EXPECT_EQ(schedule_.next_confirmation(), now + 1s);
}

TEST_F(CheckScheduleTest, WithoutTheGatewayNothingWaitsAnyLonger) {
  Round(kNow);
  Answer(1, kDown, kNow);
  Answer(2, kHealthy, kNow);
  schedule_.QueueRound(kNow + 3s, kNow + 6s);
  schedule_.Clear();
  EXPECT_THAT(TakeAll(kNow + 3s), IsEmpty());
  EXPECT_EQ(schedule_.next_confirmation(), std::nullopt);
  EXPECT_THAT(Round(kNow + 6s), ElementsAre(Id(1), Id(2)));
}

TEST_F(CheckScheduleTest, ARateLimitPausesEveryTunnelOfTheBudget) {
  settings_.tunnels.push_back(Tunnel(3));
  settings_.tunnels[2].token = "cfat_another";
  Configure();
  Round(kNow);
  EXPECT_THAT(TakeAll(kNow + 500ms), ElementsAre(Id(3))) << "no two budgets begin together";
  Answer(1, kDown, kNow);
  Answer(2, Unknown(Reason::kRateLimited), kNow, 60s);
  Answer(3, kHealthy, kNow + 500ms);
  EXPECT_THAT(Suspects(kNow + 1s), IsEmpty()) << "not even a suspect";
  EXPECT_EQ(schedule_.next_confirmation(), std::nullopt) << "and it does not spin";
  EXPECT_THAT(Round(kNow + 3s), IsEmpty());
  EXPECT_THAT(TakeAll(kNow + 3500ms), ElementsAre(Id(3)));
  EXPECT_THAT(Round(kNow + 60s), ElementsAre(Id(1), Id(2)));
}

TEST_F(CheckScheduleTest, ARateLimitReachesWhatStillWaitsInTheQueue) {
  schedule_.QueueRound(kNow, kNow + 3s);
  const auto question = schedule_.TakeNext(kNow);
  ASSERT_TRUE(question.has_value());
  schedule_.Answered(*question, Unknown(Reason::kRateLimited), std::nullopt, kNow);
  EXPECT_THAT(TakeAll(kNow), IsEmpty());
}

TEST_F(CheckScheduleTest, AtMostAHundredAreInFlightAndTheRestFollows) {
  settings_.tunnels.clear();
  for (unsigned i = 0; i < 250; ++i) settings_.tunnels.push_back(Tunnel(i));
  Configure();
  const std::vector<TunnelId> first = Round(kNow);
  EXPECT_EQ(first.size(), 100U);
  Answer(7, kHealthy, kNow);
  EXPECT_EQ(schedule_.next_send(), kNow + 1s) << "nor more in one second";
  EXPECT_EQ(TakeAll(kNow + 1s).size(), 1U) << "an answer makes room for one";
  for (unsigned i = 0; i < 100; ++i) {
    if (i != 7) Answer(i, kHealthy, kNow + 1s);
  }
  EXPECT_EQ(TakeAll(kNow + 2s).size(), 99U);
}

TEST_F(CheckScheduleTest, ANewSupervisorGetsItsConfirmationInSeconds) {
  Round(kNow);
  Answer(2, kHealthy, kNow);
  for (int i = 0; i < 3; ++i) {
    Answer(1, kDown, kNow);
    Round(kNow + 1s);
  }
  Answer(1, kDown, kNow + 1s);
  ASSERT_EQ(schedule_.next_confirmation(), std::nullopt);
  schedule_.ForgetCounts(kNow + 2s);
  EXPECT_EQ(schedule_.next_confirmation(), kNow + 3s);
  EXPECT_THAT(Suspects(kNow + 3s), ElementsAre(Id(1)));
}

TEST_F(CheckScheduleTest, AReloadKeepsCountsAndPausesOfWhatStays) {
  Round(kNow);
  Answer(1, kDown, kNow);
  Answer(2, Unknown(Reason::kRateLimited), kNow, 60s);
  settings_.tunnels[0].token = "cfat_another";
  settings_.tunnels.push_back(Tunnel(3));
  Configure();
  EXPECT_EQ(schedule_.next_confirmation(), kNow + 1s);
  EXPECT_THAT(Round(kNow + 1s), ElementsAre(Id(1))) << "2 and 3 share the paused token";
}

TEST_F(CheckScheduleTest, AReloadFreesWhatWasInFlight) {
  Round(kNow);
  Configure();
  EXPECT_THAT(Round(kNow), ElementsAre(Id(1), Id(2)));
}

TEST_F(CheckScheduleTest, AnAnswerThatWasNotAskedForChangesNothing) {
  schedule_.Answered({.tunnel = 0}, kDown, std::nullopt, kNow);
  EXPECT_EQ(schedule_.next_confirmation(), std::nullopt);
}

TEST_F(CheckScheduleTest, AShortFaultOfTheApiCostsNoTimeALongOneIsAskedAboutEverMoreRarely) {
  settings_.tunnels.pop_back();
  Configure();
  std::vector<std::chrono::nanoseconds> asked;
  for (TimePoint now = kNow; now < kNow + 120s; now += 3s) {
    if (Round(now).empty()) continue;
    Answer(1, Unknown(Reason::kServerError), now);
    asked.push_back(now - kNow);
  }
  EXPECT_THAT(asked, ElementsAre(0s, 3s, 9s, 21s, 45s, 93s));
  schedule_.Clear();
  EXPECT_THAT(Round(kNow + 120s), ElementsAre(Id(1))) << "the network was the fault, perhaps";
  Answer(1, kHealthy, kNow + 120s);
  EXPECT_THAT(Round(kNow + 123s), ElementsAre(Id(1)));
}

TEST_F(CheckScheduleTest, ARefusedTokenIsAskedRarelyUntilAReload) {
  settings_.tunnels.pop_back();
  Configure();
  std::vector<std::chrono::nanoseconds> asked;
  for (TimePoint now = kNow; now < kNow + 240s; now += 3s) {
    if (Round(now).empty()) continue;
    Answer(1, Unknown(Reason::kUnauthorized), now);
    asked.push_back(now - kNow);
  }
  EXPECT_THAT(asked, ElementsAre(0s, 30s, 90s, 210s));
  Configure();
  EXPECT_THAT(Round(kNow + 240s), ElementsAre(Id(1)));
}

}  // namespace
}  // namespace failover
