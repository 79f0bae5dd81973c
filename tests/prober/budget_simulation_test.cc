// Simulated hours of check_schedule.h over random configurations and answers: whatever happens, no
// budget and no second ever has more requests than it may have, and what a budget has is shared out
// evenly.
#include <gtest/gtest.h>

#include "tests/prober/api_simulation.h"

namespace failover {
namespace {

using namespace std::chrono_literals;

// Rate limits, server errors, refused tokens, gateway losses, reloads with other tunnels and tokens,
// supervisors and backups that come and go, stalls of the network, confirmations of everything.
TEST(BudgetSimulation, InAnyFiveMinutesNoBudgetIsExceededNorTheProcessInAnySecond) {
  std::size_t fullest = 0;
  std::size_t lookups = 0;
  for (unsigned seed = 1; seed <= 16; ++seed) {
    ApiSimulation simulation(seed, {});
    simulation.Configure();
    simulation.Run(2h);
    EXPECT_GT(simulation.sent(), 100U) << seed;
    EXPECT_LE(simulation.most_of_a_budget(), 960U) << seed;
    EXPECT_LE(simulation.most_in_a_second(), 100U) << seed;
    EXPECT_LE(simulation.most_on_the_wire(), 100U) << seed;
    EXPECT_LE(simulation.most_in_flight(), 100U) << seed;
    fullest = std::max(fullest, simulation.most_of_a_budget());
    lookups += simulation.lookups();
  }
  EXPECT_GT(lookups, 1000U);
  EXPECT_EQ(fullest, 960U) << "the bound was tried";
}

TEST(BudgetSimulation, WhatTheClientSendsAgainLeavesRoomForLess) {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    ApiSimulation simulation(seed, {.sent_again = 20});
    simulation.Configure();
    simulation.Run(2h);
    EXPECT_LE(simulation.most_of_a_budget(), 960U) << seed;
  }
}

// Every tunnel alone in its account, all in one budget.
void Stretch(ApiSimulation& simulation, int tunnels) {
  simulation.settings().check_interval = 3s;
  simulation.settings().confirm_interval = 1s;
  for (int i = 0; i < tunnels; ++i) simulation.Watch(i, i, "token");
  simulation.Configure(Settings(simulation.settings()));
}

constexpr Weather kCalm{
    .gateway_lost = 0, .reload = 0, .new_supervisor = 0, .stall = 0, .mood = 0, .backup = 0};

void ExpectEven(const ApiSimulation& simulation, std::size_t tunnels, std::chrono::nanoseconds lost) {
  const std::chrono::duration<double> interval = IntervalFor(tunnels, 3s);
  std::vector<TimePoint> all;
  for (const auto& [tunnel, times] : simulation.asked()) {
    for (std::size_t i = 1; i < times.size(); ++i) {
      const std::chrono::duration<double> gap = times[i] - times[i - 1];
      EXPECT_GT(gap, interval * 0.95) << tunnel << " " << i;
      EXPECT_LT(gap, interval * 1.05 + lost) << tunnel << " " << i;
    }
    all.insert(all.end(), times.begin(), times.end());
  }
  EXPECT_EQ(simulation.asked().size(), tunnels);
  std::ranges::sort(all);
  EXPECT_LE(ApiSimulation::Most(all, 10s), 30U) << "864 in 300 s are 28.8 in 10 s";
}

TEST(BudgetSimulation, AStretchedIntervalIsUsedEvenlyFromTheFirstRequestOn) {
  for (const int tunnels : {9, 20, 300, 800}) {
    ApiSimulation simulation(1, kCalm);
    Stretch(simulation, tunnels);
    simulation.Run(2h);
    ExpectEven(simulation, static_cast<std::size_t>(tunnels), 0s);
  }
}

TEST(BudgetSimulation, LookUpsShiftNoTurnOfAStretchedInterval) {
  Weather weather = kCalm;
  weather.backup = 1;
  ApiSimulation simulation(1, weather);
  Stretch(simulation, 300);
  simulation.Run(2h);
  ExpectEven(simulation, 300, 0s);
  EXPECT_GT(simulation.lookups(), 1000U) << "48 in 5 minutes";
  EXPECT_LE(simulation.most_of_a_budget(), 912U);
}

TEST(BudgetSimulation, AStretchedIntervalIsEvenAlsoAfterTheGatewayWasAway) {
  ApiSimulation simulation(1, kCalm);
  Stretch(simulation, 300);
  for (int outage = 0; outage < 4; ++outage) {
    simulation.Run(20min);
    simulation.LoseGateway(20);
  }
  simulation.Run(20min);
  ExpectEven(simulation, 300, 2 * 63s);  // those that are due then take as long again
}

}  // namespace
}  // namespace failover
