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

TEST_F(OrderCommands, APauseThatTheStatusDoesNotShowIsSaidToBe) {
  fake.status = Situation("all_well");
  fake.status->mutable_tunnels(1)->set_paused_for(60);  // another one
  ASSERT_EQ(Pause(fake.world()), 0);
  EXPECT_TRUE(fake.out.str().contains("does not show it yet")) << fake.out.str();
}

TEST_F(OrderCommands, AllTunnelsNeedNoConfiguration) {
  fake.options.config = "/nonexistent";
  fake.options.tunnel = "";
  fake.options.all = true;
  fake.options.format = Options::Format::kJson;
  ASSERT_EQ(Pause(fake.world()), 0);
  EXPECT_EQ(Order("all.pause"), "{\"until\": 12200}\n");
  EXPECT_EQ(fake.out.str(), "{\"subject\": \"all\", \"paused_for\": 7200, \"in_force\": null}\n");
}

TEST_F(OrderCommands, OnlyATunnelOfTheConfigurationMayBeNamed) {
  fake.options.tunnel = "shop";
  EXPECT_TRUE(Pause(fake.world()).error().message.contains("there are: home and office"));
  fake.options.config = "/nonexistent";
  EXPECT_EQ(Pause(fake.world()).error().exit_status, kExitBadConfig);
  EXPECT_TRUE(std::filesystem::is_empty(fake.options.orders));
}

TEST_F(OrderCommands, WithABrokenConfigurationTheStatusNamesTheTunnels) {
  fake.options.config = dir.Write("broken.json", "{");
  fake.status = Situation("all_well");
  EXPECT_EQ(ConfiguredTunnel(fake.world())->id, kHome);
  fake.status->mutable_tunnels(0)->set_id("../../etc/passwd");
  EXPECT_FALSE(ConfiguredTunnel(fake.world()));
}

TEST_F(OrderCommands, ResumeTakesTheOrderAway) {
  ASSERT_EQ(Pause(fake.world()), 0);
  ASSERT_EQ(Resume(fake.world()), 0);
  EXPECT_TRUE(fake.out.str().ends_with("the pause is ended\n")) << fake.out.str();
  EXPECT_TRUE(std::filesystem::is_empty(fake.options.orders));
  ASSERT_EQ(Resume(fake.world()), 0);
  EXPECT_TRUE(fake.out.str().ends_with("was not paused\n")) << fake.out.str();
}

TEST_F(OrderCommands, ResumeSaysThatAllArePausedTogether) {
  dir.Write("orders/all.pause", "{}");
  ASSERT_EQ(Resume(fake.world()), 0);
  EXPECT_TRUE(fake.err.str().contains("failoverctl resume --all")) << fake.err.str();
}

TEST_F(OrderCommands, ResumeAllEndsEveryPauseAndNothingElse) {
  for (const char* name : {"orders/all.pause", "orders/x.pause", "orders/y.drill"}) dir.Write(name, "{}");
  fake.options.all = true;
  ASSERT_EQ(Resume(fake.world()), 0);
  EXPECT_EQ(fake.out.str(), "All tunnels: the pause is ended\n");
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
