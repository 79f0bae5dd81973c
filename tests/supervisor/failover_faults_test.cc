// What must not be started, lost or written when something fails: no record, a crash, a reload, a
// silent prober.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "common/unique_fd.h"
#include "supervisor/start_record.h"
#include "tests/supervisor/failover_fixture.h"

namespace failover {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class FailoverFaults : public FailoverTest {
 protected:
  std::string Record(const std::string& unit = "one.service") const {
    return file_.dir().Path("starts/" + unit);
  }
};

TEST_F(FailoverFaults, WithoutAnAuditLogNothingIsStartedUntilItCanBeWritten) {
  ASSERT_EQ(symlink("/nowhere/log", file_.path().c_str()), 0);
  Observe(wire::DOWN, 5);
  EXPECT_THAT(started_, IsEmpty());
  EXPECT_EQ(Told(kTunnelOne)->verdict(), words::WAIT_NO_RECORD);
  EXPECT_EQ(Told(kTunnelOne)->last_outcome(), words::NOT_STARTED);
  EXPECT_THAT(failover_->Summary(), HasSubstr("NOTHING IS STARTED"));
  std::filesystem::remove(file_.path());
  Observe(wire::DOWN);  // no cooldown: nothing was tried
  EXPECT_THAT(started_, ElementsAre("one.service"));
  EXPECT_THAT(failover_->Summary(), testing::Not(HasSubstr("NOTHING")));
}

TEST_F(FailoverFaults, AnAuditLogThatCannotBeSyncedStartsNothing) {
  ASSERT_EQ(mkfifo(file_.path().c_str(), 0640), 0);  // takes lines, and cannot be synced
  const UniqueFd reader(open(file_.path().c_str(), O_RDWR | O_CLOEXEC));
  Observe(wire::DOWN, 2);
  EXPECT_THAT(started_, IsEmpty());
  EXPECT_EQ(Told(kTunnelOne)->verdict(), words::WAIT_NO_RECORD);
}

TEST_F(FailoverFaults, WithoutARecordOfTheStartNothingIsStarted) {
  std::filesystem::remove(file_.dir().Path("starts"));
  Observe(wire::DOWN, 2);
  EXPECT_THAT(started_, IsEmpty());
  EXPECT_EQ(Told(kTunnelOne)->verdict(), words::WAIT_NO_RECORD);
  EXPECT_EQ(Take().back(), "[ERROR] Local service one not started: the start cannot be recorded");
  std::filesystem::create_directory(file_.dir().Path("starts"));
  Observe(wire::DOWN);
  EXPECT_THAT(started_, IsEmpty());  // the attempt counts: a fault does not fill the log
  now_ += std::chrono::seconds(60);
  Observe(wire::DOWN);
  EXPECT_THAT(started_, ElementsAre("one.service"));
}

TEST_F(FailoverFaults, OneUnitsFaultDoesNotHoldUpAnother) {
  std::filesystem::create_directory(Record());  // where the first unit's file should be
  for (int i = 0; i < 2; ++i) {
    Add(kTunnelOne, wire::DOWN, wire::none);
    Add(kTunnelTwo, wire::DOWN, wire::none);
    Send();
  }
  EXPECT_THAT(started_, ElementsAre("two@b.service"));
}

TEST_F(FailoverFaults, AStartIsOnRecordBeforeItIsDone) {
  bool recorded = false;
  effects_.start = [&](const UnitName&) {
    const auto history = LoadStarts(Record(), now_);
    recorded = history && history->starts == std::vector{now_} && history->outcome == words::PENDING &&
               file_.lines().back() == "[ERROR] " + kOne + " is down. Starting local service one";
  };
  Restart();
  Observe(wire::DOWN, 2);
  EXPECT_TRUE(recorded);
}

TEST_F(FailoverFaults, TheCooldownOutlivesACrash) {
  Observe(wire::DOWN, 2);
  Finish();
  Restart();
  now_ += seconds(50);
  Observe(wire::DOWN, 10);
  EXPECT_EQ(started_.size(), 1U);
  Observe(wire::DOWN, 2);
  EXPECT_EQ(started_.size(), 2U);
}

TEST_F(FailoverFaults, AnOutcomeThatNobodySawIsSaidOnce) {
  Observe(wire::DOWN, 2);
  Take();
  Restart();
  EXPECT_THAT(Take(), ElementsAre("[ERROR] Local service one: outcome unknown; the supervisor ended before "
                                  "systemctl did; see: systemctl status one.service"));
  Configure();
  Restart();
  EXPECT_THAT(Take(), IsEmpty());
  Observe(wire::DOWN);
  EXPECT_EQ(Told(kTunnelOne)->last_outcome(), words::OUTCOME_UNKNOWN);
}

TEST_F(FailoverFaults, ARecordThatCannotBeReadBeginsTheCooldown) {
  file_.dir().Write("starts/one.service", "\x0f garbage");
  Restart();
  EXPECT_THAT(Take(), ElementsAre("[ERROR] Local service one: its cooldown begins: " +
                                  file_.dir().Path("/starts/one.service") +
                                  " is not a record of starts; see: systemctl status one.service"));
  Observe(wire::DOWN, 60);
  EXPECT_THAT(started_, IsEmpty());
  EXPECT_EQ(Told(kTunnelOne)->verdict(), words::WAIT_COOLDOWN);
  Observe(wire::DOWN, 2);
  EXPECT_THAT(started_, ElementsAre("one.service"));
}

TEST_F(FailoverFaults, AReloadKeepsTheHistoryOfWhatStays) {
  Observe(wire::DOWN);
  settings_.mutable_tunnels(0)->set_name("First");
  Configure('e');
  Observe(wire::DOWN);  // the second one in a row
  EXPECT_THAT(started_, ElementsAre("one.service"));
  EXPECT_EQ(answers_.back().config_digest(), std::string(32, 'e'));
  EXPECT_EQ(Take().back(), "[ERROR] " + kOne + " (First) is down. Starting local service one");
  Finish();
  Configure('f');
  Observe(wire::DOWN);
  EXPECT_EQ(Told(kTunnelOne)->verdict(), words::WAIT_COOLDOWN);
}

TEST_F(FailoverFaults, ATunnelThatLeavesTheConfigurationIsForgottenAndItsUnitsCooldownIsNot) {
  Observe(wire::DOWN, 2);
  Finish();
  takes_ = false;
  Observe(wire::DOWN);  // a verdict that is not told yet
  const config::Configuration both = settings_;
  settings_.mutable_tunnels()->DeleteSubrange(0, 1);
  Configure();
  takes_ = true;
  failover_->Tick();
  EXPECT_EQ(answers_.back().tunnels_size(), 0);
  EXPECT_EQ(failover_->Summary().substr(0, 9), "1 tunnel:");
  Observe(wire::DOWN, 5);
  EXPECT_EQ(answers_.back().refusals(words::UNKNOWN_TUNNEL), 5U);
  EXPECT_EQ(started_.size(), 1U);
  settings_ = both;
  Configure();
  Observe(wire::DOWN);
  EXPECT_EQ(Told(kTunnelOne)->verdict(), words::WAIT_CONFIRMING);
  Observe(wire::DOWN);
  EXPECT_EQ(Told(kTunnelOne)->verdict(), words::WAIT_COOLDOWN);
}

TEST_F(FailoverFaults, AStartThatOutlivesItsTunnelStillHasItsOutcomeRecorded) {
  Observe(wire::DOWN, 2);
  const UnitName unit = failover_->whitelist().Find(Id(kTunnelOne))->unit;
  settings_.mutable_tunnels()->DeleteSubrange(0, 1);
  Configure();
  failover_->OnStarted(unit, words::FAILED, "not started: x");
  EXPECT_EQ(Take().back(), "[ERROR] Local service one not started: x");
  EXPECT_EQ(LoadStarts(Record(), now_)->outcome, words::FAILED);
}

TEST_F(FailoverFaults, SilenceAndReturnOfTheProberAreSaidOnce) {
  for (int i = 0; i < 100; ++i) {
    failover_->Tick();
    now_ += seconds(1);
  }
  Send();
  Send();
  EXPECT_THAT(Take(), ElementsAre("[ERROR] Prober silent for 15 s. Nothing is started meanwhile; see: "
                                  "systemctl status failover-prober",
                          "[INFO] Prober reports again."));
  now_ += seconds(14);
  failover_->Tick();
  EXPECT_THAT(Take(), IsEmpty());
  now_ += seconds(1);
  failover_->Tick();
  EXPECT_EQ(Take().size(), 1U);
}

struct SlowChecks : FailoverTest {
  SlowChecks() : FailoverTest(R"("check_interval": 60,)") {}
};

TEST_F(SlowChecks, AProberMayBeSilentForThreeIntervals) {
  now_ += seconds(179);
  failover_->Tick();
  EXPECT_THAT(Take(), IsEmpty());
  now_ += seconds(1);
  failover_->Tick();
  EXPECT_THAT(Take().at(0), HasSubstr("silent for 180 s"));
}

TEST_F(FailoverFaults, ADryRunSaysThatItWouldStart) {
  effects_.intent = "Would start";
  Restart();
  Observe(wire::DOWN, 2);
  EXPECT_EQ(Take().back(), "[ERROR] " + kOne + " is down. Would start local service one");
}

TEST_F(FailoverFaults, AnOutcomeFromInsideTheStartIsRecordedAndTold) {
  effects_.start = [this](const UnitName& unit) {
    started_.push_back(unit.str());
    failover_->OnStarted(unit, words::IGNORED, "not started: --dry-run");
  };
  Restart();
  Observe(wire::DOWN, 2);
  EXPECT_EQ(started_.size(), 1U);
  EXPECT_EQ(Take().back(), "[ERROR] Local service one not started: --dry-run");
  EXPECT_EQ(Told(kTunnelOne)->last_outcome(), words::IGNORED);
}

}  // namespace
}  // namespace failover
