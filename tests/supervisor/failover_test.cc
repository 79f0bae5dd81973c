// What a fact leads to while all is well: starts, audit lines, answers.
#include "supervisor/failover.h"

#include <gmock/gmock.h>

#include "tests/supervisor/failover_fixture.h"

namespace failover {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

TEST_F(FailoverTest, StartsOnlyAfterTheThresholdAndSaysWhatAndWhy) {
  Observe(wire::HEALTHY);
  Observe(wire::DOWN);
  EXPECT_THAT(started_, IsEmpty());
  Observe(wire::DOWN);
  EXPECT_THAT(started_, ElementsAre("one.service"));
  Finish();
  EXPECT_THAT(Take(), ElementsAre("[INFO] " + kOne + " status: healthy", "[INFO] " + kOne + " status: down",
                          "[ERROR] " + kOne + " is down. Starting local service one",
                          "[INFO] Local service one started: ok"));
}

TEST_F(FailoverTest, NamesATunnelAsTheConfigurationDoes) {
  for (int i = 0; i < 2; ++i) {
    Add(kTunnelTwo, wire::DEGRADED, wire::none);
    Send();
  }
  EXPECT_THAT(started_, ElementsAre("two@b.service"));
  EXPECT_THAT(Take(), ElementsAre("[INFO] " + kTwo + " status: degraded",
                          "[ERROR] " + kTwo + " is degraded. Starting local service two@b"));
}

TEST_F(FailoverTest, UnknownStartsNothingAndSaysItsReasonAtEachChange) {
  for (const wire::Reason reason : {wire::timeout, wire::timeout, wire::rate_limited}) {
    Add(kTunnelOne, wire::UNKNOWN, reason);
    Send();
    now_ += std::chrono::hours(1);
  }
  EXPECT_THAT(started_, IsEmpty());
  EXPECT_THAT(Take(), ElementsAre("[WARNING] " + kOne + " status: unknown (timeout)",
                          "[WARNING] " + kOne + " status: unknown (rate_limited)"));
}

TEST_F(FailoverTest, TwoTunnelsOfOneUnitInOneReportAreOneStart) {
  settings_.mutable_tunnels(1)->set_service("one.service");
  Configure();
  for (int i = 0; i < 2; ++i) {
    Add(kTunnelOne, wire::DOWN, wire::none);
    Add(kTunnelTwo, wire::DOWN, wire::none);
    Send();
  }
  EXPECT_THAT(started_, ElementsAre("one.service"));
  ASSERT_NE(Told(kTunnelTwo), nullptr);
  EXPECT_EQ(Told(kTunnelOne)->verdict(), words::START);
  EXPECT_EQ(Told(kTunnelTwo)->verdict(), words::WAIT_UNDER_WAY);
}

TEST_F(FailoverTest, TwoUnitsInOneReportAreTwoStarts) {
  for (int i = 0; i < 2; ++i) {
    Add(kTunnelOne, wire::DOWN, wire::none);
    Add(kTunnelTwo, wire::DOWN, wire::none);
    Send();
  }
  EXPECT_THAT(started_, ElementsAre("one.service", "two@b.service"));
}

TEST_F(FailoverTest, AUnitIsNotStartedWhileItsStartIsPendingNorWithinItsCooldown) {
  Observe(wire::DOWN, 2);
  now_ += seconds(3600);
  Observe(wire::DOWN);
  EXPECT_EQ(Told(kTunnelOne)->verdict(), words::WAIT_UNDER_WAY);
  Finish(words::FAILED, "not started: x");  // its cooldown runs from here
  now_ += seconds(59);
  Observe(wire::DOWN);
  EXPECT_EQ(Told(kTunnelOne)->verdict(), words::WAIT_COOLDOWN);
  now_ += seconds(1);
  Observe(wire::DOWN);
  EXPECT_EQ(started_.size(), 2U);
}

struct Hourly : FailoverTest {
  Hourly()
      : FailoverTest(
            R"("cooldown": 1, "max_starts_per_hour": 3, "failure_threshold": 1, "recovery_deadline": 86400,)") {
  }
};

TEST_F(Hourly, TheLimitHoldsAndIsSaidOnce) {
  for (int i = 0; i < 600; ++i) {
    const auto before = started_.size();
    Observe(wire::DOWN);
    if (started_.size() > before) Finish();
    now_ += seconds(1);
  }
  EXPECT_EQ(started_.size(), 3U);
  const Lines lines = Take();
  EXPECT_EQ(lines.size(), 1U + 3 * 2 + 1);
  EXPECT_EQ(
      lines.back(), "[ERROR] " + kOne + ": local service one has been started max_starts_per_hour times");
  now_ += seconds(3000);
  Observe(wire::DOWN);
  EXPECT_EQ(started_.size(), 4U);
}

struct UnknownIsDownAfter : FailoverTest {
  UnknownIsDownAfter() : FailoverTest(R"("unknown_is_down_after": 30,)") {}
};

TEST_F(UnknownIsDownAfter, StartsAfterThatTime) {
  Observe(wire::UNKNOWN, 30);
  EXPECT_THAT(started_, IsEmpty());
  Observe(wire::UNKNOWN, 2);
  EXPECT_THAT(started_, ElementsAre("one.service"));
  EXPECT_THAT(Take().back(), HasSubstr("Starting local service one"));
}

TEST_F(UnknownIsDownAfter, AnUnreachableGatewayBeginsItAnewForTunnelsNobodyNamed) {
  Observe(wire::UNKNOWN, 25);
  Send(wire::UNREACHABLE);  // names no tunnel: none was asked
  now_ += seconds(10);
  Observe(wire::UNKNOWN, 30);
  EXPECT_THAT(started_, IsEmpty());
}

TEST_F(UnknownIsDownAfter, ASilentProberBeginsItAnew) {
  Observe(wire::UNKNOWN, 25);
  now_ += seconds(15);
  failover_->Tick();
  Observe(wire::UNKNOWN, 30);
  EXPECT_THAT(started_, IsEmpty());
}

struct WithGateway : FailoverTest {
  WithGateway() : FailoverTest(R"("gateway_ip": "192.168.1.1",)") {}
};

TEST_F(WithGateway, NothingIsStartedWhileTheGatewayIsUnreachableAndItIsSaidOnce) {
  Observe(wire::DOWN);
  Observe(wire::DOWN, 50, wire::UNREACHABLE);
  EXPECT_THAT(started_, IsEmpty());
  EXPECT_EQ(Told(kTunnelOne)->verdict(), words::WAIT_GATEWAY);
  EXPECT_THAT(failover_->Summary(), HasSubstr(" gateway unreachable"));
  Observe(wire::DOWN);
  EXPECT_THAT(started_, ElementsAre("one.service"));
  EXPECT_THAT(Take(), ElementsAre("[INFO] " + kOne + " status: down",
                          "[WARNING] Gateway 192.168.1.1 unreachable. Skipping tunnel monitoring.",
                          "[INFO] Gateway 192.168.1.1 reachable.",
                          "[ERROR] " + kOne + " is down. Starting local service one"));
}

TEST_F(FailoverTest, AReplayedObservationIsNotCountedAndANewProberCountsAnew) {
  Observe(wire::DOWN);
  for (int i = 0; i < 5; ++i) {
    observation_ = 0;
    Observe(wire::DOWN);
  }
  EXPECT_THAT(started_, IsEmpty());
  observation_ = 0;
  sequence_ = 0;
  instance_ = 78;
  Observe(wire::DOWN);
  EXPECT_THAT(started_, ElementsAre("one.service"));
}

TEST_F(FailoverTest, APacketThatIsRefusedChangesNothing) {
  std::uint64_t sequence = 7;
  const auto refused = failover_->OnPacket("\xff\xff", sequence);
  EXPECT_EQ(refused.error(), words::NOT_A_HEALTH_REPORT);
  EXPECT_EQ(sequence, 7U);
  failover_->Tick();
  EXPECT_THAT(answers_, IsEmpty());
  EXPECT_THAT(Take(), IsEmpty());
}

struct EveryCheck : FailoverTest {
  EveryCheck() : FailoverTest(R"("log_every_check": true,)") {}
};

TEST_F(EveryCheck, EachCheckIsALine) {
  Observe(wire::HEALTHY, 5);
  EXPECT_THAT(
      Take(), testing::AllOf(testing::SizeIs(5), testing::Each("[INFO] " + kOne + " status: healthy")));
}

TEST_F(FailoverTest, AFlappingStatusIsBoundedInBytes) {
  for (int i = 0; i < 10'000; ++i) Observe(i % 2 == 0 ? wire::UNKNOWN : wire::HEALTHY);
  EXPECT_LT(file_.text().size(), 10'000U);
  EXPECT_THAT(started_, IsEmpty());
}

TEST_F(FailoverTest, AfterFlappingItIsSaidHowManyLinesWereLeftOut) {
  for (int i = 0; i < 1000; ++i) Observe(i % 2 == 0 ? wire::UNKNOWN : wire::HEALTHY);
  const std::size_t said = Take().size();
  failover_->Tick();
  Observe(wire::UNKNOWN);
  EXPECT_EQ(Take().at(0), "[WARNING] " + kOne + " status: unknown (timeout) (" +
                              std::to_string(1000 - said) + " lines left out before)");
}

TEST_F(FailoverTest, AnswersEachReportWithWhatIsNew) {
  Send();
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].sequence(), 1U);
  EXPECT_EQ(answers_[0].config_digest(), std::string(32, 'd'));
  EXPECT_EQ(answers_[0].tunnels_size(), 0);
  Observe(wire::DOWN, 2);
  ASSERT_EQ(answers_.size(), 3U);
  EXPECT_EQ(answers_[1].tunnels(0).verdict(), words::WAIT_CONFIRMING);
  EXPECT_EQ(answers_[1].tunnels(0).failures(), 1U);
  EXPECT_EQ(answers_[1].tunnels(0).last_outcome(), words::NOT_STARTED);
  EXPECT_EQ(answers_[2].tunnels_size(), 1);
  EXPECT_EQ(answers_[2].tunnels(0).tunnel_id(), Id(kTunnelOne).bytes());
  EXPECT_EQ(answers_[2].tunnels(0).verdict(), words::START);
  EXPECT_EQ(answers_[2].tunnels(0).observation(), 2U);
  EXPECT_EQ(answers_[2].tunnels(0).last_outcome(), words::PENDING);
  now_ += seconds(2);
  Finish(words::TIMED_OUT, "not started: x");  // is told without being asked
  ASSERT_EQ(answers_.size(), 4U);
  EXPECT_EQ(answers_[3].sequence(), 3U);
  EXPECT_EQ(answers_[3].tunnels(0).last_outcome(), words::TIMED_OUT);
  EXPECT_EQ(answers_[3].tunnels(0).last_start_age_ms(), 0U);
}

TEST_F(FailoverTest, CountsTheTunnelsThatItDoesNotKnow) {
  for (std::uint64_t sent = 1; sent <= 3; ++sent) {
    Add("99999999-0000-0000-0000-000000000000", wire::DOWN, wire::none);
    Add(kTunnelOne, wire::HEALTHY, wire::none);
    Send();
    EXPECT_EQ(answers_.back().refusals(words::UNKNOWN_TUNNEL), sent);
    EXPECT_EQ(answers_.back().tunnels_size(), 1);
  }
}

TEST_F(FailoverTest, APeerThatDoesNotReadLosesNoVerdict) {
  takes_ = false;
  Observe(wire::HEALTHY, 100);
  Add(kTunnelTwo, wire::INACTIVE, wire::none);
  Send();
  EXPECT_THAT(answers_, IsEmpty());
  takes_ = true;
  failover_->Tick();
  ASSERT_EQ(answers_.size(), 1U);  // the newest, once
  EXPECT_EQ(answers_[0].sequence(), sequence_);
  EXPECT_EQ(Told(kTunnelOne)->observation(), observation_ - 1);
  EXPECT_EQ(Told(kTunnelTwo)->observation(), observation_);
  failover_->Tick();
  EXPECT_EQ(answers_.size(), 1U);
}

TEST_F(FailoverTest, SummarizesInALine) {
  EXPECT_EQ(failover_->Summary(), "2 tunnels: 2 not checked yet");
  Observe(wire::DOWN);
  EXPECT_EQ(failover_->Summary(), "2 tunnels: 1 not checked yet, 1 down");
  Add(kTunnelTwo, wire::HEALTHY, wire::none);
  Observe(wire::DOWN);
  EXPECT_EQ(failover_->Summary(), "2 tunnels: 1 healthy, 1 down");  // not before it has started
  Finish();
  EXPECT_THAT(failover_->Summary(),
      MatchesRegex("2 tunnels: 1 healthy, 1 down \\(one started [0-9]{2}:[0-9]{2}:[0-9]{2}\\)"));
}

}  // namespace
}  // namespace failover
