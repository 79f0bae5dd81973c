#include "ctl/doctor.h"

#include <gtest/gtest.h>

#include "ctl/text.h"
#include "tests/ctl/doctor_facts_sample.h"
#include "tests/support/temp_dir.h"

namespace failover {
namespace {

DoctorFacts FactsOf(const std::string& situation) {
  DoctorFacts facts = SoundFacts();
  facts.status = Situation(situation);
  if (situation == "token_refused") facts.answers = AnswersWith("unauthorized");
  if (situation == "gateway_lost") facts.answers = AnswersWith("dns");
  if (situation == "one_down") (*facts.answers)[1].status = "down";
  if (situation == "one_down") {
    (*facts.units)["cloudflared_2.service"]["ActiveState"] = "active";
    (*facts.units)["cloudflared_2.service"]["SubState"] = "running";
  }
  return facts;
}

TEST(Doctor, TheFourSituations) {
  for (const char* name : kSituations) {
    const std::string text = Describe(Judge(FactsOf(name)), {});
    ExpectGolden(std::string("doctor_") + name, text);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(Width(line), 100U) << line;
  }
}

TEST(Doctor, EachFaultHasItsRemedy) {
  for (const char* name : kSituations) {
    for (const Finding& finding : Judge(FactsOf(name))) {
      EXPECT_EQ(finding.remedy.empty(), finding.health == Health::kOk) << finding.words;
    }
  }
}

TEST(Doctor, JsonHasTheFindings) {
  const std::string text = ToJson(Judge(FactsOf("token_refused"))).text();
  EXPECT_TRUE(text.contains(R"("fail": 1)")) << text;
  EXPECT_TRUE(text.contains(
      R"({"health": "FAIL", "subject": "token", "words": "the API refuses the token: home and office)"))
      << text;
}

TEST(Doctor, TheCommandFailsWhereNothingIsInstalled) {
  const TempDir dir;
  FakeWorld fake;
  fake.options.config = dir.Path("none/tunnels.json");
  fake.options.orders = dir.Path("none/orders");
  fake.options.audit_log = dir.Path("none/m.log");
  EXPECT_EQ(ShowDoctor(fake.world()), kExitFailed);
  EXPECT_TRUE(fake.out.str().contains("FAIL  configuration")) << fake.out.str();
  EXPECT_TRUE(fake.out.str().contains("FAIL  status         no prober")) << fake.out.str();
}

}  // namespace
}  // namespace failover
