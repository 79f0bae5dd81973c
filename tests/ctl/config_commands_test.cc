#include "ctl/config_commands.h"

#include <gtest/gtest.h>

#include "tests/ctl/fake_world.h"
#include "tests/support/temp_dir.h"

namespace failover {
namespace {

struct ConfigCommands : testing::Test {
  ConfigCommands() {
    fake.options.config = dir.Write("c.json", kConfigText);
    std::filesystem::permissions(fake.options.config, std::filesystem::perms(0640));
  }

  TempDir dir;
  FakeWorld fake;
};

TEST_F(ConfigCommands, FaultsAreThoseOfTheProber) {
  fake.check = {.exit_status = 78, .output = "", .errors = "c.json: tunnels: missing; x\nwarning: w\n"};
  EXPECT_EQ(CheckConfig(fake.world()), kExitBadConfig);
  EXPECT_EQ(fake.err.str(), "warning: w\nc.json: tunnels: missing; x\n");
  EXPECT_EQ(fake.out.str(), "");
  fake.options.format = Options::Format::kJson;
  EXPECT_EQ(CheckConfig(fake.world()), kExitBadConfig);
  for (const char* part :
      {R"("valid": false)", R"("faults": ["c.json: tunnels: missing; x"])", R"("warnings": ["w"])"}) {
    EXPECT_TRUE(fake.out.str().contains(part)) << part << "\n" << fake.out.str();
  }
}

TEST_F(ConfigCommands, AGoodFileIsGood) {
  EXPECT_EQ(CheckConfig(fake.world()), 0);
  EXPECT_EQ(fake.out.str(), fake.options.config + ": 2 tunnels, valid\n");
  fake.options.format = Options::Format::kJson;
  EXPECT_EQ(CheckConfig(fake.world()), 0);
  EXPECT_TRUE(fake.out.str().contains("\"valid\": true, \"tunnels\": 2, \"faults\": []")) << fake.out.str();
}

TEST_F(ConfigCommands, AProberThatDoesNotJudgeIsNoGoodFile) {
  fake.check = {.exit_status = 127, .output = "", .errors = ""};
  EXPECT_TRUE(CheckConfig(fake.world()).error().message.contains("exit status 127"));
}

TEST_F(ConfigCommands, TheExampleIsTheOneThatIsInstalled) {
  EXPECT_EQ(PrintExample(fake.world()), 0);
  EXPECT_EQ(fake.out.str(), ReadFile(std::string(FAILOVER_SOURCE_DIR) + "/config/tunnels.json"));
}

}  // namespace
}  // namespace failover
