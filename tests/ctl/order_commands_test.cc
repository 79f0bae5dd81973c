#include "ctl/order_commands.h"

#include <gtest/gtest.h>

#include "tests/ctl/fake_world.h"
#include "tests/support/temp_dir.h"

namespace failover {
namespace {

using namespace std::chrono_literals;

struct OrderCommands : testing::Test {
  OrderCommands() {
    UseUtc();
    fake.options.orders = dir.Path("orders");
    std::filesystem::create_directory(fake.options.orders);
    std::filesystem::permissions(fake.options.orders, std::filesystem::perms::owner_all);
    fake.options.config = dir.Write("tunnels.json", kConfigText);
    std::filesystem::permissions(fake.options.config, std::filesystem::perms(0640));
    fake.options.tunnel = "home";
    fake.options.pause_for = 2h;
  }
  std::string Order(const std::string& name) const { return ReadFile(fake.options.orders + "/" + name); }

  TempDir dir;
  FakeWorld fake;
};

TEST_F(OrderCommands, APauseIsLeftAlsoWithTheProberDead) {
  fake.options.reason = "upgrade";
  ASSERT_EQ(Pause(fake.world()), 0);
  EXPECT_EQ(Order(std::string(kHome) + ".pause"), "{\"until\": 12200, \"reason\": \"upgrade\"}\n");
  EXPECT_TRUE(fake.out.str().starts_with("Pause of home (f70ff985-a4ef-4643-bbbc-4a0ed4fc8415) until "))
      << fake.out.str();
  EXPECT_TRUE(fake.out.str().contains("within a second if it runs")) << fake.out.str();
}

TEST_F(OrderCommands, APauseIsInForceOnceTheStatusShowsIt) {
  fake.status = Situation("all_well");
  fake.passing = [&] { fake.status->mutable_tunnels(0)->set_paused_for(7199); };
  ASSERT_EQ(Pause(fake.world()), 0);
  EXPECT_TRUE(fake.out.str().ends_with(": in force\n")) << fake.out.str();
}

TEST_F(OrderCommands, AnOlderPauseOfAnotherLengthIsNotThisOne) {
  fake.status = Situation("all_well");
  fake.status->mutable_tunnels(0)->set_paused_for(600);
  ASSERT_EQ(Pause(fake.world()), kExitFailed);
  EXPECT_TRUE(fake.out.str().contains("does not show it yet")) << fake.out.str();
}

TEST_F(OrderCommands, APauseThatTheStatusDoesNotShowIsSaidToBe) {
  fake.status = Situation("all_well");
  fake.status->mutable_tunnels(1)->set_paused_for(60);  // another one
  ASSERT_EQ(Pause(fake.world()), kExitFailed);
  EXPECT_TRUE(fake.out.str().contains("does not show it yet")) << fake.out.str();
}

TEST_F(OrderCommands, APauseOfATunnelThatIsNotWatchedYetIsNotInForce) {
  fake.status = Situation("all_well");
  fake.status->mutable_tunnels()->DeleteSubrange(0, 1);
  ASSERT_EQ(Pause(fake.world()), kExitFailed);
  EXPECT_TRUE(fake.out.str().contains("NOT in force")) << fake.out.str();
  EXPECT_TRUE(fake.out.str().contains("failoverctl reload")) << fake.out.str();
}

TEST_F(OrderCommands, AllTunnelsAreThoseOfTheConfiguration) {
  fake.options.tunnel = "";
  fake.options.all = true;
  fake.options.reason = "storm";
  fake.options.format = Options::Format::kJson;
  ASSERT_EQ(Pause(fake.world()), 0);
  for (const char* id : {kHome, kOffice}) {
    EXPECT_EQ(Order(std::string(id) + ".pause"), "{\"until\": 12200, \"reason\": \"storm\"}\n");
  }
  EXPECT_EQ(fake.out.str(), std::string("{\"tunnels\": [\"") + kHome + "\", \"" + kOffice +
                                "\"], \"paused_for\": 7200, \"in_force\": null}\n");
  fake.options.format = Options::Format::kText;
  fake.status = Situation("all_well");
  fake.passing = [&] { fake.status->mutable_tunnels(0)->set_paused_for(7199); };  // one of two
  ASSERT_EQ(Pause(fake.world()), kExitFailed);
  EXPECT_TRUE(fake.out.str().contains("Pause of all tunnels (2) until ")) << fake.out.str();
  EXPECT_TRUE(fake.out.str().contains("does not show it yet")) << fake.out.str();
}

TEST_F(OrderCommands, OnlyATunnelOfTheConfigurationMayBeNamed) {
  fake.options.tunnel = "shop";
  EXPECT_TRUE(Pause(fake.world()).error().message.contains("there are: home and office"));
  fake.options.config = "/nonexistent";
  EXPECT_EQ(Pause(fake.world()).error().exit_status, kExitBadConfig);
  EXPECT_TRUE(std::filesystem::is_empty(fake.options.orders));
}

// An order is root's word; the status is the word of the prober, which may have been taken over.
TEST_F(OrderCommands, WithABrokenConfigurationTheStatusNamesNothing) {
  fake.options.config = dir.Write("broken.json", "{");
  fake.status = Situation("all_well");
  EXPECT_FALSE(ConfiguredTunnel(fake.world()));
  EXPECT_EQ(Pause(fake.world()).error().exit_status, kExitBadConfig);
  fake.options.all = true;
  EXPECT_EQ(Pause(fake.world()).error().exit_status, kExitBadConfig);
  EXPECT_TRUE(std::filesystem::is_empty(fake.options.orders));
}

TEST_F(OrderCommands, WithABrokenConfigurationAWholeUuidIsHeldAllTheSame) {
  fake.options.config = dir.Write("broken.json", "{");
  fake.options.tunnel = "F70FF985-A4EF-4643-BBBC-4A0ED4FC8415";
  ASSERT_EQ(Pause(fake.world()), 0);
  EXPECT_FALSE(Order(std::string(kHome) + ".pause").empty());
  ASSERT_EQ(Resume(fake.world()), 0);
  EXPECT_TRUE(std::filesystem::is_empty(fake.options.orders));
}

TEST_F(OrderCommands, ResumeTakesTheOrderAway) {
  ASSERT_EQ(Pause(fake.world()), 0);
  ASSERT_EQ(Resume(fake.world()), 0);
  EXPECT_TRUE(
      fake.out.str().ends_with("\nhome (f70ff985-a4ef-4643-bbbc-4a0ed4fc8415): the pause is ended\n"))
      << fake.out.str();
  EXPECT_TRUE(std::filesystem::is_empty(fake.options.orders));
  ASSERT_EQ(Resume(fake.world()), 0);
  EXPECT_TRUE(fake.out.str().ends_with(": not paused\n")) << fake.out.str();
}

TEST_F(OrderCommands, ResumeEndsThePauseOfOneTunnelHoweverItsUuidIsWritten) {
  dir.Write("orders/F70FF985-A4EF-4643-BBBC-4A0ED4FC8415.pause", "{}");
  const std::string other = dir.Write("orders/" + std::string(kOffice) + ".pause", "{}");
  ASSERT_EQ(Resume(fake.world()), 0);
  EXPECT_TRUE(fake.out.str().ends_with("the pause is ended\n")) << fake.out.str();
  EXPECT_TRUE(std::filesystem::exists(other));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(fake.options.orders), {}), 1);
}

TEST_F(OrderCommands, ResumeAllEndsEveryPauseAndNothingElse) {
  for (const char* name : {"orders/z.pause", "orders/x.pause", "orders/y.drill"}) dir.Write(name, "{}");
  fake.options.all = true;
  fake.options.config = "/nonexistent";
  ASSERT_EQ(Resume(fake.world()), 0);
  EXPECT_EQ(fake.out.str(), "All tunnels: 2 pauses are ended\n");
  EXPECT_TRUE(std::filesystem::exists(dir.Path("orders/y.drill")));
  EXPECT_FALSE(std::filesystem::exists(dir.Path("orders/x.pause")));
}

TEST_F(OrderCommands, WithoutADirectoryThereIsNoOrder) {
  fake.options.orders = dir.Path("none");
  EXPECT_FALSE(Pause(fake.world()));
  EXPECT_FALSE(Resume(fake.world()));
}

}  // namespace
}  // namespace failover
