// The wiring of schedule, gateway and client; the rules are tried in check_schedule_test.cc.
#include "prober/tunnel_poller.h"

#include <gtest/gtest.h>

#include <vector>

namespace failover {
namespace {

using namespace std::chrono_literals;

class TunnelPollerTest : public testing::Test {
 protected:
  TunnelPollerTest() {
    settings_.check_interval = 50ms;
    settings_.confirm_interval = 1s;
    settings_.gateway_timeout = 20ms;
    settings_.api_timeout = 5s;
    settings_.api_base_url = "https://127.0.0.1:1";  // nobody listens
    for (const char fill : {'a', 'b'}) {
      settings_.tunnels.push_back({.id = *TunnelId::FromBytes(std::string(16, fill)),
          .label = {fill},
          .account_id = "a",
          .token = "t",
          .failover_on = {}});
    }
  }
  void RunUntil(std::function<bool()> enough) {
    enough_ = std::move(enough);
    Timer deadline(loop_, [this] {
      ADD_FAILURE() << "not within 10 s";
      loop_.Stop();
    });
    deadline.Start(10s);
    const auto configured = poller_.Configure(settings_);
    ASSERT_TRUE(configured.has_value()) << configured.error().message;
    if (watched_) poller_.WatchConnectors(*watched_);
    loop_.Run();
  }
  void Ping(const std::string& gateway) {
    settings_.gateway.source = GatewaySource::kConfigured;
    settings_.gateway.addresses = {{.address = *IpAddress::Parse(gateway), .interface = {}}};
  }
  void Check() {
    if (enough_()) loop_.Stop();
  }

  Settings settings_;
  std::function<bool()> enough_;
  std::optional<TunnelId> watched_;
  std::vector<GatewayState> gateway_;
  std::vector<TunnelHealth> healths_;
  std::vector<Reason> lookups_;
  std::size_t told_ = 0;  // healths at the last turn_done
  EventLoop loop_;
  TunnelPoller poller_{
      loop_, {.gateway =
                     [this](const GatewayResult& result) {
                       gateway_.push_back(result.state);
                       Check();
                     },
                 .tunnel = [this](const TunnelId&, const TunnelHealth& health,
                               const HttpAnswer&) { healths_.push_back(health); },
                 .budget = [](const BudgetLoad&) {},
                 .connectors =
                     [this](const TunnelId& id, const std::expected<Connectors, Reason>& list) {
                       EXPECT_EQ(id, settings_.tunnels[1].id);
                       EXPECT_FALSE(list.has_value());
                       lookups_.push_back(list.error());
                     },
                 .turn_done =
                     [this] {
                       told_ = healths_.size();
                       Check();
                     }}};
};

TEST_F(TunnelPollerTest, WithoutGatewayCheckEveryTunnelIsAskedEachRound) {
  RunUntil([this] { return told_ >= 4; });
  EXPECT_EQ(gateway_.front(), GatewayState::kNotChecked);
  for (const TunnelHealth& health : healths_) EXPECT_EQ(health, Unknown(Reason::kConnect));
}

TEST_F(TunnelPollerTest, BehindAReachableGatewayEveryTunnelIsAsked) {
  Ping("127.0.0.1");
  settings_.gateway_timeout = 2s;
  RunUntil([this] { return told_ >= 2; });
  EXPECT_EQ(gateway_.front(), GatewayState::kReachable);
}

TEST_F(TunnelPollerTest, WithoutTheGatewayCloudflareIsAskedNothing) {
  Ping("255.255.255.255");  // the kernel refuses to send
  RunUntil([this] { return gateway_.size() >= 4; });
  EXPECT_TRUE(healths_.empty());
  for (const GatewayState state : gateway_) EXPECT_EQ(state, GatewayState::kUnreachable);
}

TEST_F(TunnelPollerTest, AWatchedTunnelsConnectorsAreAskedForAndTheReasonForNoListIsTold) {
  watched_ = settings_.tunnels[1].id;
  RunUntil([this] { return !lookups_.empty() && told_ >= 4; });
  EXPECT_EQ(lookups_, std::vector{Reason::kConnect}) << "not in every round";
}

TEST_F(TunnelPollerTest, TheGatewaysPartIsToldEachIntervalAlsoWhileAProbeLasts) {
  Ping("255.255.255.255");
  settings_.gateway_timeout = 500ms;
  const TimePoint begin = BootClock::now();
  RunUntil([this] { return gateway_.size() >= 6; });
  EXPECT_LT(BootClock::now() - begin, 2s) << "by probes alone it takes 3 s";
}

}  // namespace
}  // namespace failover
