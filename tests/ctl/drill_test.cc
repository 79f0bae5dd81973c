#include "ctl/drill.h"

#include <gtest/gtest.h>

#include "tests/ctl/fake_world.h"
#include "tests/support/temp_dir.h"

namespace failover {
namespace {

using namespace std::chrono_literals;
using State = DrillWatch::State;

// The status `seconds` after that of the situation, with a start of office's unit `age` ago.
status::Status Later(double seconds, const char* outcome, double age) {
  status::Status status = Situation("all_well");
  status.set_time(status.time() + seconds);
  status.mutable_tunnels(1)->set_last_start_outcome(outcome);
  status.mutable_tunnels(1)->set_last_start_age(age);
  return status;
}

TEST(DrillWatch, FollowsTheStartToTheConnector) {
  const status::Status before = Situation("all_well");
  DrillWatch watch(before, before.tunnels(1));
  EXPECT_EQ(watch.See(Later(0.2, "SUCCEEDED", 84600.2), true), State::kOrdered);
  EXPECT_EQ(watch.See(Later(1, "SUCCEEDED", 84601), false), State::kTaken);
  EXPECT_EQ(watch.See(Later(1.2, "PENDING", 0.1), false), State::kStarting);
  status::Status now = Later(3, "SUCCEEDED", 1.8);
  now.mutable_tunnels(1)->mutable_connectors()->set_own_known(true);
  now.mutable_tunnels(1)->mutable_connectors()->set_age(2.5);  // a list from before the start
  EXPECT_EQ(watch.See(now, false), State::kStarted);
  now.mutable_tunnels(1)->mutable_connectors()->set_age(0.3);
  EXPECT_EQ(watch.See(now, false), State::kConnected);
  EXPECT_EQ(watch.outcome(), "succeeded");
}

TEST(DrillWatch, ATunnelWithoutConnectorsIsDoneWhenSystemctlIs) {
  const status::Status before = Situation("all_well");
  DrillWatch watch(before, before.tunnels(0));
  status::Status now = before;
  now.set_time(now.time() + 2);
  now.mutable_tunnels(0)->set_last_start_outcome("SUCCEEDED");
  now.mutable_tunnels(0)->set_last_start_age(1);
  EXPECT_EQ(watch.See(now, false), State::kDone);
  for (const char* outcome : {"FAILED", "TIMED_OUT", "IGNORED", "OUTCOME_UNKNOWN"}) {
    now.mutable_tunnels(0)->set_last_start_outcome(outcome);
    EXPECT_EQ(watch.See(now, false), State::kFailed) << outcome;
  }
}

TEST(RefusedNow, SaysWhatTheSupervisorWould) {
  UseUtc();
  status::Status status = Situation("all_well");
  EXPECT_FALSE(RefusedNow(status, status.tunnels(0)));
  EXPECT_FALSE(RefusedNow(status, status.tunnels(1)));
  const status::Status down = Situation("one_down");
  EXPECT_EQ(*RefusedNow(down, down.tunnels(1)),
      "cloudflared_2.service was started less than cooldown ago; again at 2026-11-25 03:14:59 (in 52 s)");
  status.mutable_tunnels(0)->set_paused_for(60);
  EXPECT_TRUE(RefusedNow(status, status.tunnels(0))->starts_with("paused until"));
  status.mutable_tunnels(0)->set_paused_for(0);
  status.mutable_tunnels(0)->set_verdict("WAIT_HOURLY_LIMIT");
  EXPECT_TRUE(RefusedNow(status, status.tunnels(0))->contains("max_starts_per_hour"));
  status.mutable_tunnels(0)->set_last_start_outcome("PENDING");
  EXPECT_TRUE(RefusedNow(status, status.tunnels(0))->contains("at work"));
  status.mutable_gateway()->set_state("unreachable");
  EXPECT_EQ(*RefusedNow(status, status.tunnels(0)), "the gateway 192.168.1.1 does not answer");
  status.mutable_supervisor()->set_state("away");
  EXPECT_TRUE(RefusedNow(status, status.tunnels(0))->contains("not connected"));
}

struct DrillCommand : testing::Test {
  DrillCommand() {
    UseUtc();
    fake.options.orders = dir.Path("orders");
    std::filesystem::create_directory(fake.options.orders);
    std::filesystem::permissions(fake.options.orders, std::filesystem::perms::owner_all);
    fake.options.config = dir.Write("tunnels.json", kConfigText);
    fake.options.tunnel = "home";
    fake.options.timeout = 120s;
    fake.status = Situation("all_well");
  }
  bool Waits() const { return std::filesystem::exists(order); }
  double Passed() const { return std::chrono::duration<double>(fake.now - TimePoint(5000s)).count(); }

