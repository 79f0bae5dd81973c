// Against the kernel's own echo on loopback. What is valid is decided in echo_probe_test.cc.
#include "prober/gateway_monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace failover {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

// Refused by the kernel, so that nothing leaves the host.
constexpr const char* kDead = "255.255.255.255";
const std::string kDeadTrouble = std::string(kDead) + ": cannot send an echo request: Permission denied";

std::vector<GatewayAddress> Addresses(const std::vector<std::string>& texts) {
  std::vector<GatewayAddress> addresses;
  addresses.reserve(texts.size());
  for (const std::string& text : texts) {
    addresses.push_back({.address = *IpAddress::Parse(text), .interface = {}});
  }
  return addresses;
}

class GatewayMonitorTest : public testing::Test {
 protected:
  void Configure(const std::vector<std::string>& gateways, std::chrono::nanoseconds timeout) {
    const GatewayChoice choice{.source = GatewaySource::kConfigured, .addresses = Addresses(gateways)};
    const auto done = monitor_.Configure(choice, timeout);
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }
  void UseDefaultRoute() {
    ASSERT_TRUE(
        monitor_.Configure({.source = GatewaySource::kDefaultRoute, .addresses = {}}, 2s).has_value());
  }
  GatewayResult Probe() {
    GatewayResult found;
    bool ended = false;
    monitor_.Probe([&](const GatewayResult& result) {
      found = result;
      ended = true;
    });
    EXPECT_NE(monitor_.under_way(), ended);
    // Not Run(), which is for once; the probe's timeout is the bound.
    while (!ended) event_base_loop(loop_.base(), EVLOOP_ONCE);
    EXPECT_FALSE(monitor_.under_way());
    EXPECT_EQ(monitor_.strays(), 0U);
    return found;
  }

  std::expected<std::vector<GatewayAddress>, Error> default_ = Fail("no default route");
  EventLoop loop_;
  GatewayMonitor monitor_{loop_, [this] { return default_; }};
};

class GatewayMonitorByVersion : public GatewayMonitorTest,
                                public testing::WithParamInterface<const char*> {};

TEST_P(GatewayMonitorByVersion, LoopbackIsReachable) {
  Configure({GetParam()}, 2s);
  const GatewayResult result = Probe();
  EXPECT_EQ(result.state, GatewayState::kReachable);
  EXPECT_GT(result.round_trip, 0ns);
  EXPECT_LT(result.round_trip, 2s);
  EXPECT_EQ(result.trouble, "");
}

INSTANTIATE_TEST_SUITE_P(BothVersions, GatewayMonitorByVersion, testing::Values("127.0.0.1", "::1"),
    [](const auto& test) { return std::string(test.param) == "::1" ? "Ipv6" : "Ipv4"; });

TEST_F(GatewayMonitorTest, WhatCannotBeAskedIsUnreachableAndTheReasonIsTold) {
  Configure({kDead}, 30ms);
  const GatewayResult result = Probe();
  EXPECT_EQ(result.state, GatewayState::kUnreachable);
  EXPECT_EQ(result.trouble, kDeadTrouble);
}

TEST_F(GatewayMonitorTest, OneGatewayOfSeveralIsEnoughAndIsNamed) {
  Configure({kDead, "::1"}, 2s);
  EXPECT_EQ(Probe().state, GatewayState::kReachable);
  const GatewayFacts& facts = monitor_.facts();
  EXPECT_EQ(facts.answered_by->ToString(), "::1");
  EXPECT_EQ(Join(facts.asked), std::string(kDead) + ", ::1");
}

TEST_F(GatewayMonitorTest, AnInterfaceThatIsNotThereIsTroubleOfThatGatewayAlone) {
  GatewayChoice choice{.source = GatewaySource::kConfigured, .addresses = Addresses({"127.0.0.1"})};
  choice.addresses.insert(choice.addresses.begin(), *GatewayAddress::Parse("fe80::1%no-such-one"));
  ASSERT_TRUE(monitor_.Configure(choice, 2s).has_value());
  const GatewayResult result = Probe();
  EXPECT_EQ(result.state, GatewayState::kReachable);
  EXPECT_EQ(result.trouble, "fe80::1%no-such-one: interface no-such-one: No such device");
  choice.addresses.pop_back();
  ASSERT_TRUE(monitor_.Configure(choice, 2s).has_value());
  EXPECT_EQ(Probe().state, GatewayState::kUnreachable);
}

