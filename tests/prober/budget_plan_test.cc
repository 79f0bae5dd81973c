#include "prober/budget_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace failover {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

WatchedTunnel Tunnel(const std::string& token, const std::string& group = "") {
  return {.id = *TunnelId::FromBytes(std::string(16, 'a')),
      .label = "LABEL",
      .account_id = "",
      .token = token,
      .budget_group = group,
      .failover_on = {}};
}

TEST(BudgetPlan, EachAccountTokenHasItsBudgetAllOthersShareOneUnlessAGroupSeparatesThem) {
  struct Case {
    WatchedTunnel one;
    WatchedTunnel other;
    bool shared = false;
  };
  const std::vector<Case> cases = {
      {Tunnel("cfat_1"), Tunnel("cfat_1"), true},
      {Tunnel("cfat_1"), Tunnel("cfat_2"), false},
      {Tunnel("cfat_1"), Tunnel("cfut_1"), false},
      {Tunnel("cfut_1"), Tunnel("cfut_2"), true},
      {Tunnel("cfut_1"), Tunnel("0123456789"), true},
      {Tunnel("cfut_1"), Tunnel("cfk_1"), true},
      {Tunnel("cfut_1"), Tunnel("cfut_1", "other"), false},
      {Tunnel("cfut_1", "one"), Tunnel("cfut_1", "other"), false},
      {Tunnel("cfat_1", "one"), Tunnel("cfut_1", "one"), true},
      {Tunnel("users"), Tunnel("cfut_1", "users"), false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(BudgetKey(c.one) == BudgetKey(c.other), c.shared) << BudgetKey(c.one) << BudgetKey(c.other);
  }
}

TEST(BudgetPlan, ANameNeverShowsTheToken) {
  EXPECT_EQ(BudgetName(Tunnel("cfat_secret")), "the account token of tunnel LABEL");
  EXPECT_EQ(BudgetName(Tunnel("cfut_secret")), "all user tokens");
  EXPECT_EQ(BudgetName(Tunnel("cfat_secret", "one")), "budget_group one");
}

TEST(BudgetPlan, AnIntervalIsStretchedOnlyAsFarAsTheRoundsBudgetAsks) {
  EXPECT_EQ(IntervalFor(0, 3s), 3s);
  EXPECT_EQ(IntervalFor(1, 3s), 3s);
  EXPECT_EQ(IntervalFor(8, 3s), 3s);
  EXPECT_EQ(IntervalFor(864, 300s), 300s);
  EXPECT_EQ(IntervalFor(864, 3s), 300s);
  for (const std::size_t requests : {9U, 20U, 100U, 10'000U}) {
    const std::chrono::duration<double> exact = requests * 300s / 864.0;
    EXPECT_GE(IntervalFor(requests, 3s), exact) << requests;
    EXPECT_LE(IntervalFor(requests, 3s), exact + 1us) << requests;
  }
}

TEST(BudgetPlan, TheBudgetsAreSpreadOverTheInterval) {
  EXPECT_EQ(PhaseOf(0, 1, 3s), 0s);
  EXPECT_EQ(PhaseOf(1, 4, 3s), 750ms);
  EXPECT_EQ(PhaseOf(3, 4, 3s), 2250ms);
  EXPECT_EQ(PhaseOf(1499, 1500, 3s), 2998ms) << "no two in one millisecond";
  EXPECT_LT(PhaseOf(9999, 10'000, 3s), 3s);
}

TEST(BudgetPlan, WhatIsStretchedHasASpacing) {
  BudgetPlan plan(3s);
  plan.SetRequests(0, "a", 8);
  plan.SetRequests(1, "b", 20);
  std::vector<BudgetLoad> changed;
  plan.Apply(changed);
  ASSERT_EQ(changed.size(), 1U);
  EXPECT_EQ(changed[0].name, "b");
  EXPECT_EQ(changed[0].interval, IntervalFor(20, 3s));
  EXPECT_EQ(plan.IntervalOf(0), 3s);
  EXPECT_EQ(plan.SpacingOf(0), 0s);
  EXPECT_EQ(plan.IntervalOf(1), IntervalFor(20, 3s));
  EXPECT_EQ(plan.SpacingOf(1), IntervalFor(20, 3s) / 20);
  plan.SetRequests(1, "b", 40);
  plan.SetRequests(0, "a", 9);
  plan.Apply(changed);
  ASSERT_EQ(changed.size(), 2U) << "each once";
  plan.SetRequests(1, "b", 1);
  plan.SetRequests(0, "a", 8);
  changed.clear();
  plan.Apply(changed);
  ASSERT_EQ(changed.size(), 2U);
  EXPECT_FALSE(changed[0].stretched());
  changed.clear();
  plan.Apply(changed);
  EXPECT_TRUE(changed.empty());
}

TEST(BudgetPlan, TheMostOfAnyFiveMinutesIsWhatIsPlanned) {
  BudgetPlan plan(7s);
  plan.SetRequests(0, "a", 3);
  plan.SetRequests(1, "b", 400);
  std::vector<BudgetLoad> changed;
  plan.Apply(changed);
  EXPECT_EQ(plan.PlannedOf(0), 3U * 43);
  EXPECT_EQ(plan.PlannedOf(1), 864U);
}

TEST(BudgetPlan, WhatIsTooMuchForTheProcessStretchesEveryBudgetAndIsSaidOnce) {
  BudgetPlan plan(3s);
  for (std::size_t i = 0; i < 400; ++i) plan.SetRequests(i, "a", 1);
  plan.SetRequests(400, "b", 20);
  std::vector<BudgetLoad> changed;
  plan.Apply(changed);
  ASSERT_EQ(changed.size(), 2U);
  EXPECT_THAT(Describe(changed[0]),
      HasSubstr("all tokens together: 420 request(s) every 3 s asked for, 75 in 1 s allowed; in force: "
                "every 5.6 s"));
  EXPECT_EQ(changed[1].interval, IntervalFor(20, 3s));
  EXPECT_EQ(plan.IntervalOf(0), 5600ms);
  EXPECT_EQ(plan.IntervalOf(400), IntervalFor(20, 3s));
  for (std::size_t i = 401; i < 1000; ++i) plan.SetRequests(i, "a", 1);
  changed.clear();
  plan.Apply(changed);
  EXPECT_EQ(changed.size(), 2U) << "the process, and b, which has no line of its own any more";
  EXPECT_EQ(plan.IntervalOf(400), plan.IntervalOf(0));
}

TEST(BudgetPlan, TheSentenceSaysWhatWasAskedForAndWhatIsInForce) {
  const BudgetLoad load{
      .name = "all user tokens", .requests = 20, .check_interval = 3s, .interval = IntervalFor(20, 3s)};
  EXPECT_EQ(Describe(load),
      "API budget of all user tokens: 20 request(s) every 3 s asked for, 864 in 300 s allowed; in force: "
      "every 6.95 s; raise check_interval, or give the tunnels of an account one token");
  EXPECT_THAT(
      Describe({.name = "x", .requests = 2, .check_interval = 3s, .interval = 3s}), Not(HasSubstr("raise")));
}

}  // namespace
}  // namespace failover
