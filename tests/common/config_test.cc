#include "common/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/common/config_samples.h"
#include "tests/support/temp_dir.h"

namespace failover {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Config, TakesTheScriptsFileUnchanged) {
  const auto config = ParseConfig(
      R"({
  "gateway_ip": "192.168.1.1",
  "tunnels": [
    {"account_id": "699d98642c564d2e855e9661899b7252", "tunnel_id": "F70FF985-a4ef-4643-bbbc-4a0ed4fc8415", "token": "0123456789012345678901234567890123456789", "service": "cloudflared_1"},
    {"account_id": "699d98642c564d2e855e9661899b7252", "tunnel_id": "00000000-a4ef-4643-bbbc-4a0ed4fc8415", "token": "cfat_x", "service": "cloudflared@2.service"}
  ]
})",
      "F");
  ASSERT_TRUE(config.has_value());
  const config::Configuration& settings = config->settings;
  EXPECT_EQ(settings.check_interval(), 3);
  EXPECT_EQ(settings.failure_threshold(), 2U);
  EXPECT_TRUE(settings.gateway_check());
  EXPECT_EQ(settings.tunnels(0).service(), "cloudflared_1.service");
  EXPECT_EQ(settings.tunnels(0).tunnel_id(), "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415");
  EXPECT_EQ(settings.tunnels(1).service(), "cloudflared@2.service");
  EXPECT_THAT(config->warnings, IsEmpty());
}

TEST(Config, RefusesTheInstalledExampleNamingEveryPlaceholder) {
  const std::string path = FAILOVER_SOURCE_DIR "/config/tunnels.json";
  const auto config = ParseConfig(ReadFile(path), "tunnels.json");
  ASSERT_FALSE(config.has_value());
  const auto placeholder = [](const std::string& field, const std::string& value) {
    return testing::StartsWith(
        "tunnels.json: tunnels" + field + ": " + value + "is the example's placeholder; ");
  };
  EXPECT_THAT(config.error(),
      ElementsAre(placeholder("[0].account_id", "\"your_account_id_1\" "),
          placeholder("[0].tunnel_id", "\"your_tunnel_id_1\" "), placeholder("[0].token", ""),
          placeholder("[1].account_id", "\"your_account_id_2\" "),
          placeholder("[1].tunnel_id", "\"your_tunnel_id_2\" "), placeholder("[1].token", "")));
}

TEST(Config, FillsInWhatDependsOnAnotherField) {
  using testing::UnorderedElementsAre;
  const auto tunnel = [](const std::string& text) {
    return ParseConfig(text, "F").value().settings.tunnels(0);
  };
  EXPECT_EQ(tunnel(std::string(kValidConfig)).failure_threshold(), 2U);
  EXPECT_THAT(tunnel(std::string(kValidConfig)).failover_on(), testing::IsEmpty());  // all but healthy
  const std::string all = R"("failover_on": ["down"], "failure_threshold": 5)";
  EXPECT_EQ(tunnel(WithField(all)).failure_threshold(), 5U);
  EXPECT_THAT(tunnel(WithField(all)).failover_on(), UnorderedElementsAre(config::down));
  const std::string own = R"("failover_on": ["inactive"], "failure_threshold": 7)";
  EXPECT_EQ(tunnel(WithTunnelField(own)).failure_threshold(), 7U);
  EXPECT_THAT(tunnel(WithTunnelField(own)).failover_on(), UnorderedElementsAre(config::inactive));
}

TEST(Config, NeedsNoGatewayWhereItIsNotChecked) {
  EXPECT_THAT(FaultsOf(Edited("\"gateway_ip\": \"192.168.1.1\"", "\"gateway_check\": false")), IsEmpty());
}

