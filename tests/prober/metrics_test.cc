#include "prober/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "tests/prober/connector_samples.h"
#include "tests/prober/status_fixture.h"

namespace failover {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class MetricsTest : public StatusFixture {
 protected:
  static std::string Home(const std::string& more) {
    return R"({tunnel="f70ff985-a4ef-4643-bbbc-4a0ed4fc8415",name="home")" + more + "}";
  }
};

TEST_F(MetricsTest, ATunnelsStateIsASet) {
  Check(0, Known(TunnelStatus::kDown));
  const std::string text = Metrics();
  EXPECT_THAT(text, HasSubstr("failover_tunnel_state" + Home(R"(,state="down")") + " 1\n"));
  for (const char* other : {"healthy", "degraded", "inactive", "unknown", "not_asked_yet"}) {
    EXPECT_THAT(
        text, HasSubstr("failover_tunnel_state" + Home(std::string(",state=\"") + other + "\"") + " 0\n"));
  }
  EXPECT_THAT(text, HasSubstr(R"(name="",state="not_asked_yet"} 1)"));
}

TEST_F(MetricsTest, ChecksCountByResultAndReason) {
  Check(0, Known(TunnelStatus::kDown));
  Check(0, Unknown(Reason::kRateLimited));
  Check(0, Unknown(Reason::kRateLimited));
  const std::string text = Metrics();
  EXPECT_THAT(
      text, HasSubstr("failover_tunnel_checks_total" + Home(R"(,result="down",reason="none")") + " 1\n"));
  EXPECT_THAT(text, HasSubstr("failover_tunnel_checks_total" +
                              Home(R"(,result="unknown",reason="rate_limited")") + " 2\n"));
  EXPECT_THAT(text, HasSubstr("failover_api_requests_total{code=\"200\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("failover_api_request_duration_seconds_bucket{le=\"0.05\"} 3\n"));
}

TEST_F(MetricsTest, TimestampsDoNotMoveWhileNothingHappens) {
  Check(0, Known(TunnelStatus::kHealthy));
  const std::string line = "failover_tunnel_state_since_timestamp_seconds" + Home("") + " 1700010000\n";
  EXPECT_THAT(Metrics(), HasSubstr(line));
  Pass(7s);
  EXPECT_THAT(Metrics(), HasSubstr(line));
  EXPECT_THAT(Metrics(), HasSubstr("process_start_time_seconds 1700010000\n"));
}

TEST_F(MetricsTest, TheGatewayIsUpDownOrAbsent) {
  const auto up = [this] { return Metrics().find("\nfailover_gateway_up ") != std::string::npos; };
  EXPECT_FALSE(up());
  Probe(GatewayState::kReachable, 2ms);
  EXPECT_THAT(Metrics(), HasSubstr("failover_gateway_up 1\n"));
  EXPECT_THAT(Metrics(), HasSubstr("failover_gateway_round_trip_seconds_bucket{le=\"0.0025\"} 1\n"));
  Probe(GatewayState::kUnreachable);
  EXPECT_THAT(Metrics(), HasSubstr("failover_gateway_up 0\n"));
  EXPECT_THAT(Metrics(), HasSubstr("failover_gateway_loss_ratio 0.5\n"));
  Probe(GatewayState::kNotChecked);
  EXPECT_FALSE(up());
}

TEST_F(MetricsTest, StartsBelongToTheUnit) {
  Tell(0).set_last_outcome(words::PENDING);
  Acknowledge();
  wire::TunnelVerdict& told = Tell(0);
  told.set_last_outcome(words::FAILED);
  told.set_last_start_age_ms(1000);
  told.set_paused_for_ms(5000);
  Acknowledge();
  const std::string text = Metrics();
  const std::string unit = R"(unit="cloudflared_1.service")";
  EXPECT_THAT(text, HasSubstr("failover_unit_starts_total{" + unit + ",outcome=\"failed\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("failover_unit_starts_total{" + unit + ",outcome=\"succeeded\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("failover_unit_last_start_timestamp_seconds{" + unit + "} 1700009999\n"));
  EXPECT_THAT(text, HasSubstr("failover_tunnel_paused" + Home("") + " 1\n"));
  EXPECT_THAT(text, HasSubstr("failover_supervisor_config_matches 1\n"));
  for (const char* reason : {"foreign_uid", "unknown_tunnel"}) {
    EXPECT_THAT(
        text, HasSubstr("failover_supervisor_refusals_total{reason=\"" + std::string(reason) + "\"} 0\n"));
  }
}

TEST_F(MetricsTest, FailbackAndConnectorsAreOfTheTunnelsThatHaveThem) {
  settings_.tunnels[0].failback_service = "failback@cloudflared_1.service";
  Configure();
  const std::string connectors = "failover_tunnel_connectors" + Home("");
  const TunnelId id = settings_.tunnels[0].id;
  connectors_.Watch(id);
  EXPECT_THAT(Metrics(), Not(HasSubstr(connectors)));
  connectors_.Judge(id, {Opened('2', {100}), Opened('3', {101})}, {}, now_);
  EXPECT_THAT(Metrics(), HasSubstr(connectors + " 2\n"));
  Tell(0).set_failback(words::FAILBACK_STEADYING);
  Acknowledge();
  const std::string text = Metrics();
  EXPECT_THAT(text, HasSubstr("failover_tunnel_failback" + Home(R"(,state="steadying")") + " 1\n"));
  EXPECT_THAT(text, HasSubstr("failover_tunnel_failback" + Home(R"(,state="none")") + " 0\n"));
  EXPECT_THAT(text, Not(HasSubstr(R"(failover_tunnel_failback{tunnel="00000000)")));
  EXPECT_THAT(text, Not(HasSubstr(ConnectorCalled('2').ToString())));
}

// A family's samples must stand together, however many pieces they come in.
TEST_F(MetricsTest, EveryFamilyComesOnceAndWhole) {
  UseTunnels(450);
  std::istringstream lines(Metrics());
  std::set<std::string> families;
  std::string family;
  std::size_t paused = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# HELP ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(families.insert(family).second) << family << " comes twice";
    }
    EXPECT_TRUE(line.starts_with('#') || line.starts_with(family)) << line << " in " << family;
    paused += line.starts_with("failover_tunnel_paused{") ? 1 : 0;
  }
  EXPECT_EQ(paused, 450U);
}

TEST_F(MetricsTest, NoTokenAndNoAccountIsInIt) {
  settings_.tunnels[0].token = "cfat_secret0123456789";
  Configure();
  Check(0, Known(TunnelStatus::kHealthy));
  Acknowledge();
  EXPECT_THAT(Metrics(), Not(HasSubstr("secret")));
  EXPECT_THAT(Metrics(), Not(HasSubstr("699d98642c564d2e855e9661899b7252")));
}

}  // namespace
}  // namespace failover
