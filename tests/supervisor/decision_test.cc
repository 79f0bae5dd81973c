// The table of verdicts, row by row: facts and history in, verdict and history out.
#include "supervisor/decision.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "tests/supervisor/decision_fixture.h"

namespace failover {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using enum TunnelStatus;

TEST_F(Decision, UnknownNeverStartsAnything) {
  for (int day = 0; day < 400; ++day) {
    EXPECT_EQ(Observe(kUnknown, kNow + day * hours(24)), words::WAIT_UNKNOWN);
  }
  EXPECT_EQ(state_.failures, 0U);
}

TEST_F(Decision, EachStatusButHealthyIsAFailureByDefault) {
  for (const TunnelStatus status : {kDown, kDegraded, kInactive}) {
    state_ = {};
    number_ = 0;
    EXPECT_EQ(Observe(status), words::WAIT_CONFIRMING) << Name(status);
    EXPECT_EQ(Observe(status), words::START) << Name(status);
  }
  EXPECT_EQ(Observe(kHealthy), words::WAIT_HEALTHY);
}

TEST_F(Decision, OneAnswerDoesNotConfirmAFailure) {
  EXPECT_EQ(Observe(kDown), words::WAIT_CONFIRMING);
  EXPECT_EQ(Observe(kHealthy), words::WAIT_HEALTHY);
  EXPECT_EQ(Observe(kDown), words::WAIT_CONFIRMING);
}

TEST_F(Decision, TwoKindsOfFailureConfirmEachOther) {
  EXPECT_EQ(Observe(kDegraded), words::WAIT_CONFIRMING);
  EXPECT_EQ(Observe(kDown), words::START);
}

TEST_F(Decision, UnknownInBetweenNeitherCountsNorResets) {
  EXPECT_EQ(Observe(kDown), words::WAIT_CONFIRMING);
  EXPECT_EQ(Observe(kUnknown), words::WAIT_UNKNOWN);
  EXPECT_EQ(state_.failures, 1U);
  EXPECT_EQ(Observe(kDown), words::START);
}

TEST_F(Decision, AnUnreachableGatewayWaitsWhateverTheStatus) {
  EXPECT_EQ(Observe(kDown), words::WAIT_CONFIRMING);
  for (const TunnelStatus status : {kDown, kDegraded, kInactive, kUnknown, kHealthy}) {
    EXPECT_EQ(Observe(status, kNow, GatewayState::kUnreachable), words::WAIT_GATEWAY);
  }
  EXPECT_EQ(state_.failures, 1U);
  EXPECT_EQ(Observe(kDown), words::START);
}

TEST_F(Decision, AGatewayThatIsNotCheckedCountsAsReachable) {
  Observe(kDown, kNow, GatewayState::kNotChecked);
  EXPECT_EQ(Observe(kDown, kNow, GatewayState::kNotChecked), words::START);
}

TEST_F(Decision, AnObservationCountsOnce) {
  EXPECT_EQ(Observe(kDown), words::WAIT_CONFIRMING);
  number_ = 0;
  EXPECT_EQ(Observe(kDown), std::nullopt);  // number 1 again
  number_ = 5;
  EXPECT_EQ(Observe(kDown), words::START);  // 6
  number_ = 3;
  EXPECT_EQ(Observe(kDown), std::nullopt);  // 4, late
}

TEST_F(Decision, AUnitIsStartedAgainExactlyAfterItsCooldown) {
  unit_.starts = {kNow};
  unit_.outcome = words::SUCCEEDED;
  Observe(kDown);
  EXPECT_EQ(Observe(kDown, kNow), words::WAIT_COOLDOWN);
  EXPECT_EQ(Observe(kDown, kNow + seconds(60) - nanoseconds(1)), words::WAIT_COOLDOWN);
  EXPECT_EQ(Observe(kDown, kNow + seconds(60)), words::START);
}

TEST_F(Decision, RecoveryDoesNotShortenTheCooldown) {
  unit_.starts = {kNow};
  Observe(kHealthy);
  Observe(kDown);
  EXPECT_EQ(Observe(kDown, kNow + seconds(59)), words::WAIT_COOLDOWN);
}

TEST_F(Decision, AFailedStartHasTheSameCooldown) {
  unit_.starts = {kNow};
  Observe(kDown);
  for (const words::StartOutcome outcome :
      {words::FAILED, words::TIMED_OUT, words::IGNORED, words::OUTCOME_UNKNOWN}) {
    unit_.outcome = outcome;
    EXPECT_EQ(Observe(kDown, kNow + seconds(59)), words::WAIT_COOLDOWN);
    EXPECT_EQ(Observe(kDown, kNow + seconds(60)), words::START);
  }
}

TEST_F(Decision, AUnitIsNeverStartedWhileItsStartIsUnderWay) {
  unit_.starts = {kNow - hours(2)};
  unit_.outcome = words::PENDING;
  Observe(kDown);
  EXPECT_EQ(Observe(kDown), words::WAIT_UNDER_WAY);
}

TEST_F(Decision, AConfirmedFailureStaysConfirmedForYears) {
  state_.failures = 2;
  unit_.starts = {kNow};
  for (int i = 0; i < 1000; ++i) Observe(kDown);
  EXPECT_EQ(state_.failures, 2U);
  EXPECT_EQ(Observe(kDown, kNow + minutes(1)), words::START);
}

struct Limited : Decision {
  Limited() : Decision(R"("cooldown": 1, "max_starts_per_hour": 3,)") { Observe(kDown); }
};

TEST_F(Limited, AUnitIsNotStartedMoreOftenInAnHourThanAllowed) {
  unit_.starts = {kNow - minutes(50), kNow - minutes(40)};
  EXPECT_EQ(Observe(kDown), words::START);
  unit_.starts.push_back(kNow - minutes(30));
  EXPECT_EQ(Observe(kDown), words::WAIT_HOURLY_LIMIT);
}

TEST_F(Limited, AStartCountsForExactlyAnHour) {
  unit_.starts = {kNow - hours(1), kNow - minutes(40), kNow - minutes(30)};
  EXPECT_EQ(Observe(kDown, kNow - nanoseconds(1)), words::WAIT_HOURLY_LIMIT);
  EXPECT_EQ(Observe(kDown, kNow), words::START);
}

struct OnlyDown : Decision {
  OnlyDown() : Decision(R"("failover_on": ["down"], "failure_threshold": 1,)") {}
};

TEST_F(OnlyDown, AStatusThatIsNoFailureWaitsAndResets) {
  EXPECT_EQ(Observe(kDegraded), words::WAIT_NOT_IN_FAILOVER_ON);
  EXPECT_EQ(Observe(kInactive), words::WAIT_NOT_IN_FAILOVER_ON);
  EXPECT_EQ(Observe(kDown), words::START);
  EXPECT_EQ(Observe(kDegraded), words::WAIT_NOT_IN_FAILOVER_ON);
  EXPECT_EQ(state_.failures, 0U);
}

struct UnknownIsDown : Decision {
  UnknownIsDown() : Decision(R"("unknown_is_down_after": 30,)") {}
};

TEST_F(UnknownIsDown, StartsAfterUninterruptedUnknownOnly) {
  EXPECT_EQ(Observe(kUnknown, kNow), words::WAIT_UNKNOWN);
  EXPECT_EQ(Observe(kUnknown, kNow + seconds(29)), words::WAIT_UNKNOWN);
  EXPECT_EQ(Observe(kUnknown, kNow + seconds(30)), words::START);
}

TEST_F(UnknownIsDown, AnyStatementAboutTheTunnelBeginsItAnew) {
  for (const TunnelStatus status : {kHealthy, kDegraded, kDown}) {
    state_ = {};
    number_ = 0;
    Observe(kUnknown, kNow);
    Observe(status, kNow + seconds(20));
    EXPECT_EQ(Observe(kUnknown, kNow + seconds(31)), words::WAIT_UNKNOWN) << Name(status);
    EXPECT_EQ(Observe(kUnknown, kNow + seconds(60)), words::WAIT_UNKNOWN) << Name(status);
    EXPECT_EQ(Observe(kUnknown, kNow + seconds(61)), words::START) << Name(status);
  }
}

TEST_F(UnknownIsDown, AnUnreachableGatewayBeginsItAnew) {
  Observe(kUnknown, kNow);
  Observe(kUnknown, kNow + seconds(20), GatewayState::kUnreachable);
  EXPECT_EQ(Observe(kUnknown, kNow + seconds(40)), words::WAIT_UNKNOWN);
}

TEST_F(UnknownIsDown, ObeysTheCooldown) {
  unit_.starts = {kNow + seconds(10)};
  Observe(kUnknown, kNow);
  EXPECT_EQ(Observe(kUnknown, kNow + seconds(30)), words::WAIT_COOLDOWN);
  EXPECT_EQ(Observe(kUnknown, kNow + seconds(70)), words::START);
}

}  // namespace
}  // namespace failover
