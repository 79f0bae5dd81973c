// What holds a start or asks for one, and when the backup gives way: pause, drill, failback.
#include "tests/supervisor/decision_fixture.h"

namespace failover {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using enum TunnelStatus;

TEST_F(Decision, APauseWaitsAndItsEndDoesNot) {
  state_.paused_until = kNow + minutes(5);
  EXPECT_EQ(Observe(kDown), words::WAIT_CONFIRMING);
  EXPECT_EQ(Observe(kDown), words::WAIT_PAUSED);
  EXPECT_EQ(Observe(kDown, kNow + minutes(5) - nanoseconds(1)), words::WAIT_PAUSED);
  EXPECT_EQ(Observe(kDown, kNow + minutes(5)), words::START);
}

TEST_F(Decision, ADrillStartsOnceWhateverTheStatus) {
  for (const TunnelStatus status : {kHealthy, kDown, kUnknown}) {
    state_.drill_until = kNow + seconds(10);
    EXPECT_EQ(Observe(status), words::START) << Name(status);
    EXPECT_NE(Observe(kHealthy), words::START);
  }
}

TEST_F(Decision, ADrillObeysPauseCooldownAndGatewayAndBecomesVoid) {
  state_.drill_until = kNow + seconds(10);
  EXPECT_EQ(Observe(kHealthy, kNow + seconds(10)), words::WAIT_HEALTHY);
  state_.drill_until = kNow + seconds(10);
  EXPECT_EQ(Observe(kHealthy, kNow, GatewayState::kUnreachable), words::WAIT_GATEWAY);
  EXPECT_EQ(Observe(kHealthy), words::WAIT_HEALTHY) << "the drill was taken";
  state_.drill_until = kNow + seconds(10);
  state_.paused_until = kNow + seconds(10);
  EXPECT_EQ(Observe(kHealthy), words::WAIT_PAUSED);
  state_.paused_until = {};
  state_.drill_until = kNow + seconds(10);
  unit_.starts = {kNow - seconds(1)};
  EXPECT_EQ(Observe(kHealthy), words::WAIT_COOLDOWN);
}

struct WithFailback : Decision {
  WithFailback()
      : Decision(R"("failback_after": 120, "max_starts_per_hour": 60,)", R"("failback_service": "back",)") {
    unit_.starts = {kNow - minutes(10)};
    unit_.outcome = words::SUCCEEDED;
  }
  // The primary is seen to be back, or not, at a healthy tunnel.
  words::Failback See(bool returned, TimePoint now, TunnelStatus status = kHealthy) {
    returned_ = returned;
    Observe(status, now);
    return state_.failback;
  }
};

TEST_F(WithFailback, ComesAfterAnUninterruptedReturnOfThePrimary) {
  EXPECT_EQ(See(false, kNow), words::FAILBACK_AWAY);
  EXPECT_EQ(See(true, kNow), words::FAILBACK_STEADYING);
  EXPECT_EQ(See(true, kNow + seconds(120) - nanoseconds(1)), words::FAILBACK_STEADYING);
  EXPECT_EQ(See(true, kNow + seconds(120)), words::FAILBACK_STARTED);
}

TEST_F(WithFailback, AnyInterruptionBeginsItAnew) {
  See(true, kNow);
  See(false, kNow + seconds(60));
  EXPECT_EQ(See(true, kNow + seconds(119)), words::FAILBACK_STEADYING);
  EXPECT_EQ(See(true, kNow + seconds(238)), words::FAILBACK_STEADYING);
  See(true, kNow + seconds(238), kUnknown);
  EXPECT_EQ(See(true, kNow + seconds(239)), words::FAILBACK_STEADYING);
  Observe(kHealthy, kNow + seconds(300), GatewayState::kUnreachable);
  EXPECT_EQ(See(true, kNow + seconds(359)), words::FAILBACK_STEADYING);
}

TEST_F(WithFailback, NeverWhileTheTunnelFails) {
  for (const TunnelStatus status : {kDown, kDegraded, kInactive, kUnknown}) {
    EXPECT_EQ(See(true, kNow, status), words::FAILBACK_AWAY) << Name(status);
    EXPECT_EQ(See(true, kNow + minutes(5), status), words::FAILBACK_AWAY) << Name(status);
  }
}

TEST_F(WithFailback, OncePerFailover) {
  See(true, kNow);
  EXPECT_EQ(See(true, kNow + minutes(3)), words::FAILBACK_STARTED);
  failback_.starts = {kNow + minutes(3)};
  failback_.outcome = words::SUCCEEDED;
  for (int minute = 4; minute < 600; ++minute) {
    EXPECT_EQ(See(true, kNow + minutes(minute)), words::FAILBACK_NONE);
  }
  unit_.starts.push_back(kNow + minutes(600));  // the next failover
  EXPECT_EQ(See(true, kNow + minutes(601)), words::FAILBACK_STEADYING) << "the return counts from there";
  EXPECT_EQ(See(true, kNow + minutes(603)), words::FAILBACK_STARTED);
}

TEST_F(WithFailback, NeverWithoutAFailover) {
  unit_ = {};
  EXPECT_EQ(See(true, kNow), words::FAILBACK_NONE);
  EXPECT_EQ(See(true, kNow + hours(1)), words::FAILBACK_NONE);
}

TEST_F(WithFailback, WaitsForPauseAndCooldown) {
  See(true, kNow);
  state_.paused_until = kNow + minutes(10);
  EXPECT_EQ(See(true, kNow + minutes(3)), words::FAILBACK_WAITING);
  EXPECT_EQ(See(true, kNow + minutes(10)), words::FAILBACK_STARTED);
}

TEST_F(WithFailback, ATunnelThatFailedOverThreeTimesInAnHourStaysUntilAnHoursQuiet) {
  failback_.starts = {kNow - minutes(50), kNow - minutes(20)};
  unit_.starts = {kNow - minutes(55), kNow - minutes(25), kNow - minutes(10)};
  for (int minute = 0; minute < 50; ++minute) {
    EXPECT_EQ(See(true, kNow + minutes(minute)), words::FAILBACK_FLAPPING) << minute;
  }
  EXPECT_EQ(See(true, kNow + minutes(50)), words::FAILBACK_STARTED);
}

TEST_F(WithFailback, TwoFailoversInAnHourAreNotFlapping) {
  failback_.starts = {kNow - minutes(80), kNow - minutes(20)};
  See(true, kNow);
  EXPECT_EQ(See(true, kNow + minutes(3)), words::FAILBACK_STARTED);
}

struct DegradedServes : Decision {
  DegradedServes() : Decision(R"("failover_on": ["down"],)", R"("failback_service": "back",)") {
    unit_.starts = {kNow - minutes(10)};
  }
};

TEST_F(DegradedServes, WhereItIsNoFailureAReturnCountsWhileDegraded) {
  returned_ = true;
  Observe(kDegraded, kNow);
  Observe(kDegraded, kNow + minutes(2));
  EXPECT_EQ(state_.failback, words::FAILBACK_STARTED);
}

TEST_F(Decision, WithoutAFailbackServiceThereIsNone) {
  unit_.starts = {kNow - minutes(10)};
  returned_ = true;
  Observe(kHealthy, kNow);
  Observe(kHealthy, kNow + hours(1));
  EXPECT_EQ(state_.failback, words::FAILBACK_NONE);
}

}  // namespace
}  // namespace failover
