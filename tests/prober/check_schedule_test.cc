#include "prober/check_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "tests/prober/check_schedule_fixture.h"

namespace failover {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

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
  Answer(1, kDown, kNow);
  Answer(2, Unknown(Reason::kRateLimited), kNow, 60s);
  EXPECT_THAT(Suspects(kNow + 1s), IsEmpty()) << "not even a suspect";
  EXPECT_EQ(schedule_.next_confirmation(), std::nullopt) << "and it does not spin";
  EXPECT_THAT(TakeAll(kNow + 1500ms), ElementsAre(Id(3))) << "no two budgets begin together";
  Answer(3, kHealthy, kNow + 1500ms);
  EXPECT_THAT(Round(kNow + 3s), IsEmpty());
  EXPECT_THAT(TakeAll(kNow + 4500ms), ElementsAre(Id(3)));
  EXPECT_THAT(Round(kNow + 60s), ElementsAre(Id(1), Id(2)));
}

TEST_F(CheckScheduleTest, ARateLimitReachesWhatStillWaitsInTheQueue) {
  schedule_.QueueRound(kNow, kNow + 3s);
  const auto question = schedule_.TakeNext(kNow);
  ASSERT_TRUE(question.has_value());
  schedule_.Answered(*question, Unknown(Reason::kRateLimited), std::nullopt, kNow);
  EXPECT_THAT(TakeAll(kNow), IsEmpty());
}

TEST_F(CheckScheduleTest, AnAnswerThatComesBeforeItsTurnInTheRoundDelaysNothing) {
  settings_.tunnels[1].token = "cfat_another";  // whose budget asks in the middle of a round
  Configure();
  schedule_.QueueRound(kNow, kNow + 3s);
  TakeAll(kNow);
  EXPECT_THAT(TakeAll(kNow + 1500ms), ElementsAre(Id(2)));
  EXPECT_THAT(Round(kNow + 3s), IsEmpty());
  Answer(1, kHealthy, kNow + 3100ms);
  Answer(2, kHealthy, kNow + 3200ms);
  EXPECT_THAT(TakeAll(kNow + 3200ms), IsEmpty());
  EXPECT_EQ(schedule_.next_send(), kNow + 4500ms);
  EXPECT_THAT(TakeAll(kNow + 4500ms), ElementsAre(Id(2))) << "the turn of 1 is gone";
  Round(kNow + 6s);
  Answer(2, kDown, kNow + 6100ms);
  EXPECT_THAT(TakeAll(kNow + 7s), IsEmpty()) << "it is confirmed in place of that";
  EXPECT_THAT(Suspects(kNow + 7100ms), ElementsAre(Id(2)));
}

TEST_F(CheckScheduleTest, ATurnIsNotTakenAfterAFaultNorWithoutTheGateway) {
  settings_.tunnels[0].token = "cfat_another";
  std::swap(settings_.tunnels[0], settings_.tunnels[1]);
  Configure();
  Round(kNow);
  TakeAll(kNow + 1500ms);
  Round(kNow + 3s);
  schedule_.Clear();
  Answer(1, kHealthy, kNow + 3100ms);
  EXPECT_THAT(TakeAll(kNow + 5s), IsEmpty());
  Round(kNow + 6s);
  TakeAll(kNow + 7500ms);
  for (const TimePoint now : {kNow + 9s, kNow + 12s}) {
    Round(now);
    Answer(1, Unknown(Reason::kServerError), now + 100ms);
    TakeAll(now + 1500ms);
  }
  Round(kNow + 15s);
  Answer(1, Unknown(Reason::kServerError), kNow + 15100ms);
  EXPECT_THAT(TakeAll(kNow + 17s), IsEmpty());
}

TEST_F(CheckScheduleTest, AtMostAHundredAreInFlightAndTheRestFollows) {
  settings_.tunnels.clear();
  for (unsigned i = 0; i < 250; ++i) {
    settings_.tunnels.push_back(Tunnel(i));
    settings_.tunnels.back().budget_group = std::to_string(i);
  }
  Configure();
  schedule_.QueueRound(kNow, kNow + 3s);
  const TimePoint now = kNow + 3s;
  EXPECT_EQ(TakeAll(now).size(), 100U);
  Answer(7, kHealthy, now);
  EXPECT_EQ(schedule_.next_send(), now + 1s) << "nor more in one second";
  EXPECT_EQ(TakeAll(now + 1s).size(), 1U) << "an answer makes room for one";
  for (unsigned i = 0; i < 100; ++i) {
    if (i != 7) Answer(i, kHealthy, now + 1s);
  }
  EXPECT_EQ(TakeAll(now + 2s).size(), 99U);
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
