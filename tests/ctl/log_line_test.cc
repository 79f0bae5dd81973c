#include "ctl/log_line.h"

#include <gtest/gtest.h>

namespace failover {
namespace {

using Kind = LogLine::Kind;
constexpr const char* kId = "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415";

struct Case {
  const char* text;  // ID stands for kId
  Kind kind;
  const char *tunnel, *name, *status, *unit;
};

LogLine Parse(std::string text) {
  const std::size_t id = text.find("ID");
  if (id != text.npos) text.replace(id, 2, kId);
  const auto line = ParseLogLine("2026-11-25 03:14:07 [INFO] " + text);
  EXPECT_TRUE(line) << text;
  return line.value_or(LogLine{});
}

TEST(LogLine, EveryKindIsKnown) {
  const Case kCases[] = {{"Tunnel ID status: healthy", Kind::kStatus, kId, "", "healthy", ""},
      {"Tunnel ID (home) status: unknown (timeout)", Kind::kStatus, kId, "home", "unknown", ""},
      {"Tunnel ID (a) is b status: x) status: down", Kind::kStatus, kId, "a) is b status: x", "down", ""},
      {"Tunnel ID\033[2J status: down", Kind::kOther, "", "", "", ""},
      {"Tunnel \xed\x84\xb0\xeb\x84\x90 status: down", Kind::kOther, "", "", "", ""},
      {"Tunnel  status: down", Kind::kOther, "", "", "", ""},
      {"Tunnel abc123 status: down", Kind::kStatus, "abc123", "", "down", ""},
      {"Tunnel ID is down. Starting local service cloudflared_1", Kind::kIntent, kId, "", "",
          "cloudflared_1"},
      {"Tunnel ID (home) is too long unknown. Starting local service a:b.c", Kind::kIntent, kId, "home", "",
          "a:b.c"},
      {"Tunnel ID is down. Would start local service cloudflared_1", Kind::kOther, kId, "", "",
          "cloudflared_1"},
      {"Tunnel ID (home): local service x has been started max_starts_per_hour times", Kind::kNews, kId,
          "home", "", ""},
      {"Tunnel ID (home) has its primary back for 120.04 s. Starting local service failback@cloudflared_1",
          Kind::kFailback, kId, "home", "", "failback@cloudflared_1"},
      {"Local service cloudflared_1 started: systemctl exit status 0 after 0.42 s", Kind::kStarted, "", "",
          "", "cloudflared_1"},
      {"Local service a:b not started: systemctl exit status 5 after 0.1 s: x started: y", Kind::kNotStarted,
          "", "", "", "a:b"},
      {"Local service x outcome unknown: systemctl gave no answer after 100 s", Kind::kNotStarted, "", "",
          "", "x"},
      {"Local service x: outcome unknown; the supervisor ended before systemctl did; see", Kind::kNotStarted,
          "", "", "", "x"},
      {"Local service x: its cooldown begins: y", Kind::kOther, "", "", "", ""},
      {"Tunnel ID healthy again 8.40 s after cloudflared_1 was started", Kind::kNews, kId, "", "", ""},
      {"Tunnel ID (home) is still down 120.00 s after cloudflared_1 was started; see: systemctl status x",
          Kind::kNews, kId, "home", "", ""},
      {"Tunnel ID (home) failed over 3 times within an hour: stays on its backup", Kind::kNews, kId, "home",
          "", ""},
      {"Tunnel ID: paused until 2026-11-25 12:00:00 by order: upgrade", Kind::kNews, kId, "", "", ""},
      {"Tunnel ID (home): paused until 2026-11-25 12:00:00 by order: a) is down. Starting local service x",
          Kind::kNews, kId, "home", "", ""},
      {"Tunnel ID (home): pause ended, its time is over", Kind::kNews, kId, "home", "", ""},
      {"Tunnel ID: pause ended, by order", Kind::kNews, kId, "", "", ""},
      {"DRILL: Tunnel ID (home), by order: (monthly) is x", Kind::kNews, kId, "home", "", ""},
      {"DRILL: Tunnel ID (home) is healthy. Starting local service cloudflared_1", Kind::kDrill, kId, "home",
          "", "cloudflared_1"},
      {"DRILL: Tunnel ID (home) not started: WAIT_COOLDOWN", Kind::kNews, kId, "home", "", ""},
      {"DRILL: Tunnel ID is down. Would start local service x", Kind::kOther, kId, "", "", ""},
      {"Order refused: /run/x.pause: not an order; see failover-supervisor(8)", Kind::kNews, "", "", "", ""},
      {"Configuration reloaded.", Kind::kNews, "", "", "", ""},
      {"Configuration not reloaded, the old one stays: t.json: x", Kind::kNews, "", "", "", ""},
      {"Gateway 192.168.1.1 unreachable. Skipping tunnel monitoring.", Kind::kBlind, "", "", "", ""},
      {"Gateway 192.168.1.1 reachable.", Kind::kSeeing, "", "", "", ""},
      {"Gateway IP: 192.168.1.1", Kind::kOther, "", "", "", ""},
      {"Prober silent for 15 s. Nothing is started meanwhile", Kind::kBlind, "", "", "", ""},
      {"Prober reports again.", Kind::kSeeing, "", "", "", ""},
      {"Cloudflare Tunnel Monitor started.", Kind::kBegin, "", "", "", ""},
      {"Cloudflare Tunnel Monitor stopped.", Kind::kEnd, "", "", "", ""},
      {"Time zone offset changed from +0100 to +0200", Kind::kZone, "", "", "", ""},
      {"Monitoring 2 tunnel(s)", Kind::kOther, "", "", "", ""}};
  for (const Case& c : kCases) {
    const LogLine line = Parse(c.text);
    EXPECT_EQ(line.kind, c.kind) << c.text;
    if (c.kind == Kind::kOther) continue;
    EXPECT_EQ(line.tunnel, c.tunnel) << c.text;
    EXPECT_EQ(line.name, c.name) << c.text;
    EXPECT_EQ(line.status, c.status) << c.text;
    EXPECT_EQ(line.unit, c.unit) << c.text;
  }
}

TEST(LogLine, TheTimeIsTheLocalOneThatStandsThere) {
  const LogLine line = Parse("Prober connected.");
  EXPECT_EQ(line.time.tm_year, 126);
  EXPECT_EQ(line.time.tm_mon, 10);
  EXPECT_EQ(line.time.tm_mday, 25);
  EXPECT_EQ(line.time.tm_hour, 3);
  EXPECT_EQ(line.time.tm_min, 14);
  EXPECT_EQ(line.time.tm_sec, 7);
}

TEST(LogLine, WhatHasNoTimeAndSeverityIsNone) {
  for (const char* text :
      {"", "x", "2026-11-25 03:14:07", "2026-11-25 03:14:07 [INFO", "2026-11-25T03:14:07 [INFO] x",
          "yyyy-11-25 03:14:07 [INFO] x", "  at line 3 of something longer than that [x] y"}) {
    EXPECT_FALSE(ParseLogLine(text)) << text;
  }
}

}  // namespace
}  // namespace failover
