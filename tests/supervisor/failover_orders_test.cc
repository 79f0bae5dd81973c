// What an operator's orders lead to, and what is said and done after a failover: pause, drill,
// recovery, failback.
#include <gmock/gmock.h>

#include "tests/supervisor/failover_fixture.h"

namespace failover {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class Orders : public FailoverTest {
 protected:
  // Leaves an order that ends after that time.
  void Order(const std::string& name, seconds lasts, const std::string& reason = "router") {
    const auto until = std::chrono::duration<double>((now_ + lasts).time_since_epoch()).count();
    Put(name, "{\"until\": " + std::to_string(until) + ", \"reason\": \"" + reason + "\"}");
  }
  void Put(const std::string& name, const std::string& text) { file_.dir().Write("orders/" + name, text); }
  bool Stands(const std::string& name) const {
    return std::filesystem::exists(file_.dir().Path("orders/" + name));
  }

  const std::string pause_ = std::string(kTunnelOne) + ".pause";
  const std::string drill_ = std::string(kTunnelOne) + ".drill";
};

TEST_F(Orders, APauseHoldsAStartAndIsSaidWhenItBeginsAndEnds) {
  Order(pause_, minutes(10));
  failover_->Tick();
  EXPECT_THAT(
      Take(), ElementsAre(testing::MatchesRegex(
                  "\\[WARNING\\] " + kOne + ": paused until [-0-9]{10} [:0-9]{8} by order: router")));
  failover_->Tick();
  EXPECT_THAT(Take(), IsEmpty()) << "once";
  Observe(wire::DOWN, 3);
  EXPECT_THAT(started_, IsEmpty());
  EXPECT_EQ(Told(kTunnelOne)->verdict(), words::WAIT_PAUSED);
  EXPECT_GT(Told(kTunnelOne)->paused_for_ms(), 590'000U);
  Take();
  now_ += minutes(10);
  failover_->Tick();
  EXPECT_THAT(Take(), ElementsAre("[WARNING] " + kOne + ": pause ended, its time is over",
                          StartsWith("[ERROR] Prober silent")));
  EXPECT_FALSE(Stands(pause_));
  Observe(wire::DOWN);
  EXPECT_THAT(started_, ElementsAre("one.service"));
}

TEST_F(Orders, APauseEndsWhenItsFileIsGoneAndOutlivesARestart) {
  Order(pause_, minutes(10));
  failover_->Tick();
  Take();
  Restart();
  failover_->Tick();
  EXPECT_THAT(Take(), ElementsAre(HasSubstr(": paused until ")));
  Observe(wire::DOWN, 2);
  EXPECT_THAT(started_, IsEmpty());
  Take();
  std::filesystem::remove(file_.dir().Path("orders/" + pause_));
  failover_->Tick();
  EXPECT_THAT(Take(), ElementsAre("[WARNING] " + kOne + ": pause ended, by order"));
  EXPECT_EQ(Told(kTunnelOne)->paused_for_ms(), 0U);
  Observe(wire::DOWN);
  EXPECT_THAT(started_, ElementsAre("one.service"));
}

TEST_F(Orders, APauseOfOneTunnelLeavesAnotherAlone) {
  Order(pause_, minutes(10));
  failover_->Tick();
  for (int i = 0; i < 2; ++i) {
    Add(kTunnelTwo, wire::DOWN, wire::none);
    Send();
  }
  EXPECT_THAT(started_, ElementsAre("two@b.service"));
}

TEST_F(Orders, ADrillStartsTheUnitOnceAndSaysSo) {
  Observe(wire::HEALTHY);
  Take();
  Order(drill_, seconds(30), "rehearsal");
  failover_->Tick();
  EXPECT_FALSE(Stands(drill_));
  EXPECT_THAT(started_, IsEmpty());
  Observe(wire::HEALTHY, 3);
  EXPECT_THAT(started_, ElementsAre("one.service"));
  EXPECT_THAT(Take(), ElementsAre("[WARNING] DRILL: " + kOne + ", by order: rehearsal",
                          "[ERROR] DRILL: " + kOne + " is healthy. Starting local service one"));
}

TEST_F(Orders, ADrillObeysTheCooldownAndSaysWhatStandsAgainstIt) {
  Observe(wire::DOWN, 2);
  Finish();
  Observe(wire::HEALTHY);
  Take();
  Order(drill_, seconds(30));
  failover_->Tick();
  Observe(wire::HEALTHY);
  EXPECT_EQ(started_.size(), 1U);
  EXPECT_EQ(Take().back(), "[WARNING] DRILL: " + kOne + " not started: WAIT_COOLDOWN");
}

TEST_F(Orders, WhatIsNoOrderIsRefusedOnceAndWhatIsBeingWrittenIsLeftAlone) {
  const std::string two(kTunnelTwo);
  for (const std::string& name :
      {std::string("x"), std::string("x.pause"), two + ".stop", two, two + ".pause"}) {
    Put(name, "{}}");
  }
  Put(two + ".drill", R"({"until": "NaN", "reason": "x"})");
  Put("." + pause_, "{");
  failover_->Tick();
  const Lines lines = Take();
  EXPECT_EQ(lines.size(), 6U);
  EXPECT_THAT(lines, testing::Each(StartsWith("[ERROR] Order refused: ")));
  failover_->Tick();
  EXPECT_THAT(Take(), IsEmpty());
  EXPECT_TRUE(Stands("." + pause_));
  Observe(wire::DOWN, 2);
  EXPECT_THAT(started_, ElementsAre("one.service"));
}

TEST_F(Orders, AnOrderForATunnelThatIsNotConfiguredDoesNothing) {
  Order("99999999-0000-0000-0000-000000000000.pause", minutes(1));
  Order("99999999-0000-0000-0000-000000000000.drill", minutes(1));
  failover_->Tick();
  Observe(wire::DOWN, 2);
  EXPECT_THAT(started_, ElementsAre("one.service"));
}

TEST_F(FailoverTest, ARecoveryIsSaidWithItsTime) {
  Observe(wire::DOWN, 2);
  Finish();
  Take();
  now_ += std::chrono::milliseconds(8400);
  Observe(wire::HEALTHY, 2);
  EXPECT_THAT(Take(), ElementsAre("[INFO] " + kOne + " status: healthy",
                          "[INFO] " + kOne + " healthy again 8.4 s after one was started"));
}

TEST_F(FailoverTest, AMissingRecoveryIsSaidOnceAndALateOneAsWell) {
  Observe(wire::DOWN, 2);
  Finish();
  Take();
  for (int i = 0; i < 300; ++i) {  // revived every minute meanwhile
    const auto before = started_.size();
    Observe(wire::DOWN);
    if (started_.size() > before) Finish();
    now_ += seconds(1);
    failover_->Tick();
  }
  Lines said;
  std::ranges::copy_if(
      Take(), std::back_inserter(said), [](const auto& l) { return l.contains(" still "); });
  EXPECT_THAT(said, ElementsAre("[ERROR] " + kOne +
                                " is still down 120 s after one was started; see: "
                                "systemctl status one.service"));
  Observe(wire::HEALTHY);
  EXPECT_EQ(Take().back(), "[INFO] " + kOne + " healthy again 300 s after one was started");
}

TEST_F(FailoverTest, AStartThatFailedIsNoReasonToExpectARecovery) {
  Observe(wire::DOWN, 2);
  Finish(words::FAILED, "not started: x");
  Take();
  now_ += seconds(5);
  Observe(wire::HEALTHY);
  EXPECT_THAT(Take(), ElementsAre("[INFO] " + kOne + " status: healthy"));
}

struct Failbacks : FailoverTest {
  Failbacks() {
    settings_.mutable_tunnels(0)->set_failback_service("failback@one.service");
    Restart();
  }
  void FailOver() {
    Observe(wire::DOWN, 2);
    Finish();
  }
  // The primary is said to be back for that time.
  void Return(seconds time) {
    for (seconds i(0); i < time; ++i) {
      Add(kTunnelOne, wire::HEALTHY, wire::none, wire::PRIMARY_RETURNED);
      Send();
      now_ += seconds(1);
    }
  }
  void FinishFailback() {
    failover_->OnStarted(
        *failover_->whitelist().Find(Id(kTunnelOne))->failback, words::SUCCEEDED, "started: ok");
  }
};

TEST_F(Failbacks, TheFailbackServiceIsStartedOncePerFailover) {
  FailOver();
  Take();
  Return(seconds(120));
  EXPECT_THAT(started_, ElementsAre("one.service"));
  EXPECT_EQ(Told(kTunnelOne)->failback(), words::FAILBACK_STEADYING);
  Return(seconds(2));
  EXPECT_THAT(started_, ElementsAre("one.service", "failback@one.service"));
  EXPECT_EQ(Take().back(),
      "[INFO] " + kOne + " has its primary back for 120 s. Starting local service failback@one");
  FinishFailback();
  Return(minutes(30));  // whatever the prober says
  EXPECT_EQ(started_.size(), 2U);
  EXPECT_EQ(Told(kTunnelOne)->failback(), words::FAILBACK_NONE);
}

TEST_F(Failbacks, OnceAlsoAcrossARestart) {
  FailOver();
  Return(seconds(60));
  Restart();
  Return(seconds(119));
  EXPECT_EQ(started_.size(), 1U) << "what was not seen without interruption does not count";
  Return(seconds(3));
  EXPECT_EQ(started_.size(), 2U);
  FinishFailback();
  Restart();
  Return(minutes(10));
  EXPECT_EQ(started_.size(), 2U);
}

TEST_F(Failbacks, ASilentProberOrGatewayBeginsTheReturnAnew) {
  FailOver();
  Return(seconds(119));
  now_ += seconds(15);
  failover_->Tick();
  Return(seconds(119));
  Send(wire::UNREACHABLE);
  Return(seconds(120));
  EXPECT_THAT(started_, ElementsAre("one.service"));
  Return(seconds(2));
  EXPECT_THAT(started_, ElementsAre("one.service", "failback@one.service"));
}

TEST_F(Failbacks, ALyingProberGetsNoMoreThanOneForEachFailoverAndThreeFailoversAnHour) {
  for (int i = 0; i < 3600;) {
    const auto before = started_.size();
    Observe(wire::DOWN, 2);
    if (started_.size() > before) Finish();
    const auto between = started_.size();
    Return(seconds(130));
    if (started_.size() > between) FinishFailback();
    i += 132;
  }
  EXPECT_EQ(std::ranges::count(started_, "failback@one.service"), 2);
  Lines said;
  std::ranges::copy_if(
      Take(), std::back_inserter(said), [](const auto& l) { return l.contains("stays on"); });
  EXPECT_THAT(said,
      testing::Contains("[ERROR] " + kOne + " failed over 3 times within an hour: stays on its backup"));
}

}  // namespace
}  // namespace failover
