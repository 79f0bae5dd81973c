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
      .account_id = "",
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
    schedule_.Configure(settings_);
  }

  std::vector<TunnelId> TakeAll(TimePoint now) {
    std::vector<TunnelId> taken;
    while (const auto id = schedule_.TakeNext(now)) taken.push_back(*id);
    return taken;
  }
  std::vector<TunnelId> Round(TimePoint now) {
    schedule_.QueueRound(now);
    return TakeAll(now);
  }
  std::vector<TunnelId> Suspects(TimePoint now) {
    schedule_.QueueSuspects(now);
    return TakeAll(now);
  }
  void Answer(unsigned tunnel, const TunnelHealth& health, TimePoint now,
      std::optional<std::chrono::seconds> retry_after = std::nullopt) {
    schedule_.Answered(Id(tunnel), health, retry_after, now);
  }

  Settings settings_;
  CheckSchedule schedule_;
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
  schedule_.Configure(settings_);
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
    schedule_ = CheckSchedule();
    schedule_.Configure(settings_);
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
  schedule_.QueueRound(kNow + 3s);
  schedule_.Clear();
  EXPECT_THAT(TakeAll(kNow + 3s), IsEmpty());
  EXPECT_EQ(schedule_.next_confirmation(), std::nullopt);
  EXPECT_THAT(Round(kNow + 6s), ElementsAre(Id(1), Id(2)));
}

TEST_F(CheckScheduleTest, ARateLimitPausesEveryTunnelOfTheToken) {
  settings_.tunnels.push_back(Tunnel(3));
  settings_.tunnels[2].token = "another";
  schedule_.Configure(settings_);
  Round(kNow);
  Answer(1, kDown, kNow);
  Answer(2, Unknown(Reason::kRateLimited), kNow, 60s);
  Answer(3, kHealthy, kNow);
  EXPECT_THAT(Suspects(kNow + 1s), IsEmpty()) << "not even a suspect";
  EXPECT_EQ(schedule_.next_confirmation(), std::nullopt) << "and it does not spin";
  EXPECT_THAT(Round(kNow + 3s), ElementsAre(Id(3)));
  EXPECT_THAT(Round(kNow + 60s), ElementsAre(Id(1), Id(2)));
}

TEST_F(CheckScheduleTest, ARateLimitReachesWhatStillWaitsInTheQueue) {
  schedule_.QueueRound(kNow);
  ASSERT_EQ(schedule_.TakeNext(kNow), Id(1));
  Answer(1, Unknown(Reason::kRateLimited), kNow);
  EXPECT_EQ(schedule_.TakeNext(kNow), std::nullopt);
}

TEST_F(CheckScheduleTest, AtMostAHundredAreInFlightAndTheRestFollows) {
  settings_.tunnels.clear();
  for (unsigned i = 0; i < 250; ++i) settings_.tunnels.push_back(Tunnel(i));
  schedule_.Configure(settings_);
  const std::vector<TunnelId> first = Round(kNow);
  EXPECT_EQ(first.size(), 100U);
  schedule_.Answered(first[7], kHealthy, std::nullopt, kNow);
  EXPECT_EQ(TakeAll(kNow).size(), 1U) << "an answer makes room for one";
  for (const TunnelId& id : first) schedule_.Answered(id, kHealthy, std::nullopt, kNow);
  EXPECT_EQ(TakeAll(kNow).size(), 99U);
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
  settings_.tunnels[0].token = "another";
  settings_.tunnels.push_back(Tunnel(3));
  schedule_.Configure(settings_);
  EXPECT_EQ(schedule_.next_confirmation(), kNow + 1s);
  EXPECT_THAT(Round(kNow + 1s), ElementsAre(Id(1))) << "2 and 3 share the paused token";
}

TEST_F(CheckScheduleTest, AReloadFreesWhatWasInFlight) {
  Round(kNow);
  schedule_.Configure(settings_);
  EXPECT_THAT(Round(kNow), ElementsAre(Id(1), Id(2)));
}

TEST_F(CheckScheduleTest, AnswersAboutOthersChangeNothing) {
  Answer(9, kDown, kNow);
  Answer(1, kDown, kNow);  // not asked
  EXPECT_EQ(schedule_.next_confirmation(), std::nullopt);
}

}  // namespace
}  // namespace failover
