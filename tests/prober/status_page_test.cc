#include "prober/status_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/prober/connector_samples.h"
#include "tests/prober/status_fixture.h"

namespace failover {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class StatusPage : public StatusFixture {};

TEST_F(StatusPage, BeforeAnythingWasAskedItSaysSo) {
  const status::Status status = Read();
  EXPECT_EQ(status.version(), 1U);
  EXPECT_EQ(status.program_version(), FAILOVER_VERSION);
  EXPECT_EQ(status.gateway().state(), "not_asked_yet");
  EXPECT_THAT(status.gateway().addresses(), ElementsAre("192.0.2.1"));
  ASSERT_EQ(status.tunnels_size(), 2);
  EXPECT_EQ(status.tunnels(0).status(), "not_asked_yet");
  EXPECT_EQ(status.tunnels(0).verdict(), "VERDICT_UNSPECIFIED");
  EXPECT_EQ(status.tunnels(0).last_start_outcome(), "NOT_STARTED");
  EXPECT_EQ(status.supervisor().state(), "away");
  EXPECT_EQ(status.configuration().supervisor_digest(), "");
}

TEST_F(StatusPage, ATunnelHasWhatTheProberSawAndTheSupervisorSaid) {
  Check(0, Known(TunnelStatus::kHealthy));
  Pass(10s);
  Check(0, Unknown(Reason::kUnauthorized));
  wire::TunnelVerdict& told = Tell(0);
  told.set_verdict(words::WAIT_PAUSED);
  told.set_failures(3);
  told.set_last_outcome(words::SUCCEEDED);
  told.set_last_start_age_ms(90'000);
  told.set_paused_for_ms(60'000);
  told.set_failback(words::FAILBACK_STEADYING);
  Acknowledge();
  Pass(1500ms);
  const status::Status status = Read();
  const status::Tunnel& tunnel = status.tunnels(0);
  EXPECT_EQ(tunnel.id(), "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415");
  EXPECT_EQ(tunnel.name(), "home");
  EXPECT_EQ(tunnel.account_id(), "699d98642c564d2e855e9661899b7252");
  EXPECT_EQ(tunnel.status(), "unknown");
  EXPECT_EQ(tunnel.reason(), "unauthorized");
  EXPECT_THAT(tunnel.explanation(), HasSubstr("refused the token"));
  EXPECT_EQ(tunnel.since(), 1.5);
  EXPECT_EQ(tunnel.last_check_age(), 1.5);
  EXPECT_EQ(tunnel.unit(), "cloudflared_1.service");
  EXPECT_EQ(tunnel.verdict(), "WAIT_PAUSED");
  EXPECT_EQ(tunnel.failures(), 3U);
  EXPECT_EQ(tunnel.failure_threshold(), 2U);
  EXPECT_THAT(tunnel.failover_on(), ElementsAre("degraded", "down"));
  EXPECT_EQ(tunnel.last_start_outcome(), "SUCCEEDED");
  EXPECT_EQ(tunnel.last_start_age(), 91.5);
  EXPECT_EQ(tunnel.paused_for(), 58.5);
  EXPECT_EQ(tunnel.failback(), "FAILBACK_STEADYING");
  EXPECT_EQ(tunnel.budget(), "all user tokens");
  EXPECT_EQ(tunnel.recent_latency(), 0.04);
  EXPECT_THAT(tunnel.recent_latencies(), ElementsAre(0.04, 0.04));
  EXPECT_FALSE(tunnel.has_connectors());
  Pass(100s);
  EXPECT_EQ(Read().tunnels(0).paused_for(), 0);
}

TEST_F(StatusPage, TheGatewayHasItsLastMinute) {
  Probe(GatewayState::kReachable, 3ms);
  Pass(3s);
  Probe(GatewayState::kUnreachable);
  Pass(1s);
  const status::Gateway gateway = Read().gateway();
  EXPECT_EQ(gateway.state(), "unreachable");
  EXPECT_EQ(gateway.since(), 1);
  EXPECT_EQ(gateway.last_probe_age(), 1);
  EXPECT_EQ(gateway.probes_60s(), 2U);
  EXPECT_EQ(gateway.lost_60s(), 1U);
  EXPECT_EQ(gateway.round_trip(), 0.003);
  EXPECT_EQ(gateway.round_trip_mean_60s(), 0.003);
  EXPECT_THAT(gateway.recent_round_trips(), ElementsAre(0.003, 0));
}

TEST_F(StatusPage, OfSeveralGatewaysItShowsAllAndTheOneThatAnswered) {
  settings_.gateway.addresses.push_back(*GatewayAddress::Parse("fe80::1%eth0"));
  Configure();
  EXPECT_THAT(Read().gateway().addresses(), ElementsAre("192.0.2.1", "fe80::1%eth0"));
  EXPECT_EQ(Read().gateway().answered_by(), "");
  Probe(GatewayState::kReachable, 3ms);
  EXPECT_THAT(Read().gateway().addresses(), ElementsAre("192.0.2.1", "fe80::1%eth0"));
  EXPECT_EQ(Read().gateway().answered_by(), "fe80::1%eth0");
}

TEST_F(StatusPage, TheDefaultRoutesGatewayIsKnownWhenItWasAsked) {
  gateway_.choice = {.source = GatewaySource::kDefaultRoute, .addresses = {}};
  EXPECT_THAT(Read().gateway().addresses(), testing::IsEmpty());
  gateway_.asked = {*GatewayAddress::Parse("198.51.100.1")};
  gateway_.state = GatewayState::kReachable;
  EXPECT_THAT(Read().gateway().addresses(), ElementsAre("198.51.100.1"));
}

TEST_F(StatusPage, WhereNoGatewayIsCheckedNoneIsShown) {
  settings_.gateway = {};
  Configure();
  Probe(GatewayState::kNotChecked);
  const status::Gateway gateway = Read().gateway();
  EXPECT_EQ(gateway.state(), "not_checked");
  EXPECT_THAT(gateway.addresses(), testing::IsEmpty());
  EXPECT_EQ(gateway.last_probe_age(), 0);
}

TEST_F(StatusPage, ConnectorsAreShownOnceTheyAreAskedFor) {
  settings_.tunnels[1].failback_service = "failback@cloudflared_2.service";
  Configure();
  const TunnelId id = settings_.tunnels[1].id;
  EXPECT_FALSE(Read().tunnels(1).has_connectors());
  connectors_.Watch(id);
  EXPECT_EQ(Read().tunnels(1).connectors().primary(), "uncertain");
  const Connector ours = Opened('3', {101, 102});
  connectors_.Judge(id, {ours}, {ours.id}, now_);
  Pass(2s);
  const status::Status status = Read();
  EXPECT_EQ(status.tunnels(1).failback_unit(), "failback@cloudflared_2.service");
  EXPECT_EQ(status.tunnels(0).failback_unit(), "");
  const status::Connectors& connectors = status.tunnels(1).connectors();
  EXPECT_EQ(connectors.count(), 1U);
  EXPECT_TRUE(connectors.own_known());
  EXPECT_EQ(connectors.primary(), "away");
  EXPECT_EQ(connectors.uncertainty(), "");
  EXPECT_EQ(connectors.age(), 2);
  connectors_.Failed(id, Reason::kTimeout);
  EXPECT_THAT(Read().tunnels(1).connectors().uncertainty(), HasSubstr("no list of its connectors"));
}

TEST_F(StatusPage, TheConfigurationShowsAFailedReload) {
  Pass(5s);
  chronicle_.ReloadFailed({"t.json: check_interval: is a string"}, now_);
  Acknowledge();
  Pass(1s);
  const status::Configuration configuration = Read().configuration();
  EXPECT_FALSE(configuration.last_reload_succeeded());
  EXPECT_EQ(configuration.last_reload_age(), 1);
  EXPECT_THAT(configuration.faults(), ElementsAre(HasSubstr("is a string")));
  EXPECT_EQ(configuration.digest(), configuration.supervisor_digest());
  EXPECT_THAT(configuration.digest(), testing::StartsWith("aaaa"));
  EXPECT_EQ(configuration.digest().size(), 64U);
  EXPECT_EQ(configuration.check_interval(), 3);
  EXPECT_EQ(configuration.cooldown(), 60);
  EXPECT_EQ(configuration.max_starts_per_hour(), 60U);
  EXPECT_EQ(configuration.unknown_is_down_after(), 300);
  EXPECT_EQ(configuration.failback_after(), 120);
}

TEST_F(StatusPage, RefusalsHaveTheirNames) {
  times_.Sent(1, now_);
  Pass(2ms);
  times_.Acknowledged(1, now_);
  Acknowledge();
  const status::Supervisor supervisor = Read().supervisor();
  EXPECT_EQ(supervisor.state(), "connected");
  EXPECT_EQ(supervisor.acknowledgement_latency(), 0.002);
  EXPECT_EQ(supervisor.refusals_size(), words::Refusal_ARRAYSIZE);
  EXPECT_EQ(supervisor.refusals().at("FOREIGN_UID"), 0U);
}

TEST_F(StatusPage, ManyTunnelsComeInPiecesInTheOrderOfTheConfiguration) {
  UseTunnels(3 * kTunnelsInPiece);
  std::string piece;
  EXPECT_EQ(AppendStatus(View(), 1, piece), Piece::kMoreFollow);
  EXPECT_EQ(AppendStatus(View(), 2, piece), Piece::kLast);
  const status::Status status = Read();
  ASSERT_EQ(status.tunnels_size(), static_cast<int>(3 * kTunnelsInPiece));
  for (int i = 0; i < status.tunnels_size(); ++i) {
    EXPECT_EQ(status.tunnels(i).name(), "t" + std::to_string(i));
  }
}

TEST_F(StatusPage, NoTokenIsInIt) {
  Check(0, Unknown(Reason::kUnauthorized));
  EXPECT_THAT(Json(), Not(HasSubstr("secret")));
  settings_.tunnels[0].token = "cfat_secret0123456789";  // a budget of its own
  Configure();
  EXPECT_THAT(Json(), Not(HasSubstr("secret")));
  EXPECT_THAT(Json(), HasSubstr("the account token of tunnel f70ff985"));
}

}  // namespace
}  // namespace failover