TEST(Config, NamesSeveralGatewaysInOneTextForTheLog) {
  const auto config = ParseConfig(
      Edited(R"("gateway_ip": "192.168.1.1")", R"("gateway_ips": ["10.0.0.1", "fe80::1%eth0"])"), "F");
  ASSERT_TRUE(config.has_value()) << config.error()[0];
  EXPECT_EQ(config->settings.gateway_ip(), "10.0.0.1, fe80::1%eth0");
  EXPECT_THAT(config->settings.gateway_ips(), ElementsAre("10.0.0.1", "fe80::1%eth0"));
}

TEST(Config, TwoTunnelsMayNameOneUnit) {
  EXPECT_THAT(FaultsOf(Edited("\n  ]", R"(, {"account_id": "0123456789abcdef0123456789abcdef",
      "tunnel_id": "00000000-0000-0000-0000-000000000001", "token_file": "/t",
      "service": "cloudflared_1"}])")),
      IsEmpty());
}

TEST(Config, CarriesTheSha256OfItsBytes) {
  // sha256sum of these very bytes; the vector is not made by the code under test.
  constexpr std::string_view kText =
      R"({"gateway_check":false,"tunnels":[{"account_id":"00000000000000000000000000000000","tunnel_id":"00000000-0000-0000-0000-000000000000","token":"x","service":"a"}]})";
  const auto config = ParseConfig(kText, "F");
  ASSERT_TRUE(config.has_value());
  std::string hex;
  for (const char c : config->digest) {
    std::array<char, 3> digits{};
    std::snprintf(digits.data(), digits.size(), "%02x", static_cast<unsigned char>(c));
    hex += digits.data();
  }
  EXPECT_EQ(hex, "b7a0ce4f7ff5b2c193d369a3cf9871b7dda89370991ffd0b389eb1bb325d1c05");
  EXPECT_NE(ParseConfig(std::string(kText) + "\n", "F")->digest, config->digest);
}

TEST(Config, WarnsOfWhatIsValidButProbablyNotMeant) {
  const auto warnings = [](std::string_view fields) {
    return ParseConfig(WithField(fields), "F").value().warnings;
  };
  EXPECT_THAT(warnings(R"("cooldown": 30)"),
      ElementsAre("F: max_starts_per_hour: contradicts cooldown, which allows 120 starts "
                  "in an hour; raise one of the two"));
  EXPECT_THAT(warnings(R"("cooldown": 30, "max_starts_per_hour": 120)"), IsEmpty());
  EXPECT_THAT(warnings(R"("cooldown": 60, "max_starts_per_hour": 59)"), testing::SizeIs(1));
}

struct ModeCase {
  uid_t owner;
  mode_t mode;
  Faults tampering;
  Faults exposure;
};

// Needs root, as the whole suite does: it gives files away.
TEST(Config, ReportsWhoElseMayChangeOrReadTheFile) {
  const TempDir dir;
  const std::string path = dir.Write("tunnels.json", kValidConfig);
  const std::string owned =
      path + ": owned by uid 12345, must be root; run: chown root:failover-prober " + path;
  const std::string writes = path + ": others than root may write it; run: chmod 0640 " + path;
  const std::string reads = path + ": everybody may read the tokens in it; run: chmod 0640 " + path;
  const std::vector<ModeCase> cases = {
      {0, 0640, {}, {}},
      {0, 0600, {}, {}},
      {0, 0644, {}, {reads}},
      {0, 0660, {writes}, {}},
      {0, 0642, {writes}, {}},
      {0, 0666, {writes}, {reads}},
      {12345, 0600, {owned}, {}},
      {12345, 0666, {owned, writes}, {reads}},
  };
  for (const ModeCase& c : cases) {
    ASSERT_EQ(chown(path.c_str(), c.owner, 0), 0);
    ASSERT_EQ(chmod(path.c_str(), c.mode), 0);
    const auto config = LoadConfig(path);
    ASSERT_TRUE(config.has_value());
    EXPECT_EQ(config->tampering, c.tampering) << c.mode;
    EXPECT_EQ(config->exposure, c.exposure) << c.mode;
  }
}

