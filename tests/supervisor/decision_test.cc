// The table of verdicts, row by row: facts and history in, verdict and history out.
#include "supervisor/decision.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "tests/supervisor/samples.h"

namespace failover {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using enum TunnelStatus;

const TimePoint kNow{hours(1000)};

class Decision : public testing::Test {
 protected:
  explicit Decision(const std::string& fields = "") : list_(Settings(fields)) {}

  // Observation number `number`, judged at `now` by `list`; the history moves on.
  std::optional<Verdict> Observe(
      TunnelStatus status, TimePoint now = kNow, GatewayState gateway = GatewayState::kReachable) {
    const TunnelFact fact{.rule = list_.Find(Id(kTunnelOne)),
        .observation = ++number_,
        .gateway = gateway,
        .status = status,
        .reason = status == kUnknown ? "timeout" : "none"};
    const auto decided = Decide(fact, history_, unit_, now);
    if (!decided) return std::nullopt;
    history_ = decided->second;
    return decided->first;
  }

  const UnitWhitelist list_;
  TunnelHistory history_;
  UnitHistory unit_;
  std::uint64_t number_ = 0;
};

TEST_F(Decision, UnknownNeverStartsAnything) {
  for (int day = 0; day < 400; ++day) {
    EXPECT_EQ(Observe(kUnknown, kNow + day * hours(24)), Verdict::kWaitUnknown);
  }
  EXPECT_EQ(history_.failures, 0U);
}

TEST_F(Decision, EachStatusButHealthyIsAFailureByDefault) {
  for (const TunnelStatus status : {kDown, kDegraded, kInactive}) {
    history_ = {};
    number_ = 0;
    EXPECT_EQ(Observe(status), Verdict::kWaitConfirming) << Name(status);
    EXPECT_EQ(Observe(status), Verdict::kStart) << Name(status);
  }
  EXPECT_EQ(Observe(kHealthy), Verdict::kWaitHealthy);
}

TEST_F(Decision, OneAnswerDoesNotConfirmAFailure) {
  EXPECT_EQ(Observe(kDown), Verdict::kWaitConfirming);
  EXPECT_EQ(Observe(kHealthy), Verdict::kWaitHealthy);
  EXPECT_EQ(Observe(kDown), Verdict::kWaitConfirming);
}

TEST_F(Decision, TwoKindsOfFailureConfirmEachOther) {
  EXPECT_EQ(Observe(kDegraded), Verdict::kWaitConfirming);
  EXPECT_EQ(Observe(kDown), Verdict::kStart);
}

TEST_F(Decision, UnknownInBetweenNeitherCountsNorResets) {
  EXPECT_EQ(Observe(kDown), Verdict::kWaitConfirming);
  EXPECT_EQ(Observe(kUnknown), Verdict::kWaitUnknown);
  EXPECT_EQ(history_.failures, 1U);
  EXPECT_EQ(Observe(kDown), Verdict::kStart);
}

TEST_F(Decision, AnUnreachableGatewayWaitsWhateverTheStatus) {
  EXPECT_EQ(Observe(kDown), Verdict::kWaitConfirming);
  for (const TunnelStatus status : {kDown, kDegraded, kInactive, kUnknown, kHealthy}) {
    EXPECT_EQ(Observe(status, kNow, GatewayState::kUnreachable), Verdict::kWaitGateway);
  }
  EXPECT_EQ(history_.failures, 1U);
  EXPECT_EQ(Observe(kDown), Verdict::kStart);
}

TEST_F(Decision, AGatewayThatIsNotCheckedCountsAsReachable) {
  Observe(kDown, kNow, GatewayState::kNotChecked);
  EXPECT_EQ(Observe(kDown, kNow, GatewayState::kNotChecked), Verdict::kStart);
}

TEST_F(Decision, AnObservationCountsOnce) {
  EXPECT_EQ(Observe(kDown), Verdict::kWaitConfirming);
  number_ = 0;
  EXPECT_EQ(Observe(kDown), std::nullopt);  // number 1 again
  number_ = 5;
  EXPECT_EQ(Observe(kDown), Verdict::kStart);  // 6
  number_ = 3;
  EXPECT_EQ(Observe(kDown), std::nullopt);  // 4, late
}

TEST_F(Decision, AUnitIsStartedAgainExactlyAfterItsCooldown) {
  unit_.starts = {kNow};
  unit_.outcome = StartOutcome::kSucceeded;
  Observe(kDown);
  EXPECT_EQ(Observe(kDown, kNow), Verdict::kWaitCooldown);
  EXPECT_EQ(Observe(kDown, kNow + seconds(60) - nanoseconds(1)), Verdict::kWaitCooldown);
  EXPECT_EQ(Observe(kDown, kNow + seconds(60)), Verdict::kStart);
}

TEST_F(Decision, RecoveryDoesNotShortenTheCooldown) {
  unit_.starts = {kNow};
  Observe(kHealthy);
  Observe(kDown);
  EXPECT_EQ(Observe(kDown, kNow + seconds(59)), Verdict::kWaitCooldown);
}

TEST_F(Decision, AFailedStartHasTheSameCooldown) {
  unit_.starts = {kNow};
  Observe(kDown);
  for (const StartOutcome outcome :
      {StartOutcome::kFailed, StartOutcome::kTimedOut, StartOutcome::kIgnored, StartOutcome::kUnknown}) {
    unit_.outcome = outcome;
    EXPECT_EQ(Observe(kDown, kNow + seconds(59)), Verdict::kWaitCooldown);
    EXPECT_EQ(Observe(kDown, kNow + seconds(60)), Verdict::kStart);
  }
}

TEST_F(Decision, AUnitIsNeverStartedWhileItsStartIsUnderWay) {
  unit_.starts = {kNow - hours(2)};
  unit_.outcome = StartOutcome::kPending;
  Observe(kDown);
  EXPECT_EQ(Observe(kDown), Verdict::kWaitUnderWay);
}

TEST_F(Decision, AConfirmedFailureStaysConfirmedForYears) {
  history_.failures = 2;
  unit_.starts = {kNow};
  for (int i = 0; i < 1000; ++i) Observe(kDown);
  EXPECT_EQ(history_.failures, 2U);
  EXPECT_EQ(Observe(kDown, kNow + minutes(1)), Verdict::kStart);
}

struct Limited : Decision {
  Limited() : Decision(R"("cooldown": 1, "max_starts_per_hour": 3,)") { Observe(kDown); }
};

TEST_F(Limited, AUnitIsNotStartedMoreOftenInAnHourThanAllowed) {
  unit_.starts = {kNow - minutes(50), kNow - minutes(40)};
  EXPECT_EQ(Observe(kDown), Verdict::kStart);
  unit_.starts.push_back(kNow - minutes(30));
  EXPECT_EQ(Observe(kDown), Verdict::kWaitHourlyLimit);
}

TEST_F(Limited, AStartCountsForExactlyAnHour) {
  unit_.starts = {kNow - hours(1), kNow - minutes(40), kNow - minutes(30)};
  EXPECT_EQ(Observe(kDown, kNow - nanoseconds(1)), Verdict::kWaitHourlyLimit);
  EXPECT_EQ(Observe(kDown, kNow), Verdict::kStart);
}

struct OnlyDown : Decision {
  OnlyDown() : Decision(R"("failover_on": ["down"], "failure_threshold": 1,)") {}
};

TEST_F(OnlyDown, AStatusThatIsNoFailureWaitsAndResets) {
  EXPECT_EQ(Observe(kDegraded), Verdict::kWaitNotInFailoverOn);
  EXPECT_EQ(Observe(kInactive), Verdict::kWaitNotInFailoverOn);
  EXPECT_EQ(Observe(kDown), Verdict::kStart);
  EXPECT_EQ(Observe(kDegraded), Verdict::kWaitNotInFailoverOn);
  EXPECT_EQ(history_.failures, 0U);
}

struct UnknownIsDown : Decision {
  UnknownIsDown() : Decision(R"("unknown_is_down_after": 30,)") {}
};

TEST_F(UnknownIsDown, StartsAfterUninterruptedUnknownOnly) {
  EXPECT_EQ(Observe(kUnknown, kNow), Verdict::kWaitUnknown);
  EXPECT_EQ(Observe(kUnknown, kNow + seconds(29)), Verdict::kWaitUnknown);
  EXPECT_EQ(Observe(kUnknown, kNow + seconds(30)), Verdict::kStart);
}

TEST_F(UnknownIsDown, AnyStatementAboutTheTunnelBeginsItAnew) {
  for (const TunnelStatus status : {kHealthy, kDegraded, kDown}) {
    history_ = {};
    number_ = 0;
    Observe(kUnknown, kNow);
    Observe(status, kNow + seconds(20));
    EXPECT_EQ(Observe(kUnknown, kNow + seconds(31)), Verdict::kWaitUnknown) << Name(status);
    EXPECT_EQ(Observe(kUnknown, kNow + seconds(60)), Verdict::kWaitUnknown) << Name(status);
    EXPECT_EQ(Observe(kUnknown, kNow + seconds(61)), Verdict::kStart) << Name(status);
  }
}

TEST_F(UnknownIsDown, AnUnreachableGatewayBeginsItAnew) {
  Observe(kUnknown, kNow);
  Observe(kUnknown, kNow + seconds(20), GatewayState::kUnreachable);
  EXPECT_EQ(Observe(kUnknown, kNow + seconds(40)), Verdict::kWaitUnknown);
}

TEST_F(UnknownIsDown, ObeysTheCooldown) {
  unit_.starts = {kNow + seconds(10)};
  Observe(kUnknown, kNow);
  EXPECT_EQ(Observe(kUnknown, kNow + seconds(30)), Verdict::kWaitCooldown);
  EXPECT_EQ(Observe(kUnknown, kNow + seconds(70)), Verdict::kStart);
}

}  // namespace
}  // namespace failover
