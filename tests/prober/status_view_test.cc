#include "prober/status_view.h"

#include <gtest/gtest.h>

#include "tests/prober/status_fixture.h"

namespace failover {
namespace {

using namespace std::chrono_literals;

class StatusViewTest : public StatusFixture {
 protected:
  Backup Wanted() { return BackupFor(View(), settings_.tunnels[0]); }
};

TEST_F(StatusViewTest, ABackupIsWantedAfterAsManyFailuresAsTheThresholdAsks) {
  EXPECT_EQ(Wanted(), Backup::kNotWanted);
  Check(0, Known(TunnelStatus::kDown));
  EXPECT_EQ(Wanted(), Backup::kNotWanted);
  Check(0, Known(TunnelStatus::kDown));
  EXPECT_EQ(Wanted(), Backup::kWanted);
  Probe(GatewayState::kUnreachable);
  EXPECT_EQ(Wanted(), Backup::kNotWanted);
  Probe(GatewayState::kReachable, 1ms);
  EXPECT_EQ(Wanted(), Backup::kWanted);
  Check(0, Known(TunnelStatus::kHealthy));
  EXPECT_EQ(Wanted(), Backup::kNotWanted);
}

TEST_F(StatusViewTest, UnknownForTooLongIsWhatTheSupervisorSays) {
  Check(0, Unknown(Reason::kTimeout));
  Tell(0).set_verdict(words::WAIT_UNKNOWN);
  Acknowledge();
  EXPECT_EQ(Wanted(), Backup::kNotWanted);
  Tell(0).set_verdict(words::WAIT_COOLDOWN);
  Acknowledge();
  EXPECT_EQ(Wanted(), Backup::kWanted);
}

TEST_F(StatusViewTest, RefusalsThatThisVersionDoesNotKnowAreLeftOut) {
  EXPECT_EQ(RefusalsOf(verdicts_).size(), std::size_t{words::Refusal_ARRAYSIZE});
  wire::Acknowledgement told;
  told.set_sequence(1);
  for (unsigned i = 0; i < words::Refusal_ARRAYSIZE + 5; ++i) told.add_refusals(i + 1);
  ASSERT_TRUE(verdicts_.Read(told.SerializeAsString(), now_).has_value());
  const auto refusals = RefusalsOf(verdicts_);
  EXPECT_EQ(refusals.size(), std::size_t{words::Refusal_ARRAYSIZE});
  EXPECT_EQ(refusals.at("FOREIGN_UID"), 1U);
  EXPECT_EQ(refusals.at("UNKNOWN_TUNNEL"), std::uint64_t{words::UNKNOWN_TUNNEL} + 1);
}

TEST_F(StatusViewTest, TheConfigurationsAgreeOnlyAfterAnAnswerThatSaysSo) {
  EXPECT_EQ(ConfigurationsAgree(View()), std::nullopt);
  Acknowledge();
  EXPECT_EQ(ConfigurationsAgree(View()), true);
  settings_.digest = std::string(64, 'b');
  EXPECT_EQ(ConfigurationsAgree(View()), false);
}

TEST_F(StatusViewTest, AProbeOlderThanThreeIntervalsIsTrouble) {
  Pass(9s);  // check_interval is 3 s
  EXPECT_EQ(TroubleOf(View()), "");
  Pass(1s);
  EXPECT_EQ(TroubleOf(View()), "the last probe of the gateway ended 10 s ago");
  Probe(GatewayState::kUnreachable);
  EXPECT_EQ(TroubleOf(View()), "") << "an answer about the gateway, good or bad, is work";
  settings_.gateway_timeout = 10s;
  Pass(30s);
  EXPECT_EQ(TroubleOf(View()), "");
  Pass(1s);
  EXPECT_NE(TroubleOf(View()), "");
}

TEST(UnixClock, ItsOffsetStaysUntilTheRealClockIsSet) {
  UnixClock clock;
  const TimePoint now(100s);
  const UnixClock::RealTime real(1'700'000'000s);
  const auto offset = clock.Offset(now, real);
  EXPECT_EQ(offset, 1'699'999'900s);
  EXPECT_EQ(clock.Offset(now + 7s, real + 7s + 3ms), offset);
  EXPECT_EQ(clock.Offset(now + 8s, real + 3608s), offset + 3600s);
}

}  // namespace
}  // namespace failover
