#include "ctl/status_view.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "ctl/text.h"
#include "tests/ctl/situations.h"

namespace failover {
namespace {

TEST(StatusView, TheFourSituations) {
  UseUtc();
  for (const char* name : kSituations) {
    const std::string text = DescribeStatus(Situation(name), {}, {});
    ExpectGolden(std::string("status_") + name, text);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(Width(line), 100U) << line;
  }
}

TEST(StatusView, TheManualShowsWhatIsPrinted) {
  const std::string source = FAILOVER_SOURCE_DIR;
  const std::string manual = ReadFile(source + "/README.md");
  for (const char* name : {"status_one_down", "explain_one_down"}) {
    EXPECT_TRUE(manual.contains(ReadFile(source + "/tests/ctl/golden/" + name + ".txt"))) << name;
  }
}

TEST(StatusView, OneTunnelComesWithItsIds) {
  UseUtc();
  ExpectGolden("status_of_one", DescribeStatus(Situation("one_down"), {.tunnel = 1}, {}));
}

TEST(StatusView, SparklinesShowRoundTripsAndLatencies) {
  UseUtc();
  const StatusView view{.sparklines = StatusView::Sparklines::kYes};
  ExpectGolden("status_watch", DescribeStatus(Situation("gateway_lost"), view,
                                   {.charset = Terminal::Charset::kUtf8, .columns = 140}));
}

TEST(StatusView, WhatIsWrongWithTheWatchingIsSaid) {
  UseUtc();
  status::Status status = Situation("all_well");
  status.mutable_supervisor()->set_state("away");
  (*status.mutable_supervisor()->mutable_refusals())["FOREIGN_UID"] = 3;
  status.mutable_configuration()->set_supervisor_digest("other");
  status.mutable_budgets(0)->set_interval(9.6);
  status.mutable_budgets(0)->set_paused_for(42);
  const std::string text = DescribeStatus(status, {}, {});
  for (const char* words :
      {"NOT CONNECTED", "no supervisor", "3 FOREIGN_UID", "DIFFERENT in prober and supervisor",
          "asked every 9.6 s (STRETCHED, check_interval is 3 s), REFUSED for 42 s more"}) {
    EXPECT_TRUE(text.contains(words)) << words << "\n" << text;
  }
  status.mutable_configuration()->set_last_reload_succeeded(false);
  status.mutable_configuration()->add_faults("tunnels.json: gateway_ip: missing");
  const std::string refused = DescribeStatus(status, {}, {});
  EXPECT_TRUE(refused.contains("REFUSED, the old one is in force")) << refused;
  EXPECT_TRUE(refused.contains("gateway_ip: missing")) << refused;
}

TEST(StatusView, ATunnelThatWasNeverAskedHasNoAges) {
  status::Status status = Situation("all_well");
  status.mutable_tunnels(0)->set_status("not_asked_yet");
  status.mutable_tunnels(0)->set_verdict("VERDICT_UNSPECIFIED");
  const std::string text = DescribeStatus(status, {}, {});
  EXPECT_TRUE(
      text.contains("home      not asked yet  -      -        cloudflared_1  never         not judged yet"))
      << text;
  EXPECT_EQ(CountTunnels(status), "3 tunnels: 1 not asked yet, 2 healthy");
}

TEST(StatusView, AStartThatFailedAndAConfirmationStandOut) {
  status::Status status = Situation("one_down");
  status.mutable_tunnels(1)->set_last_start_outcome("TIMED_OUT");
  EXPECT_TRUE(DescribeStatus(status, {}, {}).contains("8.1 s ago, TIMED OUT"));
  EXPECT_EQ(LastStart(status.tunnels(1)), "8.1 s ago, TIMED OUT");
  status.mutable_tunnels(1)->set_verdict("WAIT_CONFIRMING");
  status.mutable_tunnels(1)->set_failures(1);
  EXPECT_TRUE(DescribeStatus(status, {}, {}).contains("confirms 1/2"));
}

TEST(StatusView, ManyNotesAndManyStatesAreCountedInTheOrderOfTheirFirst) {
  status::Status status;
  for (int i = 0; i < 6; ++i) {
    status::Tunnel& tunnel = *status.add_tunnels();
    tunnel.set_name("t" + std::to_string(i));
    tunnel.set_status(i % 2 == 0 ? "z" : "a");
    tunnel.set_explanation(i % 2 == 0 ? "second letter" : "first letter");
  }
  EXPECT_EQ(CountTunnels(status), "6 tunnels: 3 z, 3 a");
  const std::string text = DescribeStatus(status, {}, {});
  EXPECT_TRUE(text.ends_with("\nt0, t2 and t4: second letter\nt1, t3 and t5: first letter\n")) << text;
}

TEST(StatusView, AnEmptyStatusIsShownAsWell) {
  status::Status status;
  EXPECT_TRUE(DescribeStatus(status, {}, {}).contains("0 tunnels"));
}

}  // namespace
}  // namespace failover
