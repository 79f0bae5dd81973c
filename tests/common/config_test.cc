#include "common/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "common/log.h"
#include "tests/support/config_samples.h"
#include "tests/support/temp_dir.h"

namespace failover {
namespace {

using testing::ElementsAre;
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
  EXPECT_EQ(settings.tunnels(0).failback_service(), "");
  EXPECT_EQ(settings.tunnels(0).tunnel_id(), "F70FF985-a4ef-4643-bbbc-4a0ed4fc8415");
  EXPECT_EQ(settings.tunnels(1).service(), "cloudflared@2.service");
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

TEST(Config, SaysAllFaultsTogetherInTheOrderOfTheSchema) {
  const auto config = ParseConfig(R"({"cooldown": 0, "tunnels": [
      {"service": "a/b", "token": "", "tunnel_id": "x"}, {"token_credential": "home"}],
      "check_interval": 0.5, "failure_threshold": 101})",
      "F");
  ASSERT_FALSE(config.has_value());
  std::vector<std::string> reasons;
  for (const std::string& fault : config.error()) reasons.push_back(fault.substr(0, fault.find("; ")));
  EXPECT_THAT(
      reasons, ElementsAre("F: check_interval: 0.5 is out of range", "F: tunnels[0].account_id: missing",
                   "F: tunnels[0].tunnel_id: \"x\" is not a UUID", "F: tunnels[0].token: is empty",
                   "F: tunnels[0].service: \"a/b\" is a path, not the name of a unit",
                   "F: tunnels[1].account_id: missing", "F: tunnels[1].tunnel_id: missing",
                   "F: tunnels[1].service: missing", "F: failure_threshold: 101 is out of range",
                   "F: cooldown: 0 is out of range"));
  EXPECT_THAT(
      ParseConfig("{}", "F").error(), ElementsAre("F: tunnels: missing; add one entry for each tunnel"));
}

TEST(Config, FillsInWhatDependsOnAnotherField) {
  using testing::UnorderedElementsAre;
  const auto tunnel = [](const std::string& text) {
    return ParseConfig(text, "F").value().settings.tunnels(0);
  };
  EXPECT_EQ(tunnel(std::string(kValidConfig)).failure_threshold(), 2U);
  EXPECT_THAT(tunnel(std::string(kValidConfig)).failover_on(), IsEmpty());  // all but healthy
  const std::string all = R"("failover_on": ["down"], "failure_threshold": 5)";
  EXPECT_EQ(tunnel(WithField(all)).failure_threshold(), 5U);
  EXPECT_THAT(tunnel(WithField(all)).failover_on(), UnorderedElementsAre(config::down));
  const std::string own = R"("failover_on": ["inactive"], "failure_threshold": 7)";
  EXPECT_EQ(tunnel(WithTunnelField(own)).failure_threshold(), 7U);
  EXPECT_THAT(tunnel(WithTunnelField(own)).failover_on(), UnorderedElementsAre(config::inactive));
  EXPECT_EQ(tunnel(WithTunnelField(R"("failback_service": "failback@a")")).failback_service(),
      "failback@a.service");
}

TEST(Config, NamesSeveralGatewaysInOneTextForTheLog) {
  const auto config = ParseConfig(
      Edited(R"("gateway_ip": "192.168.1.1")", R"("gateway_ips": ["10.0.0.1", "fe80::1%eth0"])"), "F");
  ASSERT_TRUE(config.has_value()) << config.error()[0];
  EXPECT_EQ(config->settings.gateway_ip(), "10.0.0.1, fe80::1%eth0");
  EXPECT_THAT(config->settings.gateway_ips(), ElementsAre("10.0.0.1", "fe80::1%eth0"));
}

TEST(Config, SaysWhatItTook) {
  const auto lines = [](const std::string& text) {
    return Describe(ParseConfig(text, "F").value().settings);
  };
  EXPECT_THAT(lines(std::string(kValidConfig)),
      ElementsAre("Gateway IP: 192.168.1.1", "Monitoring 1 tunnel(s)", "Check interval: 3 seconds"));
  const std::string gateway = R"("gateway_ip": "192.168.1.1")";
  EXPECT_EQ(lines(Edited(gateway, R"("gateway_ips": ["10.0.0.1", "::1"])"))[0], "Gateway IP: 10.0.0.1, ::1");
  EXPECT_EQ(lines(Edited("192.168.1.1", "auto"))[0], "Gateway IP: auto");
  const std::string token(40, 't');
  EXPECT_EQ(lines(Edited(gateway, R"("gateway_ips": [")" + token + "\"]"))[0],
      "Gateway IP: (not shown, may be a token)");
  EXPECT_EQ(lines(Edited(gateway, R"("gateway_check": false)"))[0], "Gateway check: off");
  EXPECT_EQ(
      lines(Edited("\"check_interval\": 3", "\"check_interval\": 2.5"))[2], "Check interval: 2.5 seconds");
}

