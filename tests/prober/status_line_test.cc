#include "prober/status_line.h"

#include <gtest/gtest.h>

#include <vector>

namespace failover {
namespace {

TunnelId Id(char fill) { return *TunnelId::FromBytes(std::string(16, fill)); }

class StatusLineTest : public testing::Test {
 protected:
  std::string Line() const {
    return DescribeStatus({.tunnels = 3,
        .healths = healths_,
        .gateway = gateway_,
        .gateway_sums = sums_,
        .supervisor = supervisor_,
        .verdicts = verdicts_,
        .digest = digest_});
  }
  void Acknowledge(const std::string& digest) {
    wire::Acknowledgement ack;
    ack.set_sequence(1);
    ack.set_config_digest(digest);
    auto* entry = ack.add_tunnels();
    entry->set_tunnel_id(std::string(16, 'b'));
    entry->set_failures(2);
    entry->set_last_outcome(words::SUCCEEDED);
    ASSERT_TRUE(verdicts_.Read(ack.SerializeAsString(), TimePoint()).has_value());
  }

  std::map<TunnelId, TunnelHealth> healths_;
  std::optional<GatewayState> gateway_;
  GatewaySums sums_;
  ReportClient::State supervisor_ = ReportClient::State::kAway;
  VerdictBook verdicts_;
  std::string digest_ = "digest";
};

TEST_F(StatusLineTest, AtFirstNothingIsKnown) {
  EXPECT_EQ(Line(), "3 tunnels: 3 not checked yet; gateway not asked yet; no supervisor");
}

TEST_F(StatusLineTest, CountsEachStatusAndWhatIsBackedUp) {
  healths_ = {{Id('a'), Known(TunnelStatus::kHealthy)}, {Id('b'), Known(TunnelStatus::kDown)},
      {Id('c'), Unknown(Reason::kTls)}};
  gateway_ = GatewayState::kReachable;
  supervisor_ = ReportClient::State::kConnected;
  Acknowledge("digest");
  EXPECT_EQ(Line(),
      "3 tunnels: 1 unknown, 1 healthy, 1 down (1 backed up); gateway reachable; "
      "supervisor connected");
}

TEST_F(StatusLineTest, TheGatewaysLossAndRoundTripAreRoughSoThatTheLineChangesSeldom) {
  using namespace std::chrono_literals;
  struct Case {
    GatewayState state = GatewayState::kNotChecked;
    GatewaySums sums;
    const char* text = "";
  };
  const std::vector<Case> cases = {
      {GatewayState::kReachable, {.probes = 20, .lost = 0, .mean_round_trip = 412us},
          "reachable (0 % lost, 0.4 ms)"},
      {GatewayState::kReachable, {.probes = 20, .lost = 1, .mean_round_trip = 27400us},
          "reachable (5 % lost, 30 ms)"},
      {GatewayState::kReachable, {.probes = 3, .lost = 2, .mean_round_trip = 960us},
          "reachable (67 % lost, 1 ms)"},
      {GatewayState::kReachable, {.probes = 1, .lost = 0, .mean_round_trip = 43us},
          "reachable (0 % lost, 0.04 ms)"},
      {GatewayState::kReachable, {.probes = 1, .lost = 0, .mean_round_trip = 1234ms},
          "reachable (0 % lost, 1000 ms)"},
      {GatewayState::kUnreachable, {.probes = 20, .lost = 20, .mean_round_trip = 0ns},
          "unreachable (100 % lost)"},
      {GatewayState::kNotChecked, {}, "not checked"},
  };
  for (const auto& c : cases) {
    gateway_ = c.state;
    sums_ = c.sums;
    EXPECT_EQ(Line(), "3 tunnels: 3 not checked yet; gateway " + std::string(c.text) + "; no supervisor");
  }
}

TEST_F(StatusLineTest, SaysWhenTheSupervisorReadAnotherConfiguration) {
  gateway_ = GatewayState::kUnreachable;
  supervisor_ = ReportClient::State::kConnected;
  Acknowledge("older");
  EXPECT_EQ(Line(),
      "3 tunnels: 3 not checked yet; gateway unreachable; supervisor has another version of "
      "the configuration");
}

}  // namespace
}  // namespace failover