  TempDir dir;
  FakeWorld fake;
  const std::string order = dir.Path("orders/" + std::string(kHome) + ".drill");
};

TEST_F(DrillCommand, IsFollowedFromTheOrderToTheStart) {
  fake.options.yes = true;
  std::string text;
  fake.passing = [&] {
    fake.status->set_time(fake.status->time() + 0.2);
    if (Passed() >= 1 && Waits()) {
      text = ReadFile(order);
      std::filesystem::remove(order);
    }
    if (Passed() < 1.4) return;
    fake.status->mutable_tunnels(0)->set_last_start_outcome(Passed() < 2 ? "PENDING" : "SUCCEEDED");
    fake.status->mutable_tunnels(0)->set_last_start_age(0.1);
  };
  ASSERT_EQ(Drill(fake.world()), 0) << fake.out.str();
  EXPECT_EQ(text, "{\"until\": 5010, \"reason\": \"no reason given\"}\n");
  EXPECT_EQ(fake.out.str(),
      "1 s    the supervisor took the order\n"
      "1.4 s  systemctl starts cloudflared_1.service\n"
      "Drill succeeded after 2 s: the unit was started; connectors are not asked for without "
      "failback_service\n");
}

TEST_F(DrillCommand, AsksFirstAndSaysWhatItDoesToLiveTraffic) {
  fake.answer = Answer::kNo;
  EXPECT_EQ(Drill(fake.world()).error().message, "nothing was done");
  EXPECT_TRUE(fake.asked.contains("LIVE")) << fake.asked;
  EXPECT_TRUE(fake.asked.contains("sudo systemctl stop cloudflared_1.service")) << fake.asked;
  fake.answer = Answer::kNobodyThere;
  const Outcome outcome = Drill(fake.world());
  EXPECT_EQ(outcome.error().exit_status, kExitUsage);
  EXPECT_TRUE(outcome.error().message.contains("--yes"));
  EXPECT_FALSE(Waits());
  EXPECT_TRUE(std::filesystem::is_empty(fake.options.orders));
}

TEST_F(DrillCommand, LeavesNoOrderBehindThatNobodyTook) {
  fake.options.yes = true;
  const Outcome outcome = Drill(fake.world());
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().message.contains("did not take the order")) << outcome.error().message;
  EXPECT_FALSE(Waits());
  EXPECT_GT(Passed(), 10);
}

TEST_F(DrillCommand, AnOrderThatIsRefusedEndsLongBeforeTheDeadline) {
  fake.options.yes = true;
  fake.passing = [&] {
    std::filesystem::remove(order);
    const bool refuses = Passed() > 2 && Passed() < 5;  // the next answer has a verdict of its own
    fake.status->mutable_tunnels(0)->set_verdict(refuses ? "WAIT_PAUSED" : "WAIT_HEALTHY");
  };
  const std::string message = Drill(fake.world()).error().message;
  EXPECT_TRUE(message.contains("took the order and started nothing (WAIT_PAUSED: while a pause")) << message;
  EXPECT_LT(Passed(), 30);
}

TEST_F(DrillCommand, TheOrderLastsUntilTheNextAnswerOfAStretchedBudget) {
  fake.options.yes = true;
  fake.status->mutable_budgets(0)->set_interval(20);
  std::string text;
  fake.passing = [&] { text = ReadFile(order); };
  EXPECT_FALSE(Drill(fake.world()));
  EXPECT_TRUE(text.starts_with("{\"until\": 5060, ")) << text;
  fake.options.timeout = 30s;  // nobody is there any more to follow it
  fake.now = TimePoint(5000s);
  EXPECT_FALSE(Drill(fake.world()));
  EXPECT_TRUE(text.starts_with("{\"until\": 5030, ")) << text;
}

TEST_F(DrillCommand, AFailedStartIsAFailedDrillAlsoInJson) {
  fake.options.yes = true;
  fake.options.format = Options::Format::kJson;
  fake.passing = [&] {
    std::filesystem::remove(order);
    fake.status->set_time(fake.status->time() + 2);
    fake.status->mutable_tunnels(0)->set_last_start_outcome("FAILED");
  };
  EXPECT_EQ(Drill(fake.world()), kExitFailed);
  EXPECT_TRUE(fake.out.str().starts_with("{\"tunnel\": \"f70ff985-")) << fake.out.str();
  EXPECT_TRUE(fake.out.str().contains("\"succeeded\": false")) << fake.out.str();
  EXPECT_TRUE(fake.out.str().contains("\"start_outcome\": \"FAILED\"")) << fake.out.str();
}

TEST_F(DrillCommand, TheDeadlineEndsIt) {
  fake.options.yes = true;
  fake.options.timeout = 3s;
  fake.passing = [&] {
    std::filesystem::remove(order);
    fake.status->set_time(fake.status->time() + 1);
    fake.status->mutable_tunnels(0)->set_last_start_outcome("PENDING");
  };
  EXPECT_TRUE(Drill(fake.world()).error().message.contains("systemctl has not ended yet"));
  EXPECT_LT(Passed(), 4);
}

TEST_F(DrillCommand, NothingIsDoneWithoutAStatusOrAgainstACooldown) {
  fake.options.yes = true;
  fake.status = Situation("one_down");
  fake.options.tunnel = "office";
  EXPECT_TRUE(Drill(fake.world()).error().message.starts_with("no drill now: "));
  fake.status = std::unexpected(Failure{"no prober", kExitNoStatus});
  EXPECT_EQ(Drill(fake.world()).error().exit_status, kExitNoStatus);
  EXPECT_TRUE(std::filesystem::is_empty(fake.options.orders));
}

}  // namespace
}  // namespace failover
