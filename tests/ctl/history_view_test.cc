#include "ctl/history_view.h"

#include <gtest/gtest.h>

#include "tests/ctl/fake_world.h"
#include "tests/support/temp_dir.h"

namespace failover {
namespace {

constexpr const char* kLog =
    "2026-11-24 22:00:00 [INFO] Cloudflare Tunnel Monitor started.\n"
    "2026-11-24 22:00:01 [INFO] Tunnel f70ff985-a4ef-4643-bbbc-4a0ed4fc8415 (home) status: healthy\n"
    "2026-11-24 22:00:01 [INFO] Tunnel 0c2ab3ee-6d4f-4e0b-9d3c-7b5f6a1d2e3f (office) status: healthy\n"
    "2026-11-24 23:01:07 [INFO] Tunnel f70ff985-a4ef-4643-bbbc-4a0ed4fc8415 (home) status: down\n"
    "2026-11-24 23:01:08 [ERROR] Tunnel f70ff985-a4ef-4643-bbbc-4a0ed4fc8415 (home) is down. Starting local "
    "service cloudflared_1\n"
    "2026-11-24 23:01:08 [INFO] Local service cloudflared_1 started: systemctl exit status 0 after 0.42 s\n"
    "2026-11-24 23:01:16 [INFO] Tunnel f70ff985-a4ef-4643-bbbc-4a0ed4fc8415 (home) status: healthy\n"
    "2026-11-24 23:01:16 [INFO] Tunnel f70ff985-a4ef-4643-bbbc-4a0ed4fc8415 (home) healthy again 8.40 s "
    "after cloudflared_1 was started\n"
    "2026-11-25 01:00:00 [WARNING] Gateway 192.168.1.1 unreachable. Skipping tunnel monitoring.\n"
    "2026-11-25 01:02:00 [INFO] Gateway 192.168.1.1 reachable.\n"
    "2026-11-25 01:30:00 [WARNING] DRILL: Tunnel 0c2ab3ee-6d4f-4e0b-9d3c-7b5f6a1d2e3f (office), by order: "
    "monthly\n"
    "2026-11-25 01:30:02 [ERROR] DRILL: Tunnel 0c2ab3ee-6d4f-4e0b-9d3c-7b5f6a1d2e3f (office) is healthy. "
    "Starting local service cloudflared_2\n"
    "2026-11-25 01:30:02 [INFO] Local service cloudflared_2 started: systemctl exit status 0 after 0.31 s\n"
    "2026-11-25 02:00:00 [INFO] Tunnel 0c2ab3ee-6d4f-4e0b-9d3c-7b5f6a1d2e3f (office): paused until "
    "2026-11-25 04:00:00 by order: kernel upgrade\n";
constexpr std::time_t kNow = 1795576447;  // 2026-11-25 03:14:07 UTC

History Example() {
  UseUtc();
  History history(0, kNow);
  std::istringstream lines(kLog);
  for (std::string text; std::getline(lines, text);) history.Take(*ParseLogLine(text));
  history.End();
  return history;
}

TEST(HistoryView, IsATimeLineAndATable) { ExpectGolden("history", Describe(Example(), "", kNow, {})); }

TEST(HistoryView, OneTunnelComesWithWhatConcernsAll) {
  const std::string text = Describe(Example(), kOffice, kNow, {});
  EXPECT_TRUE(text.contains("Gateway 192.168.1.1 unreachable")) << text;
  EXPECT_TRUE(text.contains("kernel upgrade")) << text;
  EXPECT_FALSE(text.contains("outage")) << text;
  EXPECT_TRUE(text.contains("office  100 %")) << text;
}

TEST(HistoryView, JsonHasTheOutages) {
  const std::string text = ToJson(Example(), kHome, kNow).text();
  for (const char* part : {R"("outages": [{"begin": 1795561267, "end": 1795561276, "seconds": 9}])",
           R"("name": "home")", R"("starts": 1, "failed_starts": 0, "drills": 0, "failbacks": 0)",
           R"({"time": 1795561268, "tunnel": "f70ff985-)"}) {
    EXPECT_TRUE(text.contains(part)) << part << "\n" << text;
  }
  EXPECT_FALSE(text.contains(kOffice)) << text;
}

TEST(HistoryView, AvailabilityIsNeverRoundedUpToAHundred) {
  UseUtc();
  History history(0, kNow);
  history.Take(*ParseLogLine("2016-11-25 00:00:00 [INFO] Tunnel a status: healthy"));
  history.Take(*ParseLogLine("2026-11-25 00:00:00 [INFO] Tunnel a status: down"));
  history.Take(*ParseLogLine("2026-11-25 00:00:01 [INFO] Tunnel a status: healthy"));
  history.End();
  EXPECT_TRUE(Describe(history, "", kNow, {}).contains("99.999 %")) << Describe(history, "", kNow, {});
}

TEST(HistoryView, TheCommandReadsTheLog) {
  UseUtc();
  const TempDir dir;
  FakeWorld fake;
  fake.options.audit_log = dir.Write("m.log", kLog);
  fake.options.tunnel = "home";
  ASSERT_EQ(ShowHistory(fake.world()), 0);
  EXPECT_TRUE(fake.out.str().contains("outage of 9 s ends")) << fake.out.str();
  fake.options.tunnel = "shop";
  EXPECT_TRUE(ShowHistory(fake.world()).error().message.contains("(by the log)"));
  fake.options.since = "soon";
  EXPECT_EQ(ShowHistory(fake.world()).error().exit_status, kExitUsage);
  fake.options = {.audit_log = dir.Path("none/m.log")};
  EXPECT_FALSE(ShowHistory(fake.world()));
}

}  // namespace
}  // namespace failover
