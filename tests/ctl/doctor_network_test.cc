#include "ctl/doctor_network.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "health.pb.h"
#include "tests/ctl/doctor_facts_sample.h"

namespace failover {
namespace {

Findings Judged(const DoctorFacts& facts) {
  Findings findings;
  JudgeNetwork(facts, findings);
  return findings;
}

bool Has(const Findings& findings, Health health, const std::string& subject, const std::string& words) {
  return std::ranges::any_of(findings, [&](const Finding& f) {
    return f.health == health && f.subject == subject && f.words.contains(words);
  });
}

TEST(DoctorNetwork, EveryReasonOfUnknownIsAFinding) {
  const auto& reasons = *wire::Reason_descriptor();
  for (int i = 0; i < reasons.value_count(); ++i) {
    const std::string& reason = reasons.value(i)->name();
    if (reason == "none" || reason == "REASON_UNSPECIFIED") continue;
    DoctorFacts facts = SoundFacts();
    (*facts.answers)[1] = {"office", "unknown", reason};
    const Findings findings = Judged(facts);
    const bool said = std::ranges::any_of(findings, [](const Finding& f) {
      return f.health != Health::kOk && f.words.contains("office (asked now)") && !f.remedy.empty();
    });
    EXPECT_TRUE(said) << reason;
  }
}

TEST(DoctorNetwork, AStageIsGoodOnlyForThoseWhoCamePastIt) {
  DoctorFacts facts = SoundFacts();
  facts.answers = std::vector<ApiAnswer>{{"home", "healthy", "none"}, {"office", "unknown", "tls"}};
  const Findings findings = Judged(facts);
  EXPECT_TRUE(Has(findings, Health::kOk, "DNS", "2 of 2"));
  EXPECT_TRUE(Has(findings, Health::kFail, "TLS", "office"));
  EXPECT_TRUE(Has(findings, Health::kOk, "token", "1 of 2"));
  facts.answers = AnswersWith("dns");
  EXPECT_FALSE(Has(Judged(facts), Health::kOk, "token", ""));
  EXPECT_FALSE(Has(Judged(facts), Health::kOk, "TLS", ""));
}

TEST(DoctorNetwork, ManyTunnelsAreCounted) {
  DoctorFacts facts = SoundFacts();
  facts.answers->clear();
  for (int i = 0; i < 9; ++i) facts.answers->push_back({"t" + std::to_string(i), "unknown", "deleted"});
  EXPECT_TRUE(Has(Judged(facts), Health::kFail, "tunnel", "t0, t1, t2, t3, t4 and 4 more"));
}

TEST(DoctorNetwork, GatewaySupervisorReloadAndBudgetAreJudged) {
  DoctorFacts facts = SoundFacts();
  status::Status& status = *facts.status;
  status.mutable_gateway()->set_lost_60s(5);
  EXPECT_TRUE(Has(Judged(facts), Health::kWarn, "gateway", "5 of 20 lost"));
  status.mutable_gateway()->set_state("not_checked");
  EXPECT_TRUE(Has(Judged(facts), Health::kOk, "gateway", "not checked"));
  status.mutable_gateway()->set_state("not_asked_yet");
  EXPECT_TRUE(Has(Judged(facts), Health::kWarn, "gateway", "not asked yet"));
  status.mutable_supervisor()->set_state("away");
  EXPECT_TRUE(Has(Judged(facts), Health::kFail, "supervisor", "nothing can be started"));
  status.mutable_configuration()->set_supervisor_digest("x");
  EXPECT_TRUE(Has(Judged(facts), Health::kWarn, "reload", "different"));
  status.mutable_configuration()->set_last_reload_succeeded(false);
  EXPECT_TRUE(Has(Judged(facts), Health::kFail, "reload", "was refused"));
  status.mutable_budgets(0)->set_interval(9);
  EXPECT_TRUE(Has(Judged(facts), Health::kWarn, "budget", "asked every 9 s instead of 3 s"));
  status.mutable_budgets(0)->set_paused_for(9);
  EXPECT_TRUE(Has(Judged(facts), Health::kFail, "budget", "refuses more for 9 s"));
}

TEST(DoctorNetwork, WithoutStatusAndAnswersThatIsSaid) {
  DoctorFacts facts = SoundFacts();
  facts.status = Fail("no socket");
  facts.answers = Fail("no\nprober");
  const Findings findings = Judged(facts);
  EXPECT_TRUE(Has(findings, Health::kFail, "status", "no socket"));
  EXPECT_TRUE(Has(findings, Health::kWarn, "API", "no\\x0aprober"));
}

}  // namespace
}  // namespace failover
