#include "common/daemon_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace failover {
namespace {

using testing::HasSubstr;

struct Output {
  std::optional<int> status;
  DaemonOptions options;
  std::string out;
  std::string err;
};

Output Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "/usr/sbin/failover-test");
  CLI::App app("Tests.", "failover-test");
  Output output;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  output.status =
      ParseCommandLine(app, output.options, static_cast<int>(arguments.size()), arguments.data());
  output.out = testing::internal::GetCapturedStdout();
  output.err = testing::internal::GetCapturedStderr();
  return output;
}

TEST(DaemonOptions, DefaultsAreTheInstalledPaths) {
  const Output output = Parse({});
  EXPECT_EQ(output.status, std::nullopt);
  EXPECT_EQ(output.options.config, "/etc/failover-monitor/tunnels.json");
  EXPECT_EQ(output.options.socket, "/run/failover-monitor/report.sock");
  EXPECT_FALSE(output.options.check_config);
  EXPECT_EQ(output.out + output.err, "");
}

TEST(DaemonOptions, EveryOptionIsTaken) {
  const Output output = Parse({"--config", "/c", "--socket", "/s", "--check-config"});
  EXPECT_EQ(output.status, std::nullopt);
  EXPECT_EQ(output.options.config, "/c");
  EXPECT_EQ(output.options.socket, "/s");
  EXPECT_TRUE(output.options.check_config);
}

TEST(DaemonOptions, HelpAndVersionGoToStandardOutputAndEndWith0) {
  const Output help = Parse({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("--check-config"));
  EXPECT_THAT(help.out, HasSubstr("/etc/failover-monitor/tunnels.json"));
  const Output version = Parse({"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_EQ(version.out, "failover-test " FAILOVER_VERSION "\n");
  EXPECT_EQ(help.err + version.err, "");
}

TEST(DaemonOptions, AFaultOfTheCommandLineGoesToStandardErrorAndEndsWith64) {
  const std::vector<std::vector<const char*>> bad = {
      {"--nonsense"}, {"word"}, {"--config"}, {"--check-config=perhaps"}, {"--config", "/a", "/b"}};
  for (const auto& arguments : bad) {
    const Output output = Parse(arguments);
    EXPECT_EQ(output.status, 64) << arguments[0];
    EXPECT_EQ(output.out, "") << arguments[0];
    EXPECT_NE(output.err, "") << arguments[0];
  }
}

Output Report(const std::string& path, const Faults& faults, int tunnels) {
  Output output;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  output.status = ReportCheck(path, faults, tunnels);
  std::cout.flush();
  output.out = testing::internal::GetCapturedStdout();
  output.err = testing::internal::GetCapturedStderr();
  return output;
}

TEST(ReportCheck, SaysHowManyTunnelsAValidFileHas) {
  const Output output = Report("/c", {}, 2);
  EXPECT_EQ(output.status, 0);
  EXPECT_EQ(output.out, "/c: 2 tunnel(s), valid\n");
  EXPECT_EQ(output.err, "");
}

TEST(ReportCheck, SaysEachFaultOnStandardErrorAndEndsWith78) {
  const Output output = Report("/c", {"/c: a", "/c: b"}, 2);
  EXPECT_EQ(output.status, 78);
  EXPECT_EQ(output.out, "");
  EXPECT_EQ(output.err, "/c: a\n/c: b\n");
}

TEST(ReportCheck, PrintsOneLineAFaultWhateverThePathHolds) {
  const std::string path = "/none/a\nb\x1b[1m";
  const Output output = Report(path, LoadConfig(path).error(), 0);
  EXPECT_EQ(output.status, 78);
  EXPECT_EQ(std::ranges::count(output.err, '\n'), 1);
  EXPECT_THAT(output.err, HasSubstr("a\\x0ab\\x1b[1m"));
}

}  // namespace
}  // namespace failover
