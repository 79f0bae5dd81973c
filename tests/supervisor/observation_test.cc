#include "supervisor/observation.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "common/seqpacket.h"
#include "health.pb.h"
#include "tests/supervisor/samples.h"

namespace failover {
namespace {

class Observations : public testing::Test {
 protected:
  Observations() : list_(Settings()) {
    report_.set_sequence(1);
    report_.set_instance(77);
    report_.set_gateway(wire::REACHABLE);
    Add(Id(kTunnelOne).bytes());
  }

  wire::TunnelHealth& Add(std::string_view id) {
    wire::TunnelHealth& health = *report_.add_tunnels();
    health.set_tunnel_id(std::string(id));
    health.set_observation(1);
    health.set_status(wire::DOWN);
    health.set_reason(wire::none);
    return health;
  }

  const UnitWhitelist list_;
  wire::HealthReport report_;
};

TEST_F(Observations, AReportBecomesFactsAboutConfiguredTunnels) {
  wire::TunnelHealth& second = Add(Id(kTunnelTwo).bytes());
  second.set_observation(9);
  second.set_status(wire::UNKNOWN);
  second.set_reason(wire::rate_limited);
  const auto observation = Inspect(report_.SerializeAsString(), 0, list_);
  ASSERT_TRUE(observation.has_value());
  EXPECT_EQ(observation->sequence, 1U);
  EXPECT_EQ(observation->instance, 77U);
  EXPECT_EQ(observation->gateway, GatewayState::kReachable);
  ASSERT_EQ(observation->facts.size(), 2U);
  EXPECT_EQ(observation->facts[0].rule, list_.Find(Id(kTunnelOne)));
  EXPECT_EQ(observation->facts[0].status, TunnelStatus::kDown);
  EXPECT_EQ(observation->facts[1].observation, 9U);
  EXPECT_EQ(observation->facts[1].reason, "rate_limited");
  EXPECT_EQ(observation->unknown_tunnels, 0U);
}

TEST_F(Observations, AnUnknownTunnelIsSkippedAndCountedAndTheRestStands) {
  Add("aaaaaaaaaaaaaaaa");
  Add("bbbbbbbbbbbbbbbb");
  const auto observation = Inspect(report_.SerializeAsString(), 0, list_);
  ASSERT_TRUE(observation.has_value());
  EXPECT_EQ(observation->facts.size(), 1U);
  EXPECT_EQ(observation->unknown_tunnels, 2U);
}

TEST_F(Observations, AReportMayNameNoTunnel) {
  report_.clear_tunnels();
  EXPECT_TRUE(Inspect(report_.SerializeAsString(), 0, list_).value().facts.empty());
}

TEST_F(Observations, WhatIsNotExactlyAReportIsRefusedWithItsReason) {
  using Edit = std::function<void(wire::HealthReport&)>;
  const auto tunnel = [](std::function<void(wire::TunnelHealth&)> edit) {
    return [edit](wire::HealthReport& report) { edit(*report.mutable_tunnels(0)); };
  };
  const auto status = static_cast<wire::TunnelStatus>(6);
  const auto reason = static_cast<wire::Reason>(wire::Reason_MAX + 1);
  const std::vector<std::pair<Edit, words::Refusal>> cases = {
      {[](auto& r) { r.set_sequence(0); }, words::OUT_OF_SEQUENCE},
      {[](auto& r) { r.set_sequence(2); }, words::OUT_OF_SEQUENCE},
      {[](auto& r) { r.set_sequence(UINT64_MAX); }, words::OUT_OF_SEQUENCE},
      {[](auto& r) { r.set_instance(0); }, words::NO_INSTANCE},
      {[](auto& r) { r.set_gateway(wire::GATEWAY_STATE_UNSPECIFIED); }, words::BAD_GATEWAY_STATE},
      {[](auto& r) { r.set_gateway(static_cast<wire::GatewayState>(4)); }, words::BAD_GATEWAY_STATE},
      {[](auto& r) { r.set_gateway(static_cast<wire::GatewayState>(-1)); }, words::BAD_GATEWAY_STATE},
      {[](auto& r) {
         while (r.tunnels_size() < 129) r.add_tunnels()->CopyFrom(r.tunnels(0));
       },
          words::MORE_THAN_128_TUNNELS},
      {tunnel([](auto& t) { t.clear_tunnel_id(); }), words::BAD_TUNNEL_ID},
      {tunnel([](auto& t) { t.set_tunnel_id("123456789012345"); }), words::BAD_TUNNEL_ID},
      {tunnel([](auto& t) { t.set_tunnel_id(std::string(kTunnelOne)); }), words::BAD_TUNNEL_ID},
      {tunnel([](auto& t) { t.set_observation(0); }), words::NO_OBSERVATION},
      {tunnel([](auto& t) { t.clear_status(); }), words::BAD_STATUS},
      {tunnel([&](auto& t) { t.set_status(status); }), words::BAD_STATUS},
      {tunnel([](auto& t) { t.clear_reason(); }), words::BAD_STATUS},
      {tunnel([&](auto& t) { t.set_reason(reason); }), words::BAD_STATUS},
      {tunnel([](auto& t) { t.set_status(wire::UNKNOWN); }), words::CONTRADICTION},
      {tunnel([](auto& t) { t.set_reason(wire::timeout); }), words::CONTRADICTION},
  };
  for (const auto& [edit, refusal] : cases) {
    wire::HealthReport report = report_;
    edit(report);
    const auto observation = Inspect(report.SerializeAsString(), 0, list_);
    ASSERT_FALSE(observation.has_value()) << words::Refusal_Name(refusal);
    EXPECT_EQ(observation.error(), refusal);
  }
}

TEST_F(Observations, OneBadTunnelRefusesTheWholeReport) {
  Add("bbbbbbbbbbbbbbbb").set_observation(0);
  EXPECT_FALSE(Inspect(report_.SerializeAsString(), 0, list_).has_value());
}

TEST_F(Observations, GarbageIsRefused) {
  const std::string good = report_.SerializeAsString();
  EXPECT_EQ(Inspect("\xff\xff\xff", 0, list_).error(), words::NOT_A_HEALTH_REPORT);
  EXPECT_EQ(Inspect(good.substr(0, good.size() - 1), 0, list_).error(), words::NOT_A_HEALTH_REPORT);
  EXPECT_EQ(Inspect("", 0, list_).error(), words::OUT_OF_SEQUENCE);
  EXPECT_EQ(Inspect(good + std::string(kMaxPacket, '\0'), 0, list_).error(), words::LARGER_THAN_16_KIB);
}

TEST_F(Observations, ASequenceIsTakenOnceAndInOrder) {
  report_.set_sequence(42);
  const std::string packet = report_.SerializeAsString();
  EXPECT_TRUE(Inspect(packet, 41, list_).has_value());
  for (const std::uint64_t last :
      {std::uint64_t{0}, std::uint64_t{40}, std::uint64_t{42}, std::uint64_t{43}, UINT64_MAX}) {
    EXPECT_FALSE(Inspect(packet, last, list_).has_value()) << last;
  }
}

TEST_F(Observations, AReportOf128TunnelsFitsIntoAPacket) {
  report_.set_config_digest(std::string(32, 'd'));
  report_.set_round_trip_us(UINT32_MAX);
  report_.set_sequence(UINT64_MAX);
  while (report_.tunnels_size() < kMaxTunnelsPerPacket) {
    Add(Id(kTunnelOne).bytes()).set_observation(UINT64_MAX);
  }
  const std::string packet = report_.SerializeAsString();
  EXPECT_LE(packet.size(), kMaxPacket);
  EXPECT_TRUE(Inspect(packet, UINT64_MAX - 1, list_).has_value());
}

TEST_F(Observations, TheReturnOfAPrimaryIsBelievedOnlyWhereItIsCertain) {
  for (const auto& [primary, returned] :
      {std::pair{wire::PRIMARY_UNCERTAIN, false}, std::pair{wire::PRIMARY_AWAY, false},
          std::pair{wire::PRIMARY_RETURNED, true}, std::pair{static_cast<wire::Primary>(7), false}}) {
    report_.mutable_tunnels(0)->set_primary(primary);
    EXPECT_EQ(Inspect(report_.SerializeAsString(), 0, list_)->facts.at(0).primary_returned, returned);
  }
}

TEST_F(Observations, VerdictsBecomeAnAcknowledgementThatFitsIntoAPacket) {
  const TimePoint now(std::chrono::hours(1));
  const TunnelState state{.observation = UINT64_MAX,
      .failures = 3,
      .unknown_since = {},
      .primary_since = {},
      .paused_until = now + std::chrono::milliseconds(2500),
      .drill_until = {},
      .verdict = words::WAIT_COOLDOWN,
      .failback = words::FAILBACK_FLAPPING};
  const UnitHistory unit{.starts = {now - std::chrono::milliseconds(1500)}, .outcome = words::FAILED};
  const std::vector<Told> tunnels(kMaxTunnelsPerPacket, {Id(kTunnelTwo), state, unit});
  std::array<std::uint64_t, words::Refusal_ARRAYSIZE> refusals{};
  refusals[words::UNKNOWN_TUNNEL] = 9;
  const std::string packet = EncodeAcknowledgement(7, std::string(64, 'd'), refusals, tunnels, now);
  EXPECT_LE(packet.size(), kMaxPacket);
  wire::Acknowledgement answer;
  ASSERT_TRUE(answer.ParseFromString(packet));
  EXPECT_EQ(answer.sequence(), 7U);
  EXPECT_EQ(answer.config_digest(), std::string(64, 'd'));
  ASSERT_EQ(answer.refusals_size(), words::Refusal_ARRAYSIZE);
  EXPECT_EQ(answer.refusals(words::UNKNOWN_TUNNEL), 9U);
  ASSERT_EQ(answer.tunnels_size(), kMaxTunnelsPerPacket);
  EXPECT_EQ(answer.tunnels(0).tunnel_id(), Id(kTunnelTwo).bytes());
  EXPECT_EQ(answer.tunnels(0).verdict(), words::WAIT_COOLDOWN);
  EXPECT_EQ(answer.tunnels(0).failback(), words::FAILBACK_FLAPPING);
  EXPECT_EQ(answer.tunnels(0).failures(), 3U);
  EXPECT_EQ(answer.tunnels(0).paused_for_ms(), 2500U);
  EXPECT_EQ(answer.tunnels(0).last_outcome(), words::FAILED);
  EXPECT_EQ(answer.tunnels(0).last_start_age_ms(), 1500U);
  EXPECT_EQ(answer.tunnels(0).observation(), UINT64_MAX);
}

TEST_F(Observations, APauseThatIsOverIsNone) {
  const TunnelState state;
  const UnitHistory unit;
  wire::Acknowledgement answer;
  ASSERT_TRUE(answer.ParseFromString(EncodeAcknowledgement(
      1, "", {}, std::vector<Told>{{Id(kTunnelOne), state, unit}}, TimePoint(std::chrono::hours(1)))));
  EXPECT_EQ(answer.tunnels(0).paused_for_ms(), 0U);
  EXPECT_EQ(answer.tunnels(0).last_outcome(), words::NOT_STARTED);
}

}  // namespace
}  // namespace failover
