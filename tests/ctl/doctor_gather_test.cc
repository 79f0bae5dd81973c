#include "ctl/doctor_gather.h"

#include <gtest/gtest.h>

#include "tests/ctl/fake_world.h"
#include "tests/support/temp_dir.h"

namespace failover {
namespace {

TEST(ParseUnits, BlocksComeInTheOrderThatWasAskedFor) {
  const auto units = ParseUnits({"a.service", "b.service", "c.service"},
      "Id=a.service\nLoadState=loaded\nFragmentPath=/x=y\n\nId=b.service\nLoadState=not-found\n");
  EXPECT_EQ(units.size(), 2U);
  EXPECT_EQ(units.at("a.service").at("FragmentPath"), "/x=y");
  EXPECT_EQ(units.at("b.service").at("LoadState"), "not-found");
  EXPECT_TRUE(ParseUnits({}, "Id=x\n").empty());
}

TEST(ParseAnswers, IsTheProbersJson) {
  const auto answers = ParseAnswers(R"([
    {"tunnel": "home", "status": "healthy", "reason": "none", "http_status": 200, "milliseconds": 42},
    {"tunnel": "office", "status": "unknown", "reason": "tls", "http_status": 0, "milliseconds": 1}
  ])");
  ASSERT_TRUE(answers);
  ASSERT_EQ(answers->size(), 2U);
  EXPECT_EQ((*answers)[0].tunnel, "home");
  EXPECT_EQ((*answers)[1].status, "unknown");
  EXPECT_EQ((*answers)[1].reason, "tls");
  EXPECT_FALSE(ParseAnswers("a table"));
  EXPECT_FALSE(ParseAnswers("{}"));
}

TEST(LabelsOf, IsAboutTheFilesOfTheUnitsThatTunnelsName) {
  DoctorFacts facts;
  facts.wanted_by = {{"a.service", "home"}, {"b.service", "home"}, {"c.service", "home"}};
  facts.units = std::map<std::string, UnitFacts>{{"a.service", {{"FragmentPath", "/a"}}},
      {"b.service", {{"FragmentPath", ""}}}, {"x.service", {{"FragmentPath", "/x"}}}};
  const auto labels = LabelsOf(facts, [](const std::string& path) { return "label of " + path; });
  EXPECT_EQ(labels, (std::map<std::string, std::string>{{"a.service", "label of /a"}}));
}

struct Gather : testing::Test {
  Gather() {
    fake.options.config = dir.Write("tunnels.json", kConfigText);
    std::filesystem::permissions(fake.options.config, std::filesystem::perms(0640));
    fake.options.orders = dir.Path("");
    fake.options.audit_log = dir.Path("m.log");
    fake.options.prober = "/p";
    fake.options.systemctl = "/s";
  }

  TempDir dir;
  FakeWorld fake;
};

TEST_F(Gather, RootAsksEverybodyAnew) {
  fake.status = Situation("all_well");
  fake.result.output = R"([{"tunnel": "home", "status": "healthy", "reason": "none"}])";
  const DoctorFacts facts = GatherFacts(fake.world());
  ASSERT_EQ(facts.reader, DoctorFacts::Reader::kRoot) << "the tests run as root";
  EXPECT_EQ(fake.runs,
      (std::vector<std::string>{"/p --check-config --config " + fake.options.config,
          "/s show --no-pager --property=Id,LoadState,ActiveState,SubState,UnitFileState,FragmentPath,"
          "NeedDaemonReload,NRestarts -- failover-monitor.service failover-prober.service "
          "cloudflared_1.service "
          "cloudflared_2.service",
          "/p --check-online --json --config " + fake.options.config}));
  ASSERT_TRUE(facts.check && *facts.check);
  EXPECT_TRUE((*facts.check)->faults.empty());
  EXPECT_EQ(facts.answers_from, "asked now");
  EXPECT_EQ(facts.answers->size(), 1U);
  EXPECT_EQ(facts.wanted_by.at("cloudflared_2.service"), "office");
  EXPECT_EQ(facts.orders.owner, "root");
  EXPECT_EQ(facts.orders.mode, 0700U);
  EXPECT_EQ(facts.log_file.fault, "No such file or directory");
  EXPECT_GT(*facts.log_space, 0);
}

TEST_F(Gather, ManyTunnelsAreNotAskedForAgain) {
  std::string text = R"({"gateway_check": false, "tunnels": [)";
  for (int i = 0; i < 101; ++i) {
    const std::string number = std::to_string(100 + i);
    text += (i > 0 ? "," : "") +
            std::string(R"({"account_id": "699d98642c564d2e855e9661899b7252", "token": "abc",)") +
            R"("tunnel_id": "f70ff985-a4ef-4643-bbbc-4a0ed4fc8)" + number + R"(", "service": "s"})";
  }
  dir.Write("tunnels.json", text + "]}");
  fake.status = Situation("token_refused");
  const DoctorFacts facts = GatherFacts(fake.world());
  ASSERT_TRUE(facts.config) << facts.config.error()[0];
  EXPECT_EQ(fake.runs.size(), 2U);
  EXPECT_EQ(facts.answers_from, "as the prober saw it last");
  ASSERT_EQ(facts.answers->size(), 3U);
  EXPECT_EQ((*facts.answers)[0].reason, "unauthorized");
}

TEST_F(Gather, UnitsOfAFailbackAreLookedUpAndWhatNamesNoneIsNot) {
  fake.options.config = "/nonexistent";
  fake.status = Situation("one_down");
  fake.status->mutable_tunnels(0)->set_unit(kUnreadable);
  const DoctorFacts facts = GatherFacts(fake.world());
  EXPECT_TRUE(
      fake.runs.at(1).ends_with(" -- failover-monitor.service failover-prober.service "
                                "cloudflared_2.service cloudflared_3.service "
                                "failback@cloudflared_2.service"))
      << fake.runs.at(1);
  EXPECT_EQ(facts.wanted_by.at("failback@cloudflared_2.service"), "office");
}

TEST_F(Gather, WithoutAnythingEachPartSaysSo) {
  fake.options.config = "/nonexistent";
  fake.result = {.exit_status = 1, .output = "", .errors = "not booted\nmore"};
  const DoctorFacts facts = GatherFacts(fake.world());
  EXPECT_FALSE(facts.config);
  EXPECT_EQ(facts.units.error().message, "systemctl show: not booted");
  EXPECT_EQ(facts.status.error().message, "no prober");
  EXPECT_EQ(facts.answers.error().message, "no prober");
}

TEST_F(Gather, WithTheGatewayLostOldAnswersAreNone) {
  fake.options.config = "/nonexistent";
  fake.status = Situation("gateway_lost");
  EXPECT_TRUE(GatherFacts(fake.world()).answers.error().message.contains("gateway is lost"));
}

}  // namespace
}  // namespace failover
