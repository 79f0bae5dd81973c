#include "ctl/status_commands.h"

#include <gtest/gtest.h>

#include "tests/ctl/fake_world.h"

namespace failover {
namespace {

TEST(StatusCommands, WithoutAStatusEachSaysWhy) {
  for (Outcome (*command)(const World&) : {ShowStatus, ShowExplanation, ShowNames}) {
    FakeWorld fake;
    const Outcome outcome = command(fake.world());
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().exit_status, kExitNoStatus);
    EXPECT_EQ(fake.out.str(), "");
  }
  FakeWorld fake;
  EXPECT_EQ(ShowCheck(fake.world()), 3);
  EXPECT_EQ(fake.out.str(), "UNKNOWN - no prober\n");
}

TEST(StatusCommands, ATunnelThatIsNotThereIsAFailureNamingThoseThatAre) {
  FakeWorld fake{.options = {.tunnel = "shop"}, .status = Situation("all_well")};
  const Outcome outcome = ShowStatus(fake.world());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().exit_status, kExitFailed);
  EXPECT_TRUE(outcome.error().message.contains("home, office"));
  EXPECT_EQ(ShowCheck(fake.world()), 3);
}

TEST(StatusCommands, JsonOfOneTunnelHasThatOne) {
  FakeWorld fake{
      .options = {.format = Options::Format::kJson, .tunnel = "off"}, .status = Situation("all_well")};
  ASSERT_EQ(ShowStatus(fake.world()), 0);
  const auto again = ParseStatus(fake.out.str());
  ASSERT_TRUE(again);
  ASSERT_EQ(again->tunnels_size(), 1);
  EXPECT_EQ(again->tunnels(0).name(), "office");
}

TEST(StatusCommands, OnlyCriticalLeavesZeroForTheRest) {
  const std::pair<const char*, int> kCases[] = {
      {"all_well", 0}, {"one_down", 2}, {"token_refused", 0}, {"gateway_lost", 2}};
  for (const auto& [situation, status] : kCases) {
    FakeWorld fake{.options = {.only_critical = true}, .status = Situation(situation)};
    EXPECT_EQ(ShowCheck(fake.world()), status) << situation;
  }
}

TEST(StatusCommands, NamesAreForScripts) {
  FakeWorld fake{.status = Situation("all_well")};
  ASSERT_EQ(ShowNames(fake.world()), 0);
  EXPECT_EQ(fake.out.str(), "home\noffice\n5d0a1b2c\n");
}

TEST(StatusCommands, WatchGoesOnWhileTheProberStartsAgain) {
  FakeWorld fake{
      .options = {.watch = true, .interval = std::chrono::seconds(1)}, .status = Situation("all_well")};
  int rounds = 0;
  fake.passing = [&] {
    ++rounds;
    if (rounds == 1) fake.status = std::unexpected(Failure{"no prober", kExitNoStatus});
    if (rounds == 2) fake.status = Situation("one_down");
    if (rounds == 3) fake.status = std::unexpected(Failure{"not allowed", kExitNotPermitted});
  };
  const Outcome outcome = ShowStatus(fake.world());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().exit_status, kExitNotPermitted);
  EXPECT_EQ(rounds, 3);
  const std::string text = fake.out.str();
  EXPECT_LT(text.find("3 healthy"), text.find("no prober"));
  EXPECT_LT(text.find("no prober"), text.find("1 down"));
  EXPECT_FALSE(text.contains("\033"));
}

TEST(StatusCommands, WatchFitsTheScreen) {
  FakeWorld fake{
      .options = {.watch = true, .interval = std::chrono::seconds(1)}, .status = Situation("all_well")};
  fake.passing = [&] { fake.out.setstate(std::ios::failbit); };
  World world = fake.world();
  world.terminal = {.kind = Terminal::Kind::kScreen, .rows = 6};
  EXPECT_EQ(ShowStatus(world), 0);
  fake.out.clear();
  EXPECT_TRUE(fake.out.str().starts_with("\033[H\033[2JTime")) << fake.out.str();
  EXPECT_TRUE(fake.out.str().contains("more lines; make the window taller")) << fake.out.str();
}

}  // namespace
}  // namespace failover