TEST(Config, AFileWithoutTokensMayBeReadByAll) {
  const TempDir dir;
  const std::string path =
      dir.Write("tunnels.json", Edited("\"token\": \"" + std::string(kToken), "\"token_file\": \"/etc/x"));
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  EXPECT_THAT(LoadConfig(path).value().exposure, IsEmpty());
}

TEST(Config, SaysWhyAFileCannotBeRead) {
  const TempDir dir;
  const std::string remedy = "; there must be a regular file that root and group failover-prober may read";
  const std::string fifo = dir.Path("fifo");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const std::string large = dir.Write("large", "");
  ASSERT_EQ(truncate(large.c_str(), kMaxConfigFile + 1), 0);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {dir.Path("none"), "No such file or directory"},
      {dir.Path(""), "not a regular file"},
      {fifo, "not a regular file"},
      {"/dev/null", "not a regular file"},
      {large, "larger than 16777216 bytes"},
  };
  for (const auto& [path, reason] : cases) {
    const auto config = LoadConfig(path);
    ASSERT_FALSE(config.has_value()) << path;
    EXPECT_THAT(config.error(), ElementsAre(path + ": " + reason + remedy));
  }
}

struct CheckOutput {
  int status;
  std::string out;
  std::string err;
};

CheckOutput Check(const std::string& path, const Faults& more) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int status = ReportConfigCheck(path, LoadConfig(path), more);
  std::cout.flush();
  return {status, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

TEST(ConfigCheck, SaysHowManyTunnelsAValidFileHas) {
  const TempDir dir;
  const std::string path = dir.Write("c", WithField("\"cooldown\": 10"));
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  const CheckOutput check = Check(path, {});
  EXPECT_EQ(check.status, 0);
  EXPECT_EQ(check.out, path + ": 1 tunnel(s), valid\n");
  EXPECT_THAT(check.err, testing::StartsWith("warning: " + path + ": max_starts_per_hour: "));
}

TEST(ConfigCheck, RefusesWhatEitherDaemonWould) {
  const TempDir dir;
  const std::string good = dir.Write("good", kValidConfig);
  ASSERT_EQ(chmod(good.c_str(), 0640), 0);
  const std::string open = dir.Write("open", kValidConfig);
  ASSERT_EQ(chmod(open.c_str(), 0644), 0);
  const std::string writable = dir.Write("writable", kValidConfig);
  ASSERT_EQ(chmod(writable.c_str(), 0660), 0);
  const std::string faulty = dir.Write("faulty", "{\n\"a\": 1}");
  const std::vector<std::tuple<std::string, Faults, std::string>> cases = {
      {good, {"c: token file cannot be read"}, "c: token file cannot be read"},
      {open, {}, "everybody may read"},
      {writable, {}, "others than root may write"},
      {faulty, {}, "a: unknown field"},
      {dir.Path("none"), {}, "No such file"},
  };
  for (const auto& [path, more, words] : cases) {
    const CheckOutput check = Check(path, more);
    EXPECT_EQ(check.status, kExitBadConfig) << path;
    EXPECT_EQ(check.out, "") << path;
    EXPECT_THAT(check.err, HasSubstr(words));
  }
}

TEST(ConfigCheck, PrintsOneLineAFaultWhateverThePathHolds) {
  const TempDir dir;
  const CheckOutput check = Check(dir.Path("a\nb\x1b[1m"), {});
  EXPECT_EQ(std::ranges::count(check.err, '\n'), 1);
  EXPECT_THAT(check.err, HasSubstr("a\\x0ab\\x1b[1m"));
}

TEST(ReadRegularFile, TakesExactlyTheLimit) {
  const TempDir dir;
  const std::string path = dir.Write("f", "12345");
  EXPECT_EQ(ReadRegularFile(path, 5).value().text, "12345");
  EXPECT_FALSE(ReadRegularFile(path, 4).has_value());
  EXPECT_EQ(ReadRegularFile(dir.Write("empty", ""), 5).value().text, "");
}

}  // namespace
}  // namespace failover
