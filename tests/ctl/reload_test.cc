#include "ctl/reload.h"

#include <gtest/gtest.h>

#include "tests/ctl/fake_world.h"
#include "tests/support/temp_dir.h"

namespace failover {
namespace {

using namespace std::chrono_literals;

status::Status With(const std::string& prober, const std::string& supervisor, double age) {
  status::Status status;
  status.mutable_configuration()->set_digest(prober);
  status.mutable_configuration()->set_supervisor_digest(supervisor);
  status.mutable_configuration()->set_last_reload_succeeded(true);
  status.mutable_configuration()->set_last_reload_age(age);
  return status;
}

TEST(JudgeReload, BothSidesMustHaveTheFile) {
  EXPECT_EQ(JudgeReload(With("new", "new", 1), "new", 2s), ReloadState::kInForce);
  EXPECT_EQ(JudgeReload(With("new", "new", 9), "new", 2s), ReloadState::kInForce);  // it was so before
  EXPECT_EQ(JudgeReload(With("new", "old", 1), "new", 2s), ReloadState::kWaiting);
  EXPECT_EQ(JudgeReload(With("old", "old", 9), "new", 2s), ReloadState::kWaiting);
  EXPECT_EQ(JudgeReload(With("", "", 1), "", 2s), ReloadState::kWaiting);
}

TEST(JudgeReload, WhoMayNotReadTheFileLooksForAFreshReload) {
  EXPECT_EQ(JudgeReload(With("a", "a", 1), "", 2s), ReloadState::kInForce);
  EXPECT_EQ(JudgeReload(With("a", "a", 9), "", 2s), ReloadState::kWaiting);
}

TEST(JudgeReload, ARefusalCountsOnlyIfItIsNew) {
  status::Status status = With("old", "new", 1);
  status.mutable_configuration()->set_last_reload_succeeded(false);
  EXPECT_EQ(JudgeReload(status, "new", 2s), ReloadState::kRefused);
  status.mutable_configuration()->set_last_reload_age(9);
  EXPECT_EQ(JudgeReload(status, "new", 2s), ReloadState::kWaiting);
}

struct ReloadCommand : testing::Test {
  ReloadCommand() {
    fake.options.config = dir.Write("tunnels.json", kConfigText);
    std::filesystem::permissions(fake.options.config, std::filesystem::perms(0640));
    if (const auto config = LoadConfig(fake.options.config)) digest = config->digest;  // as root
    fake.options.prober = "/p";
    fake.options.timeout = 30s;
    fake.status = With("old", "old", 500);
  }

  TempDir dir;
  FakeWorld fake;
  std::string digest;
};

TEST_F(ReloadCommand, WaitsUntilBothSidesHaveIt) {
  ASSERT_FALSE(digest.empty()) << "the tests run as root";
  int rounds = 0;
  fake.passing = [&] { fake.status = ++rounds == 1 ? With(digest, "old", 0.2) : With(digest, digest, 0.4); };
  ASSERT_EQ(Reload(fake.world()), 0);
  EXPECT_EQ(fake.runs, (std::vector<std::string>{"/p --check-config --config " + fake.options.config,
                           "/usr/bin/systemctl reload --no-ask-password failover-monitor.service"}));
  EXPECT_EQ(fake.out.str(), "Both sides have " + fake.options.config + " in force, after 0.4 s\n");
}

TEST_F(ReloadCommand, ABadFileIsNotEvenTried) {
  fake.check = {.exit_status = 78, .output = "", .errors = "t.json: gateway_ip: \"x\" is none; write it\n"};
  const Outcome outcome = Reload(fake.world());
  EXPECT_EQ(outcome.error().exit_status, kExitFailed);
  EXPECT_TRUE(outcome.error().message.contains("nothing was reloaded")) << outcome.error().message;
  EXPECT_TRUE(outcome.error().message.contains("gateway_ip")) << outcome.error().message;
  EXPECT_EQ(fake.runs.size(), 1U);
}

TEST_F(ReloadCommand, AFileThatOthersMayWriteIsRefused) {
  std::filesystem::permissions(fake.options.config, std::filesystem::perms(0666));
  EXPECT_TRUE(Reload(fake.world()).error().message.contains("others than root may write it"));
}

TEST_F(ReloadCommand, TheProbersFaultsArePrinted) {
  fake.status = With("old", "old", 0);
  fake.status->mutable_configuration()->set_last_reload_succeeded(false);
  fake.status->mutable_configuration()->add_faults("token_file: Permission denied");
  const Outcome outcome = Reload(fake.world());
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().message.contains("\n  token_file: Permission denied"))
      << outcome.error().message;
  fake.options.format = Options::Format::kJson;
  EXPECT_EQ(Reload(fake.world()), kExitFailed);
  EXPECT_TRUE(fake.out.str().contains("\"faults\": [\"token_file: Permission denied\"]")) << fake.out.str();
}

TEST_F(ReloadCommand, WhoDidNotTakeItIsNamed) {
  fake.status = With(digest, "old", 0);
  const Outcome outcome = Reload(fake.world());
  EXPECT_TRUE(outcome.error().message.contains("within 30 s: the supervisor did not take"))
      << outcome.error().message;
}

TEST_F(ReloadCommand, WhatSystemctlSaysIsPassedOn) {
  fake.result = {.exit_status = 1, .output = "", .errors = "Failed to reload: Access denied\n"};
  EXPECT_TRUE(Reload(fake.world()).error().message.contains("Access denied"));
}

}  // namespace
}  // namespace failover
