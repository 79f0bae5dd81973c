#include "ctl/options.h"

#include <gtest/gtest.h>

#include <vector>

namespace failover {
namespace {

using namespace std::chrono_literals;

std::expected<Options, int> Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "failoverctl");
  return ParseOptions(static_cast<int>(arguments.size()), arguments.data());
}

TEST(Options, DefaultsAreTheInstalledPaths) {
  const auto options = Parse({"status"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->socket, "/run/failover-prober/status.sock");
  EXPECT_EQ(options->config, "/etc/failover-monitor/tunnels.json");
  EXPECT_EQ(options->orders, "/run/failover-monitor/orders");
  EXPECT_EQ(options->audit_log, "/var/log/failover-monitor/failover_monitor.log");
  EXPECT_EQ(options->interval, 1s);
  EXPECT_TRUE(options->prober.ends_with("/failover-prober"));
}

TEST(Options, EveryCommandIsTaken) {
  const std::pair<std::vector<const char*>, Command> kCases[] = {
      {{"status", "home", "--watch"}, Command::kStatus}, {{"explain", "home"}, Command::kExplain},
      {{"check"}, Command::kCheck}, {{"doctor"}, Command::kDoctor},
      {{"pause", "home", "--for", "2h"}, Command::kPause}, {{"resume", "--all"}, Command::kResume},
      {{"drill", "home", "--yes"}, Command::kDrill}, {{"reload"}, Command::kReload},
      {{"history", "--since", "7d"}, Command::kHistory}, {{"config", "check", "/c"}, Command::kConfigCheck},
      {{"config", "check", "--json"}, Command::kConfigCheck},
      {{"config", "example"}, Command::kConfigExample}, {{"names"}, Command::kNames}};
  for (const auto& [arguments, command] : kCases) {
    const auto options = Parse(arguments);
    ASSERT_TRUE(options) << arguments[0];
    EXPECT_EQ(options->command, command) << arguments[0];
  }
}

TEST(Options, CommonOnesMayComeBeforeOrAfterTheCommand) {
  for (const std::vector<const char*>& arguments : {std::vector{"--json", "--socket", "/s", "check", "home"},
           {"check", "home", "--socket", "/s", "--json"}}) {
    const auto options = Parse(arguments);
    ASSERT_TRUE(options);
    EXPECT_EQ(options->format, Options::Format::kJson);
    EXPECT_EQ(options->socket, "/s");
    EXPECT_EQ(options->tunnel, "home");
  }
}

TEST(Options, DurationsAreRead) {
  const auto pause = Parse({"pause", "--all", "--for", "1h30m", "--reason", "upgrade"});
  ASSERT_TRUE(pause);
  EXPECT_EQ(pause->pause_for, 90min);
  EXPECT_EQ(pause->reason, "upgrade");
  EXPECT_EQ(Parse({"drill", "home"})->timeout, 120s);
  EXPECT_EQ(Parse({"reload"})->timeout, 30s);
  EXPECT_EQ(Parse({"reload", "--timeout", "5s"})->timeout, 5s);
}

TEST(Options, ABadCommandLineExitsWith64AndHelpWith0) {
  const std::vector<std::vector<const char*>> bad = {{}, {"nonsense"}, {"status", "a", "b"}, {"explain"},
      {"drill"}, {"pause", "home"}, {"pause", "--for", "2h"}, {"pause", "home", "--all", "--for", "2h"},
      {"pause", "home", "--for", "soon"}, {"pause", "home", "--for", "31d"}, {"resume"}, {"config"},
      {"status", "--interval", "2s"}, {"doctor", "home"}};
  for (const auto& arguments : bad) {
    const auto options = Parse(arguments);
    ASSERT_FALSE(options) << (arguments.empty() ? "nothing" : arguments[0]);
    EXPECT_EQ(options.error(), 64) << (arguments.empty() ? "nothing" : arguments[0]);
  }
  EXPECT_EQ(Parse({"--help"}).error(), 0);
  EXPECT_EQ(Parse({"--version"}).error(), 0);
  EXPECT_EQ(Parse({"pause", "--help"}).error(), 0);
}

TEST(Options, APlugInThatCannotJudgeEndsWithUnknown) {
  EXPECT_EQ(Parse({"check", "--nonsense"}).error(), 3);
  EXPECT_EQ(Parse({"check", "a", "b"}).error(), 3);
}

}  // namespace
}  // namespace failover
