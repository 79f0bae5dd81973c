#include "prober/config_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "tests/prober/strict_faults.h"
#include "tests/support/config_samples.h"
#include "tests/support/temp_dir.h"

namespace failover {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ConfigCheck, ReadsWhatTheDaemonsReadAndFindsNothingInIt) {
  const auto checked = CheckConfigText(kValidConfig, "F");
  const auto parsed = ParseConfig(kValidConfig, "F");
  ASSERT_TRUE(checked.has_value() && parsed.has_value());
  EXPECT_EQ(checked->loaded.settings.SerializeAsString(), parsed->settings.SerializeAsString());
  EXPECT_EQ(checked->loaded.digest, parsed->digest);
  EXPECT_THAT(checked->warnings, IsEmpty());
  EXPECT_THAT(checked->tampering, IsEmpty());
  EXPECT_THAT(checked->exposure, IsEmpty());
}

// Root's reader takes these, because protobuf's does; the operator hears of each.
TEST(ConfigCheck, RefusesWhatProtobufOverlooks) {
  const std::string gateway = R"("gateway_ip": "192.168.1.1",)";
  for (const std::string& text : {WithField(R"("checkInterval": 3)"), WithField(R"("cooldown": "60")"),
           WithField(R"("cooldown": null)"), WithField(R"("failover_on": [])"),
           WithField(R"("failover_on": [4])"), WithTunnelField(R"("token_file": "/x")"),
           WithField(R"("gateway_ips": ["10.0.0.1"])"), Edited(gateway, "")}) {
    EXPECT_TRUE(ParseConfig(text, "F").has_value()) << text;
    EXPECT_THAT(FaultsOf(text), testing::SizeIs(1)) << text;
  }
}

TEST(ConfigCheck, RefusesTheInstalledExampleNamingEveryPlaceholder) {
  std::ifstream file(FAILOVER_SOURCE_DIR "/config/tunnels.json", std::ios::binary);
  const auto placeholder = [](const std::string& field, const std::string& value) {
    return testing::StartsWith("F: tunnels" + field + ": " + value + "is the example's placeholder; ");
  };
  EXPECT_THAT(FaultsOf(std::string(std::istreambuf_iterator<char>(file), {})),
      ElementsAre(placeholder("[0].account_id", "\"your_account_id_1\" "),
          placeholder("[0].tunnel_id", "\"your_tunnel_id_1\" "), placeholder("[0].token", ""),
          placeholder("[1].account_id", "\"your_account_id_2\" "),
          placeholder("[1].tunnel_id", "\"your_tunnel_id_2\" "), placeholder("[1].token", "")));
}

TEST(ConfigCheck, NeedsNoGatewayWhereItIsNotChecked) {
  EXPECT_THAT(FaultsOf(Edited("\"gateway_ip\": \"192.168.1.1\"", "\"gateway_check\": false")), IsEmpty());
}

TEST(ConfigCheck, TwoTunnelsMayNameOneUnit) {
  EXPECT_THAT(FaultsOf(Edited("\n  ]", R"(, {"account_id": "0123456789abcdef0123456789abcdef",
      "tunnel_id": "00000000-0000-0000-0000-000000000001", "token_file": "/t",
      "service": "cloudflared_1"}])")),
      IsEmpty());
}

TEST(ConfigCheck, WarnsOfWhatIsValidButProbablyNotMeant) {
  const auto warnings = [](std::string_view fields) {
    return CheckConfigText(WithField(fields), "F").value().warnings;
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
TEST(ConfigCheck, ReportsWhoElseMayChangeOrReadTheFile) {
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
    const auto config = CheckConfig(path);
    ASSERT_TRUE(config.has_value());
    EXPECT_EQ(config->tampering, c.tampering) << c.mode;
    EXPECT_EQ(config->exposure, c.exposure) << c.mode;
  }
}

TEST(ConfigCheck, AFileWithoutTokensMayBeReadByAll) {
  const TempDir dir;
  const std::string path =
      dir.Write("tunnels.json", Edited(R"("token": ")" + std::string(kToken), R"("token_file": "/etc/x)"));
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  EXPECT_THAT(CheckConfig(path).value().exposure, IsEmpty());
}

TEST(ConfigCheck, SaysWhyAFileCannotBeRead) {
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
    const auto config = CheckConfig(path);
    ASSERT_FALSE(config.has_value()) << path;
    EXPECT_THAT(config.error(), ElementsAre(path + ": " + reason + remedy));
  }
}

TEST(ConfigCheck, SaysAllFaultsOfAFileAndNeitherItsOwnerNorItsMode) {
  const TempDir dir;
  const std::string path = dir.Write("faulty", R"({"a": 1, "tunnels": [], "gateway_check": false})");
  ASSERT_EQ(chmod(path.c_str(), 0666), 0);
  const auto config = CheckConfig(path);
  ASSERT_FALSE(config.has_value());
  EXPECT_THAT(config.error(), ElementsAre(testing::StartsWith(path + ": tunnels: is an empty list; "),
                                  testing::StartsWith(path + ": a: unknown field; ")));
}

}  // namespace
}  // namespace failover