TEST_F(GatewayMonitorTest, TheDefaultRouteIsFollowedFromProbeToProbe) {
  UseDefaultRoute();
  const GatewayResult none = Probe();
  EXPECT_EQ(none.state, GatewayState::kUnreachable);
  EXPECT_EQ(none.trouble, "no default route");
  EXPECT_THAT(monitor_.facts().asked, IsEmpty());
  for (const char* gateway : {"127.0.0.1", "::1"}) {
    default_ = Addresses({gateway});
    EXPECT_EQ(Probe().state, GatewayState::kReachable);
    EXPECT_EQ(Join(monitor_.facts().asked), gateway);
    EXPECT_EQ(monitor_.facts().answered_by->ToString(), gateway);
  }
  default_ = Fail("gone");
  EXPECT_EQ(Probe().trouble, "gone");
}

TEST_F(GatewayMonitorTest, UncheckedIsNoProbe) {
  EXPECT_EQ(Probe().state, GatewayState::kNotChecked);
  EXPECT_EQ(monitor_.facts().window.Sums(BootClock::now()).probes, 0U);
  EXPECT_EQ(monitor_.facts().probed_at, std::nullopt);
}

TEST_F(GatewayMonitorTest, TheFactsAreThoseOfTheLastProbes) {
  EXPECT_EQ(monitor_.facts().state, std::nullopt);
  UseDefaultRoute();
  default_ = Addresses({"127.0.0.1"});
  const TimePoint before = BootClock::now();
  const GatewayResult first = Probe();
  const TimePoint since = monitor_.facts().since.value();
  EXPECT_GE(since, before);
  Probe();
  EXPECT_EQ(monitor_.facts().since, since) << "the same state";
  EXPECT_GT(monitor_.facts().probed_at, since);
  default_ = Fail("gone");
  Probe();
  const GatewayFacts& facts = monitor_.facts();
  EXPECT_EQ(facts.state, GatewayState::kUnreachable);
  EXPECT_GT(facts.since, since);
  EXPECT_GT(facts.round_trip, 0ns) << "of the last valid reply";
  const auto recent = facts.window.recent();
  ASSERT_EQ(recent.size(), 3U);
  EXPECT_EQ(recent[0], first.round_trip);
  EXPECT_EQ(recent[2], std::nullopt);
}

TEST_F(GatewayMonitorTest, TheFactsOutliveAReloadUnlessItChangesTheGateway) {
  Configure({"127.0.0.1"}, 2s);
  Probe();
  Configure({"127.0.0.1"}, 1s);
  EXPECT_EQ(monitor_.facts().window.recent().size(), 1U);
  Configure({"::1"}, 1s);
  EXPECT_EQ(monitor_.facts().state, std::nullopt);
  EXPECT_THAT(monitor_.facts().window.recent(), IsEmpty());
}

TEST_F(GatewayMonitorTest, AReloadDropsTheProbeUnderWay) {
  Configure({kDead}, 1s);
  monitor_.Probe([](const GatewayResult&) { FAIL() << "dropped"; });
  Configure({"127.0.0.1"}, 2s);
  EXPECT_FALSE(monitor_.under_way());
  EXPECT_EQ(Probe().state, GatewayState::kReachable);
}

TEST_F(GatewayMonitorTest, AMonitorProbesAgainAndAgain) {
  Configure({"127.0.0.1", "::1"}, 2s);
  int reachable = 0;
  std::function<void(const GatewayResult&)> again = [&](const GatewayResult& result) {
    EXPECT_EQ(result.state, GatewayState::kReachable);
    if (++reachable == 5) return loop_.Stop();
    monitor_.Probe(again);
  };
  monitor_.Probe(again);
  loop_.Run();
  EXPECT_EQ(reachable, 5);
  EXPECT_EQ(monitor_.strays(), 0U) << "the other gateway's reply comes late and is none";
}

}  // namespace
}  // namespace failover
