#include "prober/echo_probe.h"

#include <gtest/gtest.h>

namespace failover {
namespace {

using namespace std::chrono_literals;
using Step = EchoProbe::Step;

const TimePoint kBegin(1000s);
const RealTime kRealBegin(1'700'000'000s);

class EchoProbeTest : public testing::Test {
 protected:
  static Echo First() {
    Echo echo{.identifier = 77, .sequence = 65535};
    echo.nonce.fill(std::byte{0x5a});
    return echo;
  }
  static Echo OtherFirst() {
    Echo echo{.identifier = 77, .sequence = 300};
    echo.nonce.fill(std::byte{0xa5});
    return echo;
  }
  Echo Begin(TimePoint now, RealTime real) { return probe_.BeginAttempt(now, real).at(0).echo; }
  ReceivedReply ReplyTo(const Echo& echo) const { return {gateway_, echo, std::nullopt}; }
  std::optional<std::chrono::nanoseconds> RoundTrip(const ReceivedReply& reply, TimePoint now) const {
    const auto answer = probe_.Accept(reply, now);
    return answer ? std::optional(answer->round_trip) : std::nullopt;
  }

  IpAddress gateway_ = *IpAddress::Parse("192.168.1.1");
  EchoProbe probe_{{{.address = gateway_, .first = First()}}, 1s, kBegin};
};

TEST_F(EchoProbeTest, SendsThreeAttempts300MsApartAndGivesUpAtTheTimeout) {
  EXPECT_EQ(probe_.Next(kBegin), Step::kSend);
  Begin(kBegin, kRealBegin);
  EXPECT_EQ(probe_.Next(kBegin + 299ms), Step::kWait);
  EXPECT_EQ(probe_.wake(), kBegin + 300ms);
  EXPECT_EQ(probe_.Next(kBegin + 300ms), Step::kSend);
  Begin(kBegin + 300ms, kRealBegin);
  Begin(kBegin + 600ms, kRealBegin);
  EXPECT_EQ(probe_.wake(), kBegin + 1s);
  EXPECT_EQ(probe_.Next(kBegin + 999ms), Step::kWait);
  EXPECT_EQ(probe_.Next(kBegin + 1s), Step::kGiveUp);
}

TEST_F(EchoProbeTest, AShortTimeoutLeavesAttemptsOut) {
  EchoProbe probe({{.address = gateway_, .first = First()}}, 100ms, kBegin);
  probe.BeginAttempt(kBegin, kRealBegin);
  EXPECT_EQ(probe.wake(), kBegin + 100ms);
  EXPECT_EQ(probe.Next(kBegin + 100ms), Step::kGiveUp);
}

TEST_F(EchoProbeTest, SequencesCountUpAndWrapAround) {
  EXPECT_EQ(Begin(kBegin, kRealBegin).sequence, 65535);
  EXPECT_EQ(Begin(kBegin, kRealBegin).sequence, 0);
  EXPECT_EQ(Begin(kBegin, kRealBegin).sequence, 1);
}

TEST_F(EchoProbeTest, AReplyToAnyAttemptInFlightIsValid) {
  const Echo first = Begin(kBegin, kRealBegin);
  const Echo second = Begin(kBegin + 300ms, kRealBegin + 300ms);
  EXPECT_EQ(RoundTrip(ReplyTo(first), kBegin + 350ms), 350ms);
  EXPECT_EQ(RoundTrip(ReplyTo(second), kBegin + 350ms), 50ms);
}

TEST_F(EchoProbeTest, ForgedAndStrayRepliesAreNotAccepted) {
  const Echo sent = Begin(kBegin, kRealBegin);
  Echo not_sent = sent;
  ++not_sent.sequence;
  Echo other_process = sent;
  ++other_process.identifier;
  Echo guessed = sent;
  guessed.nonce[15] = std::byte{0};
  for (const Echo& echo : {not_sent, other_process, guessed}) {
    EXPECT_FALSE(probe_.Accept(ReplyTo(echo), kBegin + 1ms).has_value());
  }
  ReceivedReply elsewhere = ReplyTo(sent);
  elsewhere.sender = *IpAddress::Parse("192.168.1.2");
  EXPECT_FALSE(probe_.Accept(elsewhere, kBegin + 1ms).has_value());
  EXPECT_TRUE(probe_.Accept(ReplyTo(sent), kBegin + 1ms).has_value());
}

TEST_F(EchoProbeTest, AllGatewaysAreAskedAtTheSameTimeAndTheOneThatAnswersIsNamed) {
  const IpAddress other = *IpAddress::Parse("2001:db8::1");
  EchoProbe probe(
      {{.address = gateway_, .first = First()}, {.address = other, .first = OtherFirst()}}, 1s, kBegin);
  const auto attempts = probe.BeginAttempt(kBegin, kRealBegin);
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_EQ(attempts[0].target, 0U);
  EXPECT_EQ(attempts[0].echo, First());
  EXPECT_EQ(attempts[1].target, 1U);
  EXPECT_EQ(attempts[1].echo, OtherFirst());
  EXPECT_EQ(probe.Next(kBegin + 299ms), Step::kWait);
  const auto second = probe.BeginAttempt(kBegin + 300ms, kRealBegin);
  EXPECT_EQ(second.at(1).echo.sequence, 301);
  const auto answer = probe.Accept({other, second[1].echo, std::nullopt}, kBegin + 310ms);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->target, 1U);
  EXPECT_EQ(answer->round_trip, 10ms);
}

TEST_F(EchoProbeTest, AReplyFromAnotherGatewaysAddressIsForged) {
  const IpAddress other = *IpAddress::Parse("192.168.1.2");
  EchoProbe probe(
      {{.address = gateway_, .first = First()}, {.address = other, .first = OtherFirst()}}, 1s, kBegin);
  const auto attempts = probe.BeginAttempt(kBegin, kRealBegin);
  EXPECT_FALSE(probe.Accept({other, attempts[0].echo, std::nullopt}, kBegin + 1ms).has_value());
  EXPECT_FALSE(probe.Accept({gateway_, attempts[1].echo, std::nullopt}, kBegin + 1ms).has_value());
  Echo mixed = attempts[0].echo;
  mixed.nonce = attempts[1].echo.nonce;
  EXPECT_FALSE(probe.Accept({gateway_, mixed, std::nullopt}, kBegin + 1ms).has_value());
  EXPECT_FALSE(probe.Accept({other, mixed, std::nullopt}, kBegin + 1ms).has_value());
  EXPECT_TRUE(probe.Accept({gateway_, attempts[0].echo, std::nullopt}, kBegin + 1ms).has_value());
}

TEST_F(EchoProbeTest, ALinkLocalAddressOnAnotherInterfaceIsAnotherSender) {
  const IpAddress address = *IpAddress::Parse("fe80::1");
  EchoProbe probe({{.address = address.OnInterface(2), .first = First()}}, 1s, kBegin);
  const Echo sent = probe.BeginAttempt(kBegin, kRealBegin).at(0).echo;
  EXPECT_FALSE(probe.Accept({address.OnInterface(3), sent, std::nullopt}, kBegin + 1ms).has_value());
  EXPECT_FALSE(probe.Accept({address, sent, std::nullopt}, kBegin + 1ms).has_value());
  EXPECT_TRUE(probe.Accept({address.OnInterface(2), sent, std::nullopt}, kBegin + 1ms).has_value());
}

TEST_F(EchoProbeTest, TheRoundTripIsTheKernelsUnlessItIsAbsurd) {
  const Echo sent = Begin(kBegin, kRealBegin);
  const struct {
    std::chrono::nanoseconds stamped;
    std::chrono::nanoseconds round_trip;
  } cases[] = {
      {3ms, 3ms},     // 2 ms less than what we saw: our own wake-up
      {0ns, 0ns},     //
      {-1ns, 5ms},    // the clock was set back
      {6ms, 5ms},     // the clock was set forward
      {-3600s, 5ms},  //
      {86400s, 5ms},  //
  };
  for (const auto& c : cases) {
    ReceivedReply reply = ReplyTo(sent);
    reply.stamp = kRealBegin + c.stamped;
    EXPECT_EQ(RoundTrip(reply, kBegin + 5ms), c.round_trip) << c.stamped.count();
  }
}

}  // namespace
}  // namespace failover
