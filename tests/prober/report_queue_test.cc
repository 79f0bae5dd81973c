#include "prober/report_queue.h"

#include <gtest/gtest.h>

#include <string>

#include "common/seqpacket.h"
#include "health.pb.h"

namespace failover {
namespace {

using namespace std::chrono_literals;

TunnelId Id(unsigned number) {
  std::string bytes(sizeof(uuid_t), '\x7f');
  bytes[14] = static_cast<char>(number >> 8);
  bytes[15] = static_cast<char>(number & 0xff);
  return *TunnelId::FromBytes(bytes);
}

class ReportQueueTest : public testing::Test {
 protected:
  // The next report, sent; a report of sequence 0 stands for none.
  wire::HealthReport Take() {
    wire::HealthReport report;
    const auto packet = queue_.Next();
    if (!packet) return report;
    EXPECT_LE(packet->size(), kMaxPacket);
    EXPECT_TRUE(report.ParseFromString(*packet));
    queue_.Sent();
    return report;
  }

  ReportQueue queue_{0x1122334455667788};
};

TEST_F(ReportQueueTest, NothingIsSaidBeforeTheGatewayIsKnown) {
  queue_.BeginConnection();
  queue_.Observe(Id(1), Known(TunnelStatus::kDown));
  EXPECT_FALSE(queue_.Next().has_value());
}

TEST_F(ReportQueueTest, AReportCarriesEveryFieldOfTheContract) {
  Settings settings;
  settings.digest = std::string(32, 'd');
  queue_.Configure(settings);
  queue_.BeginConnection();
  queue_.SetGateway(GatewayState::kReachable, 1234us, {.probes = 20, .lost = 3, .mean_round_trip = 1100us});
  queue_.Observe(Id(1), Unknown(Reason::kRateLimited));
  const wire::HealthReport report = Take();
  EXPECT_EQ(report.sequence(), 1U);
  EXPECT_EQ(report.instance(), 0x1122334455667788U);
  EXPECT_EQ(report.gateway(), wire::REACHABLE);
  EXPECT_EQ(report.round_trip_us(), 1234U);
  EXPECT_EQ(report.echo_probes_60s(), 20U);
  EXPECT_EQ(report.echo_lost_60s(), 3U);
  EXPECT_EQ(report.round_trip_mean_us_60s(), 1100U);
  EXPECT_EQ(report.config_digest(), std::string(32, 'd'));
  ASSERT_EQ(report.tunnels_size(), 1);
  EXPECT_EQ(report.tunnels(0).tunnel_id(), Id(1).bytes());
  EXPECT_EQ(report.tunnels(0).observation(), 1U);
  EXPECT_EQ(report.tunnels(0).status(), wire::UNKNOWN);
  EXPECT_EQ(report.tunnels(0).reason(), wire::rate_limited);
}

TEST_F(ReportQueueTest, AnObservationGoesWithWhatIsKnownOfThePrimaryThen) {
  queue_.SetGateway(GatewayState::kReachable, 1us);
  queue_.Observe(Id(1), Known(TunnelStatus::kHealthy), Primary::kReturned);
  queue_.Observe(Id(2), Known(TunnelStatus::kHealthy), Primary::kAway);
  queue_.Observe(Id(3), Known(TunnelStatus::kHealthy));
  const wire::HealthReport report = Take();
  ASSERT_EQ(report.tunnels_size(), 3);
  EXPECT_EQ(report.tunnels(0).primary(), wire::PRIMARY_RETURNED);
  EXPECT_EQ(report.tunnels(1).primary(), wire::PRIMARY_AWAY);
  EXPECT_EQ(report.tunnels(2).primary(), wire::PRIMARY_UNCERTAIN);
  queue_.Observe(Id(1), Known(TunnelStatus::kHealthy), Primary::kUncertain);
  EXPECT_EQ(Take().tunnels(0).primary(), wire::PRIMARY_UNCERTAIN);
}

TEST_F(ReportQueueTest, ARoundTripIsNeverRoundedToNone) {
  queue_.SetGateway(GatewayState::kReachable, 1ns);
  EXPECT_EQ(Take().round_trip_us(), 1U);
  queue_.SetGateway(GatewayState::kUnreachable, 0ns);
  EXPECT_EQ(Take().round_trip_us(), 0U);
}

TEST_F(ReportQueueTest, WhatWasSentIsNotSentAgain) {
  queue_.SetGateway(GatewayState::kReachable, 1us);
  queue_.Observe(Id(1), Known(TunnelStatus::kDown));
  EXPECT_EQ(Take().tunnels_size(), 1);
  EXPECT_FALSE(queue_.Next().has_value());
  queue_.SetGateway(GatewayState::kReachable, 1us);
  const wire::HealthReport report = Take();
  EXPECT_EQ(report.sequence(), 2U);
  EXPECT_EQ(report.tunnels_size(), 0);
}

TEST_F(ReportQueueTest, WhatWasNotSentGivesWayToTheNewest) {
  queue_.SetGateway(GatewayState::kReachable, 1us);
  queue_.Observe(Id(1), Known(TunnelStatus::kDown));
  ASSERT_TRUE(queue_.Next().has_value());  // the socket was full: no Sent()
  queue_.Observe(Id(1), Known(TunnelStatus::kHealthy));
  const wire::HealthReport report = Take();
  EXPECT_EQ(report.sequence(), 1U);
  ASSERT_EQ(report.tunnels_size(), 1);
  EXPECT_EQ(report.tunnels(0).status(), wire::HEALTHY);
  EXPECT_EQ(report.tunnels(0).observation(), 2U);
}

TEST_F(ReportQueueTest, WhatIsObservedBetweenAPacketAndItsSendingIsNotTakenForSent) {
  queue_.SetGateway(GatewayState::kReachable, 1us);
  queue_.Observe(Id(1), Known(TunnelStatus::kDown));
  queue_.Observe(Id(2), Known(TunnelStatus::kDown));
  ASSERT_TRUE(queue_.Next().has_value());
  queue_.Observe(Id(1), Known(TunnelStatus::kHealthy));
  queue_.Sent();
  const wire::HealthReport report = Take();
  ASSERT_EQ(report.tunnels_size(), 1);
  EXPECT_EQ(report.tunnels(0).tunnel_id(), Id(1).bytes());
  EXPECT_EQ(report.tunnels(0).status(), wire::HEALTHY);
  EXPECT_FALSE(queue_.Next().has_value());
}

TEST_F(ReportQueueTest, WhoWaitsLongestGoesFirstWithTheNewestFact) {
  queue_.SetGateway(GatewayState::kReachable, 1us);
  for (unsigned i = 300; i-- > 0;) queue_.Observe(Id(i), Known(TunnelStatus::kDown));
  queue_.Observe(Id(299), Known(TunnelStatus::kHealthy));
  const wire::HealthReport report = Take();
  ASSERT_EQ(report.tunnels_size(), 128);
  EXPECT_EQ(report.tunnels(0).tunnel_id(), Id(299).bytes());
  EXPECT_EQ(report.tunnels(0).status(), wire::HEALTHY);
  EXPECT_EQ(report.tunnels(127).tunnel_id(), Id(172).bytes());
}

TEST_F(ReportQueueTest, ANewConnectionHearsTheNewestOfEachTunnelWithItsOldNumber) {
  queue_.SetGateway(GatewayState::kReachable, 1us);
  queue_.Observe(Id(1), Known(TunnelStatus::kDown));
  queue_.Observe(Id(2), Known(TunnelStatus::kHealthy));
  queue_.Observe(Id(1), Known(TunnelStatus::kDegraded));
  Take();
  queue_.BeginConnection();
  const wire::HealthReport report = Take();
  EXPECT_EQ(report.sequence(), 1U);
  ASSERT_EQ(report.tunnels_size(), 2);
  EXPECT_EQ(report.tunnels(0).observation(), 3U);
  EXPECT_EQ(report.tunnels(0).status(), wire::DEGRADED);
  EXPECT_EQ(report.tunnels(1).observation(), 2U);
}

TEST_F(ReportQueueTest, MoreThan128TunnelsTakeMorePackets) {
  queue_.SetGateway(GatewayState::kReachable, 1us);
  for (unsigned i = 0; i < 300; ++i) queue_.Observe(Id(i), Known(TunnelStatus::kDown));
  std::set<std::string> seen;
  for (const int size : {128, 128, 44}) {
    const wire::HealthReport report = Take();
    EXPECT_EQ(report.tunnels_size(), size);
    for (const auto& tunnel : report.tunnels()) seen.insert(tunnel.tunnel_id());
  }
  EXPECT_EQ(seen.size(), 300U);
  EXPECT_FALSE(queue_.Next().has_value());
}

TEST_F(ReportQueueTest, TunnelsThatLeftTheConfigurationAreForgotten) {
  queue_.SetGateway(GatewayState::kReachable, 1us);
  queue_.Observe(Id(1), Known(TunnelStatus::kDown));
  queue_.Observe(Id(2), Known(TunnelStatus::kDown));
  ASSERT_TRUE(queue_.Next().has_value());  // with both; the socket was full
  Settings settings;
  settings.tunnels = {{.id = Id(2), .label = "", .account_id = "", .token = "", .failover_on = {}}};
  queue_.Configure(settings);
  const wire::HealthReport report = Take();
  ASSERT_EQ(report.tunnels_size(), 1);
  EXPECT_EQ(report.tunnels(0).tunnel_id(), Id(2).bytes());
}

}  // namespace
}  // namespace failover
