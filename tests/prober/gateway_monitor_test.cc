// Against the kernel's own echo on loopback. What is valid is decided in echo_probe_test.cc.
#include "prober/gateway_monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace failover {
namespace {

using namespace std::chrono_literals;

class GatewayMonitorTest : public testing::Test {
 protected:
  GatewayResult Probe(const std::string& gateway, std::chrono::nanoseconds timeout) {
    EventLoop loop;
    auto monitor = GatewayMonitor::Open(loop, *IpAddress::Parse(gateway), timeout);
    EXPECT_TRUE(monitor.has_value()) << monitor.error().message;
    GatewayResult found;
    (*monitor)->Probe([&](const GatewayResult& result) {
      found = result;
      loop.Stop();
    });
    EXPECT_TRUE((*monitor)->under_way());
    loop.Run();
    EXPECT_FALSE((*monitor)->under_way());
    EXPECT_EQ((*monitor)->strays(), 0U);
    return found;
  }
};

TEST_F(GatewayMonitorTest, LoopbackIsReachableByBothVersions) {
  for (const char* gateway : {"127.0.0.1", "::1"}) {
    const GatewayResult result = Probe(gateway, 2s);
    EXPECT_EQ(result.state, GatewayState::kReachable) << gateway;
    EXPECT_GT(result.round_trip, 0ns);
    EXPECT_LT(result.round_trip, 2s);
    EXPECT_EQ(result.trouble, "");
  }
}

TEST_F(GatewayMonitorTest, WhatCannotBeAskedIsUnreachableAndTheReasonIsTold) {
  const GatewayResult result = Probe("255.255.255.255", 30ms);
  EXPECT_EQ(result.state, GatewayState::kUnreachable);
  EXPECT_EQ(result.trouble, "cannot send an echo request: Permission denied");
}

TEST_F(GatewayMonitorTest, AMonitorProbesAgainAndAgain) {
  EventLoop loop;
  auto monitor = GatewayMonitor::Open(loop, *IpAddress::Parse("127.0.0.1"), 2s);
  ASSERT_TRUE(monitor.has_value());
  int reachable = 0;
  std::function<void(const GatewayResult&)> again = [&](const GatewayResult& result) {
    EXPECT_EQ(result.state, GatewayState::kReachable);
    if (++reachable == 5) return loop.Stop();
    (*monitor)->Probe(again);
  };
  (*monitor)->Probe(again);
  loop.Run();
  EXPECT_EQ(reachable, 5);
}

}  // namespace
}  // namespace failover
