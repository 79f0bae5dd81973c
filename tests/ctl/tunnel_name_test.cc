#include "ctl/tunnel_name.h"

#include <gtest/gtest.h>

#include "tests/ctl/fake_world.h"

namespace failover {
namespace {

const std::vector<NamedTunnel> kTunnels = {{kHome, "home", "a.service"}, {kOffice, "office", "b.service"},
    {"0c2ab3ee-6d4f-4e0b-9d3c-000000000000", "home2", "c.service"}};

TEST(FindTunnel, ByLabelIdOrAnyUniqueBeginning) {
  const std::pair<const char*, std::size_t> kCases[] = {{"home", 0}, {"home2", 2}, {"off", 1}, {kOffice, 1},
      {"f7", 0}, {"F70FF985", 0}, {"0c2ab3ee-6d4f-4e0b-9d3c-7", 1}};
  for (const auto& [wanted, index] : kCases) {
    const auto found = FindTunnel(kTunnels, wanted);
    ASSERT_TRUE(found) << wanted << ": " << found.error().message;
    EXPECT_EQ(*found, index) << wanted;
  }
}

TEST(FindTunnel, SaysWhatItMayBeOrWhatThereIs) {
  EXPECT_EQ(FindTunnel(kTunnels, "0c2").error().message,
      "\"0c2\" may be office (0c2ab3ee-6d4f-4e0b-9d3c-7b5f6a1d2e3f) or home2 "
      "(0c2ab3ee-6d4f-4e0b-9d3c-000000000000); write more of it");
  EXPECT_EQ(FindTunnel(kTunnels, "x\n").error().message,
      "no tunnel has a label or UUID that begins with \"x\\x0a\"; there are: home, office and home2");
  EXPECT_EQ(FindTunnel({}, "x").error().message, "\"x\": there are no tunnels");
  EXPECT_FALSE(FindTunnel(kTunnels, ""));
}

TEST(ShortNames, AreLabelsOrTheBeginningThatTellsIdsApart) {
  EXPECT_EQ(ShortNames(kTunnels), (std::vector<std::string>{"home", "office", "home2"}));
  std::vector<NamedTunnel> unnamed = kTunnels;
  for (NamedTunnel& tunnel : unnamed) tunnel.name = "";
  EXPECT_EQ(ShortNames(unnamed),
      (std::vector<std::string>{"f70ff985", "0c2ab3ee-6d4f-4e0b-9d3c-7", "0c2ab3ee-6d4f-4e0b-9d3c-0"}));
  unnamed = {{kHome, "same", ""}, {kOffice, "same", ""}};
  EXPECT_EQ(ShortNames(unnamed), (std::vector<std::string>{"f70ff985", "0c2ab3ee"}));
  for (std::size_t i = 0; i < unnamed.size(); ++i) EXPECT_EQ(FindTunnel(unnamed, ShortNames(unnamed)[i]), i);
}

TEST(TunnelsOf, ConfigurationAndStatusGiveTheSame) {
  const auto config = ParseConfig(kConfigText, "x");
  ASSERT_TRUE(config);
  const auto tunnels = TunnelsOf(config->settings);
  ASSERT_EQ(tunnels.size(), 2U);
  EXPECT_EQ(tunnels[0].unit, "cloudflared_1.service");
  const auto status = TunnelsOf(Situation("all_well"));
  for (const std::size_t i : {0U, 1U}) {
    EXPECT_EQ(FullName(tunnels[i]), FullName(status[i]));
    EXPECT_EQ(tunnels[i].unit, status[i].unit);
  }
  EXPECT_EQ(FullName(status[2]), "5d0a1b2c-3e4f-4a5b-8c6d-7e8f9a0b1c2d");
}

}  // namespace
}  // namespace failover
