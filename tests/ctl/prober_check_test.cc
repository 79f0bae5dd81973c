#include "ctl/prober_check.h"

#include <gtest/gtest.h>

#include "tests/ctl/fake_world.h"

namespace failover {
namespace {

TEST(ProberCheck, WarningsAndFaultsAreToldApart) {
  const auto check = ParseCheck({.exit_status = 78,
      .output = "",
      .errors =
          "warning: t.json: tight; raise it\nt.json: tunnels: missing; write it\n\nt.json: x\033; y\n"});
  ASSERT_TRUE(check) << check.error().message;
  EXPECT_EQ(check->warnings, Faults{"t.json: tight; raise it"});
  EXPECT_EQ(check->faults, (Faults{"t.json: tunnels: missing; write it", "t.json: x\\x1b; y"}));
}

TEST(ProberCheck, AGoodFileMayHaveWarnings) {
  const auto check = ParseCheck({.exit_status = 0, .output = "t.json: 1 tunnel(s), valid\n", .errors = ""});
  ASSERT_TRUE(check) << check.error().message;
  EXPECT_TRUE(check->faults.empty());
  EXPECT_EQ(ParseCheck({.exit_status = 0, .output = "", .errors = "warning: w\n"})->warnings, Faults{"w"});
}

TEST(ProberCheck, WhatIsNoJudgementIsAnError) {
  const CommandResult kNone[] = {{.exit_status = 0, .output = "", .errors = "a fault\n"},
      {.exit_status = 78, .output = "", .errors = ""}, {.exit_status = 134, .output = "", .errors = ""},
      {.exit_status = 77, .output = "", .errors = "failover-prober: no user failover-prober\n"}};
  for (const CommandResult& result : kNone) EXPECT_FALSE(ParseCheck(result)) << result.exit_status;
  EXPECT_EQ(ParseCheck(kNone[3]).error().message,
      "failover-prober --check-config: failover-prober: no user failover-prober");
}

TEST(ProberCheck, RunsTheProber) {
  FakeWorld fake;
  fake.options.prober = "/p";
  fake.options.config = "/c.json";
  EXPECT_TRUE(AskProber(fake.world()));
  EXPECT_EQ(fake.runs, std::vector<std::string>{"/p --check-config --config /c.json"});
}

}  // namespace
}  // namespace failover