TEST(Config, ATunnelThatIsThereTwiceIsNoFaultOfRootsReader) {
  const std::string again = R"(, {"account_id": "0123456789abcdef0123456789abcdef", "service": "b",
      "tunnel_id": "F70FF985-A4EF-4643-BBBC-4A0ED4FC8415", "token": "cfat_b"}])";
  const auto config = ParseConfig(Edited("\n  ]", again), "F");
  ASSERT_TRUE(config.has_value()) << config.error()[0];
  ASSERT_EQ(config->settings.tunnels_size(), 2);
  EXPECT_EQ(config->settings.tunnels(1).service(), "b.service");
}

TEST(Config, CarriesTheSha256OfItsBytes) {
  // sha256sum of these very bytes; the vector is not made by the code under test.
  constexpr std::string_view kText =
      R"({"gateway_check":false,"tunnels":[{"account_id":"00000000000000000000000000000000","tunnel_id":"00000000-0000-0000-0000-000000000000","token":"x","service":"a"}]})";
  const auto config = ParseConfig(kText, "F");
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->digest, "b7a0ce4f7ff5b2c193d369a3cf9871b7dda89370991ffd0b389eb1bb325d1c05");
  EXPECT_NE(ParseConfig(std::string(kText) + "\n", "F")->digest, config->digest);
}

struct ModeCase {
  uid_t owner;
  mode_t mode;
  Faults tampering;
};

// Needs root, as the whole suite does: it gives files away.
TEST(Config, IsNoOrderToRootIfOthersMayChangeIt) {
  const TempDir dir;
  const std::string path = dir.Write("tunnels.json", kValidConfig);
  const std::string owned =
      path + ": owned by uid 12345, must be root; run: chown root:failover-prober " + path;
  const std::string writes = path + ": others than root may write it; run: chmod 0640 " + path;
  const std::vector<ModeCase> cases = {
      {0, 0640, {}},
      {0, 0600, {}},
      {0, 0644, {}},
      {0, 0660, {writes}},
      {0, 0642, {writes}},
      {0, 0666, {writes}},
      {12345, 0600, {owned}},
      {12345, 0666, {owned, writes}},
  };
  for (const ModeCase& c : cases) {
    ASSERT_EQ(chown(path.c_str(), c.owner, 0), 0);
    ASSERT_EQ(chmod(path.c_str(), c.mode), 0);
    const auto config = LoadConfig(path);
    EXPECT_EQ(config ? Faults{} : config.error(), c.tampering) << c.mode;
    EXPECT_EQ(Tampering(path, ReadRegularFile(path, kMaxConfigFile).value().status), c.tampering) << c.mode;
  }
}

TEST(Config, AFaultyFileIsRefusedForItsFaultsWhoeverMayChangeIt) {
  const TempDir dir;
  const std::string path = dir.Write("tunnels.json", "{}");
  ASSERT_EQ(chmod(path.c_str(), 0666), 0);
  EXPECT_THAT(
      LoadConfig(path).error(), ElementsAre(path + ": tunnels: missing; add one entry for each tunnel"));
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

TEST(ReadRegularFile, TakesExactlyTheLimit) {
  const TempDir dir;
  const std::string path = dir.Write("f", "12345");
  EXPECT_EQ(ReadRegularFile(path, 5).value().text, "12345");
  EXPECT_FALSE(ReadRegularFile(path, 4).has_value());
  EXPECT_EQ(ReadRegularFile(dir.Write("empty", ""), 5).value().text, "");
}

TEST(Number, ShowsWhatWasWritten) {
  const std::vector<std::pair<double, std::string>> cases = {{3, "3"}, {2.5, "2.5"}, {3600.001, "3600.001"},
      {1000000, "1000000"}, {1e300, "1e+300"}, {-0.5, "-0.5"}};
  for (const auto& [value, text] : cases) EXPECT_EQ(Number(value), text);
}

}  // namespace
}  // namespace failover
