#include "prober/verdict_book.h"

#include <gtest/gtest.h>

namespace failover {
namespace {

using namespace std::chrono_literals;
const TimePoint kNow(10'000s);
const std::string kIdBytes(16, 'a');

wire::Acknowledgement About(wire::Verdict verdict) {
  wire::Acknowledgement ack;
  ack.set_sequence(4);
  ack.set_config_digest("digest");
  ack.set_unknown_tunnels(2);
  auto* entry = ack.add_tunnels();
  entry->set_tunnel_id(kIdBytes);
  entry->set_verdict(verdict);
  entry->set_failures(2);
  entry->set_last_outcome(wire::SUCCEEDED);
  entry->set_last_start_age_ms(1500);
  entry->set_observation(17);
  entry->set_starts_in_hour(3);
  entry->set_failback(wire::FAILBACK_AWAY);
  entry->set_last_failback_age_ms(2500);
  entry->set_paused_for_ms(60'000);
  ack.add_refusals(5);
  ack.add_refusals(7);
  return ack;
}

TEST(VerdictBook, KeepsTheNewestVerdictOfEachTunnel) {
  VerdictBook book;
  ASSERT_TRUE(book.Read(About(wire::WAIT_CONFIRMING).SerializeAsString(), kNow).has_value());
  ASSERT_TRUE(book.Read(About(wire::START).SerializeAsString(), kNow).has_value());
  ASSERT_EQ(book.verdicts().size(), 1U);
  const TunnelVerdict& verdict = book.verdicts().at(*TunnelId::FromBytes(kIdBytes));
  EXPECT_EQ(verdict.verdict, wire::START);
  EXPECT_EQ(verdict.failures, 2U);
  EXPECT_EQ(verdict.last_outcome, wire::SUCCEEDED);
  EXPECT_EQ(verdict.last_start, kNow - 1500ms);
  EXPECT_EQ(verdict.observation, 17U);
  EXPECT_EQ(verdict.starts_in_hour, 3U);
  EXPECT_EQ(verdict.failback, wire::FAILBACK_AWAY);
  EXPECT_EQ(verdict.last_failback, kNow - 2500ms);
  EXPECT_EQ(verdict.paused_until, kNow + 60s);
  EXPECT_EQ(book.news(), std::vector{*TunnelId::FromBytes(kIdBytes)});
  EXPECT_EQ(book.refusals().at("FOREIGN_UID"), 5U);
  EXPECT_EQ(book.refusals().at("SECOND_CONNECTION"), 7U);
  EXPECT_EQ(book.refusals().at("TOO_MANY_TUNNELS"), 0U);
  EXPECT_EQ(book.sequence(), 4U);
  EXPECT_EQ(book.config_digest(), "digest");
  EXPECT_EQ(book.unknown_tunnels(), 2U);
}

TEST(VerdictBook, AnAcknowledgementWithoutNewsKeepsWhatIsKnown) {
  VerdictBook book;
  ASSERT_TRUE(book.Read(About(wire::WAIT_COOLDOWN).SerializeAsString(), kNow).has_value());
  wire::Acknowledgement ack;
  ack.set_sequence(5);
  ASSERT_TRUE(book.Read(ack.SerializeAsString(), kNow).has_value());
  EXPECT_EQ(book.verdicts().size(), 1U);
  EXPECT_TRUE(book.news().empty());
  EXPECT_EQ(book.sequence(), 5U);
}

TEST(VerdictBook, WhatIsNoAcknowledgementChangesNothing) {
  wire::Acknowledgement short_id = About(wire::WAIT_HEALTHY);
  short_id.mutable_tunnels(0)->set_tunnel_id("short");
  wire::Acknowledgement of_nothing = About(wire::WAIT_HEALTHY);
  of_nothing.set_sequence(0);
  VerdictBook book;
  for (const std::string& packet :
      {std::string("\xff\xff\xff"), short_id.SerializeAsString(), of_nothing.SerializeAsString()}) {
    EXPECT_FALSE(book.Read(packet, kNow).has_value());
  }
  EXPECT_TRUE(book.verdicts().empty());
  EXPECT_EQ(book.sequence(), 0U);
}

TEST(VerdictBook, NumbersThatThisVersionDoesNotKnowAreNotKept) {
  wire::Acknowledgement ack = About(static_cast<wire::Verdict>(99));
  ack.mutable_tunnels(0)->set_last_outcome(static_cast<wire::StartOutcome>(99));
  ack.mutable_tunnels(0)->set_last_start_age_ms(~std::uint64_t{0});
  ack.mutable_tunnels(0)->set_failback(static_cast<wire::Failback>(99));
  ack.mutable_tunnels(0)->set_paused_for_ms(~std::uint64_t{0});
  ack.mutable_tunnels(0)->set_last_failback_age_ms(0);
  for (int i = 0; i < 99; ++i) ack.add_refusals(1);
  VerdictBook book;
  ASSERT_TRUE(book.Read(ack.SerializeAsString(), kNow).has_value());
  const TunnelVerdict& verdict = book.verdicts().begin()->second;
  EXPECT_EQ(verdict.verdict, wire::VERDICT_UNSPECIFIED);
  EXPECT_EQ(verdict.last_outcome, wire::OUTCOME_UNKNOWN);
  EXPECT_LT(verdict.last_start, kNow);
  EXPECT_EQ(verdict.failback, wire::FAILBACK_NONE);
  EXPECT_EQ(verdict.last_failback, std::nullopt);
  EXPECT_GT(verdict.paused_until, kNow);
  EXPECT_EQ(book.refusals().size(), static_cast<std::size_t>(wire::Refusal_ARRAYSIZE));
}

}  // namespace
}  // namespace failover
