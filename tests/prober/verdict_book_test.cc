#include "prober/verdict_book.h"

#include <gtest/gtest.h>

namespace failover {
namespace {

using namespace std::chrono_literals;
const TimePoint kNow(10'000s);
const std::string kIdBytes(16, 'a');

wire::Acknowledgement About(words::Verdict verdict) {
  wire::Acknowledgement ack;
  ack.set_sequence(4);
  ack.set_config_digest("digest");
  ack.add_refusals(0);
  ack.add_refusals(2);
  auto* entry = ack.add_tunnels();
  entry->set_tunnel_id(kIdBytes);
  entry->set_verdict(verdict);
  entry->set_failures(2);
  entry->set_last_outcome(words::SUCCEEDED);
  entry->set_last_start_age_ms(1500);
  entry->set_observation(17);
  return ack;
}

TEST(VerdictBook, KeepsTheNewestVerdictOfEachTunnel) {
  VerdictBook book;
  ASSERT_TRUE(book.Read(About(words::WAIT_CONFIRMING).SerializeAsString(), kNow).has_value());
  ASSERT_TRUE(book.Read(About(words::START).SerializeAsString(), kNow).has_value());
  ASSERT_EQ(book.verdicts().size(), 1U);
  const TunnelVerdict& verdict = book.verdicts().at(*TunnelId::FromBytes(kIdBytes));
  EXPECT_EQ(verdict.verdict, words::START);
  EXPECT_EQ(verdict.failures, 2U);
  EXPECT_EQ(verdict.last_outcome, words::SUCCEEDED);
  EXPECT_EQ(verdict.last_start, kNow - 1500ms);
  EXPECT_EQ(verdict.observation, 17U);
  EXPECT_EQ(book.sequence(), 4U);
  EXPECT_EQ(book.config_digest(), "digest");
  EXPECT_EQ(book.refusals(), (std::vector<std::uint64_t>{0, 2}));
}

TEST(VerdictBook, TakesThePauseAndTheFailback) {
  VerdictBook book;
  wire::Acknowledgement ack = About(words::WAIT_PAUSED);
  ack.mutable_tunnels(0)->set_paused_for_ms(2500);
  ack.mutable_tunnels(0)->set_failback(words::FAILBACK_FLAPPING);
  ASSERT_TRUE(book.Read(ack.SerializeAsString(), kNow).has_value());
  EXPECT_EQ(book.verdicts().begin()->second.paused_until, kNow + 2500ms);
  EXPECT_EQ(book.verdicts().begin()->second.failback, words::FAILBACK_FLAPPING);
  ack.mutable_tunnels(0)->set_failback(static_cast<words::Failback>(99));
  ASSERT_TRUE(book.Read(ack.SerializeAsString(), kNow).has_value());
  EXPECT_EQ(book.verdicts().begin()->second.failback, words::FAILBACK_NONE) << "not known here";
}

TEST(VerdictBook, TheNewsAreThoseOfTheLastAcknowledgement) {
  VerdictBook book;
  ASSERT_TRUE(book.Read(About(words::WAIT_HEALTHY).SerializeAsString(), kNow).has_value());
  EXPECT_EQ(book.news(), std::vector{*TunnelId::FromBytes(kIdBytes)});
  wire::Acknowledgement ack;
  ack.set_sequence(5);
  ASSERT_TRUE(book.Read(ack.SerializeAsString(), kNow).has_value());
  EXPECT_TRUE(book.news().empty());
}

TEST(VerdictBook, AnAcknowledgementWithoutNewsKeepsWhatIsKnown) {
  VerdictBook book;
  ASSERT_TRUE(book.Read(About(words::WAIT_COOLDOWN).SerializeAsString(), kNow).has_value());
  wire::Acknowledgement ack;
  ack.set_sequence(5);
  ASSERT_TRUE(book.Read(ack.SerializeAsString(), kNow).has_value());
  EXPECT_EQ(book.verdicts().size(), 1U);
  EXPECT_EQ(book.sequence(), 5U);
}

TEST(VerdictBook, WhatIsNoAcknowledgementChangesNothing) {
  wire::Acknowledgement short_id = About(words::WAIT_HEALTHY);
  short_id.mutable_tunnels(0)->set_tunnel_id("short");
  wire::Acknowledgement of_nothing = About(words::WAIT_HEALTHY);
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
  wire::Acknowledgement ack = About(static_cast<words::Verdict>(99));
  ack.mutable_tunnels(0)->set_last_outcome(static_cast<words::StartOutcome>(99));
  ack.mutable_tunnels(0)->set_last_start_age_ms(~std::uint64_t{0});
  VerdictBook book;
  ASSERT_TRUE(book.Read(ack.SerializeAsString(), kNow).has_value());
  const TunnelVerdict& verdict = book.verdicts().begin()->second;
  EXPECT_EQ(verdict.verdict, words::VERDICT_UNSPECIFIED);
  EXPECT_EQ(verdict.last_outcome, words::OUTCOME_UNKNOWN);
  EXPECT_LT(verdict.last_start, kNow);
}

}  // namespace
}  // namespace failover
