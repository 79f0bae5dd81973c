#include "prober/options.h"

#include <gtest/gtest.h>

#include <vector>

namespace failover {
namespace {

std::expected<Options, int> Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "failover-prober");
  return ParseOptions(static_cast<int>(arguments.size()), arguments.data());
}

TEST(Options, DefaultsAreTheInstalledPaths) {
  const auto options = Parse({});
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(options->config, "/etc/failover-monitor/tunnels.json");
  EXPECT_EQ(options->socket, "/run/failover-monitor/report.sock");
  EXPECT_EQ(options->user, "failover-prober");
  EXPECT_EQ(options->status_socket, "/run/failover-prober/status.sock");
  EXPECT_EQ(options->status_group, "failover-status");
  EXPECT_EQ(options->mode, Options::Mode::kRun);
}

TEST(Options, EveryOptionIsTaken) {
  const auto run = Parse({"--config", "/c", "--socket", "/s", "--user", "u", "--check-config"});
  ASSERT_TRUE(run.has_value());
  EXPECT_EQ(run->config, "/c");
  EXPECT_EQ(run->socket, "/s");
  EXPECT_EQ(run->user, "u");
  EXPECT_EQ(run->mode, Options::Mode::kCheckConfig);
  const auto status = Parse({"--status-socket", "", "--status-group", "g"});
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->status_socket, "");
  EXPECT_EQ(status->status_group, "g");
  const auto online = Parse({"--check-online", "--json"});
  ASSERT_TRUE(online.has_value());
  EXPECT_EQ(online->mode, Options::Mode::kCheckOnline);
  EXPECT_EQ(online->format, Options::Format::kJson);
}

TEST(Options, ABadCommandLineExitsWith64AndHelpWith0) {
  const std::vector<std::vector<const char*>> bad = {
      {"--nonsense"}, {"word"}, {"--config"}, {"--json"}, {"--check-online", "--check-config"}};
  for (const auto& arguments : bad) {
    const auto options = Parse(arguments);
    ASSERT_FALSE(options.has_value()) << arguments[0];
    EXPECT_EQ(options.error(), 64) << arguments[0];
  }
  for (const char* wanted : {"--help", "--version"}) EXPECT_EQ(Parse({wanted}).error(), 0);
}

}  // namespace
}  // namespace failover
