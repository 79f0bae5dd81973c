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
  ReceivedReply ReplyTo(const Echo& echo) const { return {gateway_, echo, std::nullopt}; }

  IpAddress gateway_ = *IpAddress::Parse("192.168.1.1");
  EchoProbe probe_{gateway_, First(), 1s, kBegin};
};

TEST_F(EchoProbeTest, SendsThreeAttempts300MsApartAndGivesUpAtTheTimeout) {
  EXPECT_EQ(probe_.Next(kBegin), Step::kSend);
  probe_.BeginAttempt(kBegin, kRealBegin);
  EXPECT_EQ(probe_.Next(kBegin + 299ms), Step::kWait);
  EXPECT_EQ(probe_.wake(), kBegin + 300ms);
  EXPECT_EQ(probe_.Next(kBegin + 300ms), Step::kSend);
  probe_.BeginAttempt(kBegin + 300ms, kRealBegin);
  probe_.BeginAttempt(kBegin + 600ms, kRealBegin);
  EXPECT_EQ(probe_.wake(), kBegin + 1s);
  EXPECT_EQ(probe_.Next(kBegin + 999ms), Step::kWait);
  EXPECT_EQ(probe_.Next(kBegin + 1s), Step::kGiveUp);
}

TEST_F(EchoProbeTest, AShortTimeoutLeavesAttemptsOut) {
  EchoProbe probe(gateway_, First(), 100ms, kBegin);
  probe.BeginAttempt(kBegin, kRealBegin);
  EXPECT_EQ(probe.wake(), kBegin + 100ms);
  EXPECT_EQ(probe.Next(kBegin + 100ms), Step::kGiveUp);
}

TEST_F(EchoProbeTest, SequencesCountUpAndWrapAround) {
  EXPECT_EQ(probe_.BeginAttempt(kBegin, kRealBegin).sequence, 65535);
  EXPECT_EQ(probe_.BeginAttempt(kBegin, kRealBegin).sequence, 0);
}

TEST_F(EchoProbeTest, AReplyToAnyAttemptInFlightIsValid) {
  const Echo first = probe_.BeginAttempt(kBegin, kRealBegin);
  const Echo second = probe_.BeginAttempt(kBegin + 300ms, kRealBegin + 300ms);
  EXPECT_EQ(probe_.Accept(ReplyTo(first), kBegin + 350ms), 350ms);
  EXPECT_EQ(probe_.Accept(ReplyTo(second), kBegin + 350ms), 50ms);
}

TEST_F(EchoProbeTest, ForgedAndStrayRepliesAreNotAccepted) {
  const Echo sent = probe_.BeginAttempt(kBegin, kRealBegin);
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

TEST_F(EchoProbeTest, TheRoundTripIsTheKernelsUnlessItIsAbsurd) {
  const Echo sent = probe_.BeginAttempt(kBegin, kRealBegin);
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
    EXPECT_EQ(probe_.Accept(reply, kBegin + 5ms), c.round_trip) << c.stamped.count();
  }
}

}  // namespace
}  // namespace failover
