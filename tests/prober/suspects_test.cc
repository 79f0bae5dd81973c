#include "prober/suspects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace failover {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const TimePoint kNow(1000s);
constexpr TunnelHealth kDown = Known(TunnelStatus::kDown);
constexpr TunnelHealth kHealthy = Known(TunnelStatus::kHealthy);

WatchedTunnel Tunnel(char fill) {
  return {.id = *TunnelId::FromBytes(std::string(16, fill)),
      .label = "",
      .account_id = "",
      .token = "",
      .failover_on = {TunnelStatus::kDown, TunnelStatus::kDegraded},
      .failure_threshold = 3};
}

class SuspectsTest : public testing::Test {
 protected:
  SuspectsTest() {
    settings_.confirm_interval = 1s;
    settings_.tunnels = {Tunnel('a'), Tunnel('b')};
    suspects_.Configure(settings_);
  }

  Settings settings_;
  Suspects suspects_;
};

TEST_F(SuspectsTest, AFailureIsConfirmedUntilTheThreshold) {
  TimePoint now = kNow;
  for (int failures = 1; failures < 3; ++failures) {
    suspects_.Count(0, kDown, now);
    EXPECT_EQ(suspects_.next(), now + 1s);
    EXPECT_TRUE(suspects_.WaitsLonger(0, now + 999ms));
    EXPECT_THAT(suspects_.TakeDue(now + 999ms), IsEmpty());
    now += 1s;
    EXPECT_FALSE(suspects_.WaitsLonger(0, now));
    EXPECT_THAT(suspects_.TakeDue(now), ElementsAre(0));
    EXPECT_EQ(suspects_.next(), std::nullopt);
  }
  suspects_.Count(0, kDown, now);
  EXPECT_EQ(suspects_.next(), std::nullopt) << "confirmed";
}

TEST_F(SuspectsTest, HealthyAndWhatIsNoFailureResetTheCount) {
  for (const TunnelHealth& health : {kHealthy, Known(TunnelStatus::kInactive)}) {
    suspects_.Count(0, kDown, kNow);
    suspects_.Count(0, kDown, kNow);
    suspects_.Count(0, health, kNow);
    EXPECT_EQ(suspects_.next(), std::nullopt);
    suspects_.Count(0, kDown, kNow);
    EXPECT_EQ(suspects_.next(), kNow + 1s) << "the first of three again";
    suspects_.Count(0, kHealthy, kNow);
  }
}

TEST_F(SuspectsTest, UnknownNeitherCountsNorResetsNorSpeedsAnythingUp) {
  suspects_.Count(0, kDown, kNow);
  suspects_.Count(0, Unknown(Reason::kTimeout), kNow);
  EXPECT_EQ(suspects_.next(), std::nullopt);
  suspects_.Count(0, kDown, kNow);
  EXPECT_EQ(suspects_.next(), kNow + 1s);
  suspects_.Count(0, kDown, kNow);
  EXPECT_EQ(suspects_.next(), std::nullopt) << "the third";
}

TEST_F(SuspectsTest, TheFirstIsDueFirst) {
  suspects_.Count(1, kDown, kNow);
  suspects_.Count(0, kDown, kNow + 1ms);
  EXPECT_EQ(suspects_.next(), kNow + 1s);
  EXPECT_THAT(suspects_.TakeDue(kNow + 2s), ElementsAre(1, 0));
  suspects_.Count(1, kDown, kNow);
  suspects_.StopWaiting();
  EXPECT_EQ(suspects_.next(), std::nullopt);
}

TEST_F(SuspectsTest, ForgottenCountsAreConfirmedAgain) {
  for (int i = 0; i < 3; ++i) suspects_.Count(0, kDown, kNow);
  suspects_.Count(1, kHealthy, kNow);
  for (const std::size_t tunnel : {0U, 1U}) {
    suspects_.ForgetCount(tunnel);
    suspects_.ConfirmAgain(tunnel, kNow);
  }
  EXPECT_THAT(suspects_.TakeDue(kNow + 1s), ElementsAre(0));
  suspects_.Count(0, kDown, kNow + 1s);
  EXPECT_EQ(suspects_.next(), kNow + 2s) << "the first of three";
}

TEST_F(SuspectsTest, AReloadKeepsWhatStays) {
  suspects_.Count(1, kDown, kNow);
  settings_.tunnels = {Tunnel('b'), Tunnel('c')};
  suspects_.Configure(settings_);
  EXPECT_THAT(suspects_.TakeDue(kNow + 1s), ElementsAre(0));
  suspects_.Count(0, kDown, kNow);
  suspects_.Count(0, kDown, kNow);
  EXPECT_EQ(suspects_.next(), std::nullopt) << "the third";
}

}  // namespace
}  // namespace failover
