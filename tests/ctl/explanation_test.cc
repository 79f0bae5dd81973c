#include "ctl/explanation.h"

#include <gtest/gtest.h>

#include "ctl/verdict_words.h"
#include "tests/ctl/situations.h"

namespace failover {
namespace {

Explanation ExplainOffice(const status::Status& status) { return Explain(status, status.tunnels(1)); }

TEST(Explanation, TheFourSituations) {
  UseUtc();
  for (const char* name : kSituations) {
    ExpectGolden(std::string("explain_") + name, Describe(ExplainOffice(Situation(name)), {}));
  }
}

TEST(Explanation, TheEarliestStartIsTheLatestOfAllBounds) {
  UseUtc();
  status::Status status = Situation("one_down");
  status::Tunnel& office = *status.mutable_tunnels(1);
  EXPECT_NEAR(*ExplainOffice(status).earliest, 51.9, 0.01);  // cooldown
  office.set_paused_for(3600);
  EXPECT_EQ(ExplainOffice(status).earliest, 3600);
  office.set_paused_for(0);
  office.set_last_start_age(500);
  EXPECT_EQ(ExplainOffice(status).earliest, 0);
  EXPECT_EQ(ExplainOffice(status).next_start, "with the next answer that says so");
  office.set_failures(0);
  EXPECT_EQ(ExplainOffice(status).earliest, 2);  // two confirmations
  office.set_failures(1);
  EXPECT_EQ(ExplainOffice(status).needed[0],
      "Cloudflare says degraded, down or inactive 1 more time in a row, asked every 1 s");
}

TEST(Explanation, AFullHourIsBoundedByItsNewestStart) {
  UseUtc();
  status::Status status = Situation("one_down");
  status::Tunnel& office = *status.mutable_tunnels(1);
  office.set_verdict("WAIT_HOURLY_LIMIT");
  office.set_last_start_age(100);
  EXPECT_EQ(ExplainOffice(status).next_start,
      "with the next answer that says so, or later: at the latest when the newest start is an hour old, "
      "2026-11-25 04:12:27 (in 58 min 20 s)");
  status.mutable_configuration()->set_max_starts_per_hour(1);
  EXPECT_EQ(ExplainOffice(status).next_start, "not before 2026-11-25 04:12:27 (in 58 min 20 s)");
}

TEST(Explanation, UnknownLeadsToAStartOnlyIfTheOperatorAskedForIt) {
  UseUtc();
  status::Status status = Situation("token_refused");
  EXPECT_FALSE(ExplainOffice(status).earliest);
  status.mutable_configuration()->set_unknown_is_down_after(1000);
  EXPECT_EQ(ExplainOffice(status).earliest, 246);
  EXPECT_TRUE(ExplainOffice(status).needed[0].starts_with("it stays unknown for 4 min 6 s more"));
}

TEST(Explanation, NothingStartsWithoutASupervisor) {
  status::Status status = Situation("one_down");
  status.mutable_supervisor()->set_state("away");
  const Explanation explanation = ExplainOffice(status);
  EXPECT_FALSE(explanation.earliest);
  EXPECT_EQ(explanation.needed[0], "the supervisor is connected again");
  EXPECT_TRUE(explanation.why.contains("a supervisor that is away")) << explanation.why;
  EXPECT_TRUE(explanation.rule.contains("nothing is started")) << explanation.rule;
}

TEST(Explanation, EveryVerdictIsExplainedByItsOwnWords) {
  const auto& descriptor = *words::Verdict_descriptor();
  for (int i = 0; i < descriptor.value_count(); ++i) {
    status::Status status = Situation("one_down");
    status.mutable_tunnels(1)->set_verdict(descriptor.value(i)->name());
    const Explanation explanation = ExplainOffice(status);
    const VerdictWords words = WordsOf(static_cast<words::Verdict>(descriptor.value(i)->number()));
    EXPECT_EQ(explanation.verdict, descriptor.value(i)->name());
    EXPECT_EQ(explanation.why, words.why);
    EXPECT_EQ(explanation.rule, words.rule);
  }
}

TEST(Explanation, JsonHasTheSame) {
  UseUtc();
  const std::string text = ToJson(ExplainOffice(Situation("one_down"))).text();
  for (const char* part : {R"("verdict": "WAIT_COOLDOWN")", R"("earliest_start_in": 51.9)",
           R"x("cooldown": "1 min, over at 2026-11-25 03:14:59 (in 52 s)")x",
           R"("needed": ["the tunnel goes on failing", )"}) {
    EXPECT_TRUE(text.contains(part)) << part << "\n" << text;
  }
  EXPECT_TRUE(ToJson(ExplainOffice(Situation("all_well"))).text().contains(R"("earliest_start_in": null)"));
}

}  // namespace
}  // namespace failover
