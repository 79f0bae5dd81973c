#include "ctl/config_commands.h"

#include <gtest/gtest.h>

#include "tests/ctl/fake_world.h"
#include "tests/support/temp_dir.h"

namespace failover {
namespace {

TEST(ConfigCommands, JsonNamesEveryFault) {
  const TempDir dir;
  FakeWorld fake;
  fake.options.format = Options::Format::kJson;
  fake.options.config = dir.Write("c.json", R"({"gateway_ip": "x", "check_interval": 0})");
  EXPECT_EQ(CheckConfig(fake.world()), kExitBadConfig);
  for (const char* part : {R"("valid": false)", "gateway_ip: ", "check_interval: ", "tunnels: missing"}) {
    EXPECT_TRUE(fake.out.str().contains(part)) << part << "\n" << fake.out.str();
  }
}

TEST(ConfigCommands, AGoodFileIsGood) {
  const TempDir dir;
  FakeWorld fake;
  fake.options.format = Options::Format::kJson;
  fake.options.config = dir.Write("c.json", kConfigText);
  std::filesystem::permissions(fake.options.config, std::filesystem::perms(0640));
  EXPECT_EQ(CheckConfig(fake.world()), 0) << fake.out.str();
  EXPECT_TRUE(fake.out.str().contains("\"valid\": true, \"tunnels\": 2, \"faults\": []")) << fake.out.str();
  fake.options.format = Options::Format::kText;
  testing::internal::CaptureStdout();
  EXPECT_EQ(CheckConfig(fake.world()), 0);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), fake.options.config + ": 2 tunnel(s), valid\n");
}

TEST(ConfigCommands, TheExampleIsTheOneThatIsInstalled) {
  FakeWorld fake;
  EXPECT_EQ(PrintExample(fake.world()), 0);
  EXPECT_EQ(fake.out.str(), ReadFile(std::string(FAILOVER_SOURCE_DIR) + "/config/tunnels.json"));
}

}  // namespace
}  // namespace failover
