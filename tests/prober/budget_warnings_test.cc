#include "prober/budget_warnings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace failover {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(BudgetWarnings, OnlyAConfigurationThatAsksForTooMuchIsWarnedAbout) {
  Settings settings;
  settings.check_interval = 1s;
  for (const char fill : {'a', 'b', 'c'}) {
    settings.tunnels.push_back({.id = *TunnelId::FromBytes(std::string(16, fill)),
        .label = "",
        .account_id = "one",
        .token = "token",
        .failover_on = {}});
  }
  EXPECT_THAT(BudgetWarnings(settings), IsEmpty()) << "one list";
  for (WatchedTunnel& tunnel : settings.tunnels) tunnel.account_id = tunnel.id.ToString();
  EXPECT_THAT(BudgetWarnings(settings), ElementsAre(HasSubstr("3 request(s) every 1 s")));
}

}  // namespace
}  // namespace failover
