#include "ctl/history.h"

#include <gtest/gtest.h>

#include "tests/ctl/fake_world.h"

namespace failover {
namespace {

// Midnight of 2026-11-25, UTC; the lines' times are of that day.
constexpr std::time_t kDay = 1795564800;

History Read(
    const std::vector<std::string>& lines, std::time_t since = 0, std::time_t now = kDay + 4 * 3600) {
  UseUtc();
  History history(since, now);
  for (std::string text : lines) {
    for (const auto& [word, id] : {std::pair("HOME", kHome), std::pair("OFFICE", kOffice)}) {
      if (const std::size_t at = text.find(word); at != text.npos)
        text.replace(at, std::string(word).size(), id);
    }
    const auto line = ParseLogLine("2026-11-25 " + text.substr(0, 8) + " [INFO]" + text.substr(8));
    if (!line) ADD_FAILURE() << text;
    if (line) history.Take(*line);
  }
  history.End();
  return history;
}

const std::vector<std::string> kOutage = {"00:00:00 Cloudflare Tunnel Monitor started.",
    "00:00:00 Tunnel HOME (home) status: healthy", "01:00:00 Tunnel HOME (home) status: down",
    "01:00:00 Tunnel HOME (home) is down. Starting local service cloudflared_1",
    "01:00:01 Local service cloudflared_1 started: systemctl exit status 0 after 0.42 s",
    "01:00:36 Tunnel HOME (home) status: healthy",
    "01:00:36 Tunnel HOME (home) healthy again 35 s after cloudflared_1 was started"};

TEST(History, CountsAnOutageAndWhatItCost) {
  const History history = Read(kOutage);
  const History::Track& home = history.tracks().at(kHome);
  EXPECT_EQ(home.name, "home");
  EXPECT_EQ(home.down, 36);
  EXPECT_EQ(home.up, 4 * 3600 - 36);
  EXPECT_EQ(home.unknown, 0);
  EXPECT_NEAR(*home.available_percent(), 99.75, 1e-9);
  ASSERT_EQ(home.outages.size(), 1U);
  EXPECT_EQ(*home.outages[0].end - home.outages[0].begin, 36);
  EXPECT_EQ(home.starts, 1U);
  EXPECT_EQ(home.failed_starts, 0U);
  ASSERT_EQ(history.events().size(), 7U);
  EXPECT_EQ(history.events()[2].words, "down: outage begins");
  EXPECT_EQ(history.events()[4].tunnel, kHome);  // by the unit that was last started for it
  EXPECT_EQ(history.events()[5].words, "healthy: outage of 36 s ends");
  EXPECT_EQ(history.events()[6].words, "healthy again 35 s after cloudflared_1 was started");
}

TEST(History, SinceLeavesOutWhatWasBeforeButKeepsTheState) {
  const History history = Read(kOutage, kDay + 3600 + 30);
  const History::Track& home = history.tracks().at(kHome);
  EXPECT_EQ(home.down, 6);
  EXPECT_EQ(home.up, 3 * 3600 - 36);
  EXPECT_EQ(home.starts, 0U);
  EXPECT_EQ(home.outages.size(), 1U);  // it reaches into the time that is asked about
  EXPECT_EQ(history.events().size(), 2U);
  EXPECT_TRUE(Read(kOutage, kDay + 3700).tracks().at(kHome).outages.empty());
  EXPECT_EQ(Read(kOutage, kDay + 3700).begin(), kDay + 3700);
}

TEST(History, TimeInWhichNobodyLookedIsNotKnown) {
  const History history = Read({"00:00:00 Tunnel HOME status: healthy",
      "01:00:00 Gateway 192.168.1.1 unreachable. Skipping tunnel monitoring.",
      "01:10:00 Gateway 192.168.1.1 reachable.",
      "02:00:00 Prober silent for 15 s. Nothing is started meanwhile", "02:05:00 Prober reports again.",
      "03:00:00 Cloudflare Tunnel Monitor stopped.", "03:30:00 Cloudflare Tunnel Monitor started.",
      "03:30:05 Tunnel HOME status: unknown (timeout)", "03:30:10 Tunnel HOME status: down"});
  const History::Track& home = history.tracks().at(kHome);
  EXPECT_EQ(home.unknown, 600 + 300 + 1800 + 5 + 5);
  EXPECT_EQ(home.down, 1800 - 10);
  EXPECT_EQ(home.up, 3 * 3600 - 900);
  ASSERT_EQ(home.outages.size(), 1U);
  EXPECT_FALSE(home.outages[0].end);
}

TEST(History, AnOutageGoesOnWhileNothingIsKnown) {
  const History history =
      Read({"00:00:00 Tunnel HOME status: down", "00:01:00 Tunnel HOME status: unknown (timeout)",
          "00:02:00 Tunnel HOME status: inactive", "00:03:00 Tunnel HOME status: degraded"});
  const History::Track& home = history.tracks().at(kHome);
  ASSERT_EQ(home.outages.size(), 1U);
  EXPECT_EQ(*home.outages[0].end - home.outages[0].begin, 180);
  EXPECT_EQ(home.down, 120);
  EXPECT_EQ(home.unknown, 60);
}

TEST(History, WhatIsSaidEveryTimeIsOneChange) {
  const History history = Read({"00:00:00 Tunnel HOME status: down", "00:00:03 Tunnel HOME status: down",
      "00:00:06 Tunnel HOME status: down"});
  EXPECT_EQ(history.events().size(), 1U);
  EXPECT_EQ(history.tracks().at(kHome).outages.size(), 1U);
}

TEST(History, TunnelsAndFailuresAreToldApart) {
  const History history =
      Read({"00:00:00 Tunnel HOME status: healthy", "00:00:00 Tunnel OFFICE status: down",
          "00:00:01 Tunnel OFFICE is down. Starting local service cloudflared_2",
          "00:00:02 Local service cloudflared_2 not started: systemctl exit status 5 after 0.1 s",
          "00:01:00 DRILL: Tunnel HOME (home), by order: monthly",
          "00:01:01 DRILL: Tunnel HOME (home) is healthy. Starting local service cloudflared_1",
          "00:01:02 Local service cloudflared_1 started: systemctl exit status 0 after 0.42 s",
          "00:01:05 DRILL: Tunnel HOME (home) not started: WAIT_COOLDOWN",
          "00:05:00 Tunnel HOME (home) has its primary back for 120.00 s. Starting local service f@x"});
  EXPECT_EQ(history.tracks().at(kOffice).failed_starts, 1U);
  EXPECT_EQ(history.tracks().at(kHome).failed_starts, 0U);
  EXPECT_EQ(history.tracks().at(kHome).drills, 1U);
  EXPECT_EQ(history.tracks().at(kHome).failbacks, 1U);
  EXPECT_EQ(history.tracks().at(kHome).starts, 0U);
  std::vector<std::string> words;
  for (const History::Event& event : history.events()) {
    if (event.tunnel == kHome) words.push_back(event.words);
  }
  EXPECT_EQ(words,
      (std::vector<std::string>{"healthy", "drill, by order: monthly", "drill: starting cloudflared_1",
          "cloudflared_1 started: systemctl exit status 0 after 0.42 s", "drill not started: WAIT_COOLDOWN",
          "failback: starting f@x"}));
  EXPECT_EQ(history.tracks().at(kHome).available_percent(), 100);
  EXPECT_EQ(history.tracks().at(kOffice).available_percent(), 0);
  EXPECT_EQ(history.tunnels().size(), 2U);
}

TEST(History, ANewTimeZoneIsFollowed) {
  // An hour back, as at the end of summer time: 02:00 is an hour after 02:00.
  const History history = Read({"01:00:00 Tunnel HOME status: down",
      "02:00:00 Time zone offset changed from +0000 to -0100", "02:00:00 Tunnel HOME status: healthy"});
  EXPECT_EQ(history.tracks().at(kHome).down, 2 * 3600);
  EXPECT_EQ(history.tracks().at(kHome).up, 3600);
}

TEST(History, TimeNeverGoesBack) {
  const History history =
      Read({"02:00:00 Tunnel HOME status: down", "01:00:00 Tunnel HOME status: healthy"});
  EXPECT_EQ(history.tracks().at(kHome).down, 0);
  EXPECT_EQ(history.tracks().at(kHome).up, 2 * 3600);
}

TEST(History, AfterALossOfPowerTheTimeSinceTheLastLineIsNotKnown) {
  const History history = Read({"00:00:00 Cloudflare Tunnel Monitor started.",
      "00:00:00 Tunnel HOME status: healthy", "00:30:00 A line that tells nothing else",
      "03:00:00 Cloudflare Tunnel Monitor started.", "03:00:00 Tunnel HOME status: healthy"});
  const History::Track& home = history.tracks().at(kHome);
  EXPECT_EQ(home.up, 1800 + 3600);
  EXPECT_EQ(home.unknown, 9000);
  EXPECT_EQ(history.events()[0].words, "monitor started");
  EXPECT_EQ(history.events()[2].words, "monitor started; its end before was not logged");
}

// Days of the log after kDay's.
void TakeOn(History& history, const std::string& date, const std::string& text) {
  const auto line = ParseLogLine(date + " [INFO] Tunnel " + kHome + " status: " + text);
  ASSERT_TRUE(line) << text;
  history.Take(*line);
}

TEST(History, AClockThatWasAheadSpoilsOnlyItsOwnLines) {
  UseUtc();
  for (const char* wrong : {"2036-01-01 00:00:00", "2026-11-25 20:00:00"}) {
    History history(0, kDay + 86400);
    TakeOn(history, "2026-11-25 00:00:00", "healthy");
    TakeOn(history, wrong, "down");
    TakeOn(history, "2026-11-25 02:00:00", "healthy");
    TakeOn(history, "2026-11-25 03:00:00", "down");
    history.End();
    const History::Track& home = history.tracks().at(kHome);
    EXPECT_EQ(home.up + home.down, 86400) << wrong;
    EXPECT_GE(home.down, 21 * 3600) << wrong;
    EXPECT_LE(home.down, 23 * 3600) << wrong;
    EXPECT_EQ(history.begin(), kDay) << wrong;
    ASSERT_EQ(home.outages.size(), 2U) << wrong;
    EXPECT_LE(*home.outages[0].end - home.outages[0].begin, 7200) << wrong;
    EXPECT_EQ(home.outages[1].begin, kDay + 3 * 3600) << wrong;
  }
}

TEST(History, AnAheadFirstLineDoesNotHideTheRest) {
  UseUtc();
  History history(0, kDay + 86400);
  TakeOn(history, "2036-01-01 00:00:00", "healthy");
  TakeOn(history, "2026-11-25 00:00:00", "down");
  history.End();
  EXPECT_EQ(history.begin(), kDay);
  EXPECT_EQ(history.tracks().at(kHome).down, 86400);
}

TEST(History, AClockThatIsBehindAfterABootTakesNothingBack) {
  UseUtc();
  History history(0, kDay + 86400);
  TakeOn(history, "2026-11-25 00:00:00", "healthy");
  TakeOn(history, "2026-11-25 06:00:00", "down");
  TakeOn(history, "2020-01-01 00:00:00", "healthy");
  TakeOn(history, "2026-11-25 07:00:00", "healthy");
  history.End();
  EXPECT_EQ(history.begin(), kDay);
  EXPECT_EQ(history.tracks().at(kHome).up, 86400);
  EXPECT_EQ(history.events().size(), 3U);
}

TEST(History, NothingIsKnownOfAnEmptyLog) {
  const History history = Read({});
  EXPECT_TRUE(history.tracks().empty());
  EXPECT_EQ(history.begin(), kDay + 4 * 3600);
}

}  // namespace
}  // namespace failover
