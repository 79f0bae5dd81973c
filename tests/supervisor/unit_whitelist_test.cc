#include "supervisor/unit_whitelist.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "tests/supervisor/samples.h"

namespace failover {
namespace {

// That nothing else makes a UnitName is what the whole design stands on.
static_assert(!std::is_default_constructible_v<UnitName>);
static_assert(!std::is_constructible_v<UnitName, std::string>);
static_assert(!std::is_constructible_v<UnitName, const char*>);
static_assert(!std::is_convertible_v<std::string, UnitName>);

TEST(UnitWhitelist, HasOneRuleForEachTunnelOfTheConfiguration) {
  const UnitWhitelist list(Settings());
  ASSERT_EQ(list.rules().size(), 2U);
  EXPECT_EQ(list.Find(Id(kTunnelOne))->unit.str(), "one.service");
  EXPECT_EQ(list.Find(Id(kTunnelTwo))->unit.str(), "two@b.service");
  EXPECT_EQ(list.Find(Id(kTunnelTwo))->unit.label(), "two@b");
}

TEST(UnitWhitelist, KnowsNoOtherTunnel) {
  const UnitWhitelist list(Settings());
  EXPECT_EQ(list.Find(Id("00000000-0000-0000-0000-000000000000")), nullptr);
  EXPECT_EQ(UnitWhitelist().Find(Id(kTunnelOne)), nullptr);
  EXPECT_TRUE(UnitWhitelist().units().empty());
}

TEST(UnitWhitelist, ReturnsItsOwnRuleWhateverCopyOfTheIdIsAsked) {
  const UnitWhitelist list(Settings());
  EXPECT_EQ(list.Find(Id(kTunnelOne)), list.Find(Id(kTunnelOne)));
  EXPECT_EQ(list.Find(Id(kTunnelOne)), &list.rules().at(Id(kTunnelOne)));
}

TEST(UnitWhitelist, NamesATunnelByItsIdAndLabel) {
  const UnitWhitelist list(Settings());
  EXPECT_EQ(list.Find(Id(kTunnelOne))->title, "Tunnel " + std::string(kTunnelOne));
  EXPECT_EQ(list.Find(Id(kTunnelTwo))->title, "Tunnel " + std::string(kTunnelTwo) + " (Second)");
}

TEST(UnitWhitelist, HasAUnitOnceEvenIfTwoTunnelsNameIt) {
  config::Configuration settings = Settings();
  settings.mutable_tunnels(1)->set_service("one.service");
  const UnitWhitelist list(settings);
  ASSERT_EQ(list.units().size(), 1U);
  EXPECT_EQ(list.units().begin()->second.size(), 2U);
  EXPECT_EQ(list.Find(Id(kTunnelOne))->unit, list.Find(Id(kTunnelTwo))->unit);
}

TEST(UnitWhitelist, HasTheUnitOfAFailbackWhereThereIsOne) {
  config::Configuration settings = Settings();
  settings.mutable_tunnels(0)->set_failback_service("failback@one.service");
  const UnitWhitelist list(settings);
  ASSERT_TRUE(list.Find(Id(kTunnelOne))->failback.has_value());
  EXPECT_EQ(list.Find(Id(kTunnelOne))->failback->str(), "failback@one.service");
  EXPECT_FALSE(list.Find(Id(kTunnelTwo))->failback.has_value());
  EXPECT_EQ(list.units().at(*list.Find(Id(kTunnelOne))->failback), std::vector{Id(kTunnelOne)});
  EXPECT_EQ(list.units().size(), 3U);
}

TEST(UnitWhitelist, KeepsNothingOfAnEntryThatRootDoesNotNeed) {
  config::Configuration settings = Settings();
  settings.mutable_tunnels(0)->set_token("cfat_token");
  settings.mutable_tunnels(0)->set_failure_threshold(7);
  settings.mutable_tunnels(0)->add_failover_on(config::down);
  settings.set_cooldown(11);
  const UnitWhitelist list(settings);
  EXPECT_EQ(list.settings().tunnels_size(), 0);
  EXPECT_EQ(list.settings().SerializeAsString().find("cfat_token"), std::string::npos);
  const UnitRule& rule = *list.Find(Id(kTunnelOne));
  EXPECT_EQ(rule.failure_threshold, 7U);
  EXPECT_EQ(rule.failover_on.at(0), config::down);
  EXPECT_EQ(rule.all.cooldown(), 11);
}

TEST(UnitWhitelist, NoLongerContainsAUnitThatAnotherConfigurationHad) {
  const UnitWhitelist before(Settings());
  config::Configuration settings = Settings();
  settings.mutable_tunnels(0)->set_service("other.service");
  const UnitWhitelist after(settings);
  EXPECT_TRUE(before.units().contains(before.Find(Id(kTunnelOne))->unit));
  EXPECT_FALSE(after.units().contains(before.Find(Id(kTunnelOne))->unit));
}

}  // namespace
}  // namespace failover
