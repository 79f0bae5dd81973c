#include "ctl/health_check.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/ctl/situations.h"

namespace failover {
namespace {

TEST(HealthCheck, TheFourSituations) {
  for (const char* name : kSituations) {
    const status::Status status = Situation(name);
    std::string text = "$ failoverctl check\n";
    for (const std::optional<std::size_t>& tunnel :
        {std::optional<std::size_t>(), std::optional<std::size_t>(1)}) {
      if (tunnel) text += "$ failoverctl check office\n";
      const HealthCheck check = Check(status, tunnel);
      text += Describe(check) + "exit status " + std::to_string(static_cast<int>(check.grade)) + "\n";
    }
    ExpectGolden(std::string("check_") + name, text);
  }
}

using Change = void (*)(status::Status&);
struct Case {
  const char* what;
  Change change;
  Grade all, office;
};

TEST(HealthCheck, EachTroubleHasItsGrade) {
  using enum Grade;
  const Case kCases[] = {{"degraded and in failover_on, confirmed",
                             [](auto& s) {
                               s.mutable_tunnels(1)->set_status("degraded");
                               s.mutable_tunnels(1)->set_failures(2);
                             },
                             kCritical, kCritical},
      {"degraded, not in failover_on",
          [](auto& s) {
            s.mutable_tunnels(1)->set_status("degraded");
            s.mutable_tunnels(1)->clear_failover_on();
            s.mutable_tunnels(1)->add_failover_on("down");
          },
          kWarning, kWarning},
      {"down, not confirmed", [](auto& s) { s.mutable_tunnels(1)->set_status("down"); }, kWarning, kWarning},
      {"down for long enough by the prober, without a supervisor's count",
          [](auto& s) {
            s.mutable_supervisor()->set_state("away");
            s.mutable_tunnels(1)->set_status("down");
            s.mutable_tunnels(1)->set_backup_wanted(true);
          },
          kCritical, kCritical},
      {"healthy long ago", [](auto& s) { s.mutable_tunnels(1)->set_last_check_age(25); }, kUnknown,
          kUnknown},
      {"asked rarely, as the budget has it",
          [](auto& s) {
            s.mutable_tunnels(1)->set_last_check_age(25);
            for (auto& budget : *s.mutable_budgets()) budget.set_interval(5);
          },
          kOk, kOk},
      {"a gateway that is not probed", [](auto& s) { s.mutable_gateway()->set_last_probe_age(25); },
          kUnknown, kUnknown},
      {"not asked yet", [](auto& s) { s.mutable_tunnels(1)->set_status("not_asked_yet"); }, kUnknown,
          kUnknown},
      {"another tunnel", [](auto& s) { s.mutable_tunnels(0)->set_status("unknown"); }, kUnknown, kOk},
      {"no supervisor", [](auto& s) { s.mutable_supervisor()->set_state("away"); }, kWarning, kWarning},
      {"a silent supervisor", [](auto& s) { s.mutable_supervisor()->set_last_acknowledgement_age(16); },
          kWarning, kWarning},
      {"a reload that was refused",
          [](auto& s) { s.mutable_configuration()->set_last_reload_succeeded(false); }, kWarning, kWarning},
      {"two configurations", [](auto& s) { s.mutable_configuration()->set_supervisor_digest("x"); },
          kWarning, kWarning},
      {"two configurations, during a reload",
          [](auto& s) {
            s.mutable_configuration()->set_supervisor_digest("x");
            s.mutable_configuration()->set_last_reload_age(2);
          },
          kOk, kOk},
      {"a rate limit", [](auto& s) { s.mutable_budgets(0)->set_paused_for(30); }, kWarning, kWarning},
      {"no record", [](auto& s) { s.mutable_tunnels(1)->set_verdict("WAIT_NO_RECORD"); }, kCritical,
          kCritical},
      {"flapping", [](auto& s) { s.mutable_tunnels(1)->set_failback("FAILBACK_FLAPPING"); }, kWarning,
          kWarning},
      {"a pause", [](auto& s) { s.mutable_tunnels(1)->set_paused_for(60); }, kOk, kOk},
      {"gateway not checked", [](auto& s) { s.mutable_gateway()->set_state("not_checked"); }, kOk, kOk}};
  for (const Case& c : kCases) {
    status::Status status = Situation("all_well");
    c.change(status);
    EXPECT_EQ(Check(status, std::nullopt).grade, c.all) << c.what;
    EXPECT_EQ(Check(status, 1).grade, c.office) << c.what;
  }
}

TEST(HealthCheck, WhatIsDownOutweighsWhatIsUnknown) {
  status::Status status = Situation("one_down");
  status.mutable_tunnels(0)->set_status("unknown");
  const HealthCheck check = Check(status, std::nullopt);
  EXPECT_EQ(check.grade, Grade::kCritical);
  EXPECT_TRUE(check.text.starts_with("office down")) << check.text;
}

TEST(HealthCheck, APauseIsSaid) {
  status::Status status = Situation("all_well");
  status.mutable_tunnels(1)->set_paused_for(60);
  EXPECT_EQ(Check(status, std::nullopt).text, "3 tunnels: 3 healthy, 1 paused");
  EXPECT_EQ(Check(status, 1).text, "office healthy for 3 d 4 h, paused for 1 min");
}

TEST(HealthCheck, TheLineIsOneLineWhateverTheLabels) {
  status::Status status = Situation("one_down");
  status.mutable_tunnels(1)->set_name("o|f'f=ice");
  status.mutable_budgets(0)->set_name("it's | a=b");
  const std::string line = Describe(Check(status, std::nullopt));
  EXPECT_EQ(std::ranges::count(line, '|'), 1);
  EXPECT_TRUE(line.contains("o/f'f=ice")) << line;
  EXPECT_TRUE(line.contains("'budget it_s _ a_b'=101")) << line;
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
}

TEST(HealthCheck, ManyFaultsAreCounted) {
  status::Status status = Situation("token_refused");
  for (int i = 0; i < 10; ++i) {
    *status.add_tunnels() = status.tunnels(0);
    status.mutable_tunnels(i + 3)->set_name("t" + std::to_string(i));
  }
  EXPECT_TRUE(Check(status, std::nullopt).text.ends_with("; and 9 more"));
}

TEST(HealthCheck, WithoutAStatusNothingIsKnown) {
  EXPECT_EQ(Describe(NothingKnown("no socket")), "UNKNOWN - no socket\n");
  EXPECT_EQ(ToJson(NothingKnown("x")).text(),
      R"({"state": "UNKNOWN", "exit_status": 3, "text": "x", "perfdata": []})");
}

}  // namespace
}  // namespace failover
