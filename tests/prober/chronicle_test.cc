#include "prober/chronicle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/prober/status_fixture.h"

namespace failover {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Pair;

class ChronicleTest : public StatusFixture {
 protected:
  const TunnelStory& Of(std::size_t tunnel) { return chronicle_.Of(settings_.tunnels[tunnel].id); }
  void Told(words::StartOutcome outcome, std::chrono::nanoseconds ago) {
    chronicle_.Told("u.service", {.last_outcome = outcome, .last_start = now_ - ago});
  }
  std::uint64_t Starts(words::StartOutcome outcome) {
    const auto& starts = chronicle_.units().at("u.service").starts;
    return starts.contains(outcome) ? starts.at(outcome) : 0;
  }
};

TEST_F(ChronicleTest, SinceIsTheBeginOfTheStateAndNotTheLastCheck) {
  EXPECT_FALSE(Of(0).health);
  Check(0, Known(TunnelStatus::kHealthy));
  const TimePoint begin = now_;
  Pass(3s);
  Check(0, Known(TunnelStatus::kHealthy));
  EXPECT_EQ(Of(0).since, begin);
  EXPECT_EQ(Of(0).last_check, now_);
  Pass(3s);
  Check(0, Unknown(Reason::kTimeout));
  EXPECT_EQ(Of(0).since, now_);
  Pass(3s);
  Check(0, Unknown(Reason::kDns));
  EXPECT_EQ(Of(0).since, now_);
  EXPECT_THAT(Of(0).checks, ElementsAre(Pair(Pair(TunnelStatus::kUnknown, Reason::kTimeout), 1),
                                Pair(Pair(TunnelStatus::kUnknown, Reason::kDns), 1),
                                Pair(Pair(TunnelStatus::kHealthy, Reason::kNone), 2)));
}

TEST_F(ChronicleTest, UnknownNeitherCountsAsFailingNorResets) {
  Check(0, Known(TunnelStatus::kDown));
  Check(0, Unknown(Reason::kTimeout));
  Check(0, Known(TunnelStatus::kDegraded));
  EXPECT_EQ(Of(0).failing, 2U);
  Check(0, Known(TunnelStatus::kInactive));  // not in failover_on
  EXPECT_EQ(Of(0).failing, 0U);
}

TEST_F(ChronicleTest, ARoundWithoutAProbeIsNoProbe) {
  Probe(GatewayState::kNotChecked);
  EXPECT_EQ(chronicle_.gateway().probes, 0U);
  EXPECT_EQ(chronicle_.gateway().last_round, now_);
  Pass(3s);
  Probe(GatewayState::kReachable, 2ms);
  Probe(GatewayState::kUnreachable);
  EXPECT_EQ(chronicle_.gateway().probes, 2U);
  EXPECT_EQ(chronicle_.gateway().lost, 1U);
  EXPECT_EQ(chronicle_.gateway().durations.sum(), 0.002);
  EXPECT_EQ(chronicle_.gateway().last_round, now_);
}

TEST_F(ChronicleTest, RequestsCountByTheirStatusOrByWhatCameInItsPlace) {
  chronicle_.Answered({.transport = Transport::kAnswered, .status = 200, .elapsed = 30ms});
  chronicle_.Answered({.transport = Transport::kAnswered, .status = 429, .elapsed = 30ms});
  chronicle_.Answered({.transport = Transport::kTimeout, .elapsed = 10s, .requests = 3});
  EXPECT_THAT(chronicle_.api().requests,
      ElementsAre(Pair("200", 1), Pair("429", 1), Pair("sent_again", 2), Pair("timeout", 1)));
}

TEST_F(ChronicleTest, AStartCountsOnceWhenItEnded) {
  Told(words::SUCCEEDED, 100s);  // before this prober was
  EXPECT_EQ(Starts(words::SUCCEEDED), 0U);
  Told(words::PENDING, 0s);
  Told(words::FAILED, 0s);
  Pass(1s);
  Told(words::FAILED, 1s);
  EXPECT_EQ(Starts(words::FAILED), 1U);
  Told(words::SUCCEEDED, 0s);  // the word in between was missed
  Pass(60s);
  Told(words::SUCCEEDED, 60s + 3ms);
  EXPECT_EQ(Starts(words::SUCCEEDED), 1U);
}

TEST_F(ChronicleTest, AReloadForgetsWhatLeftAndKeepsTheRest) {
  Check(0, Known(TunnelStatus::kHealthy));
  Check(1, Known(TunnelStatus::kHealthy));
  chronicle_.Told("cloudflared_2.service", {});
  const TunnelId gone = settings_.tunnels[1].id;
  settings_.tunnels.pop_back();
  Configure();
  EXPECT_TRUE(Of(0).health);
  EXPECT_FALSE(chronicle_.Of(gone).health);
  EXPECT_TRUE(chronicle_.units().empty());
}

TEST_F(ChronicleTest, AFailedReloadKeepsTheTimeOfTheConfigurationInForce) {
  const TimePoint begin = now_;
  Pass(9s);
  chronicle_.ReloadFailed({"a fault"}, now_);
  EXPECT_EQ(chronicle_.reload().last_success, begin);
  EXPECT_EQ(chronicle_.reload().at, now_);
  EXPECT_THAT(chronicle_.reload().faults, ElementsAre("a fault"));
  Configure();
  EXPECT_TRUE(chronicle_.reload().faults.empty());
}

}  // namespace
}  // namespace failover
