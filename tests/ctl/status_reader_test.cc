#include "ctl/status_reader.h"

#include <gtest/gtest.h>

#include "tests/ctl/situations.h"

namespace failover {
namespace {

TEST(ParseStatus, ReadsEveryExampleAndPrintsItWithTheSchemasNames) {
  for (const char* name : kSituations) {
    const status::Status status = Situation(name);
    EXPECT_EQ(status.tunnels_size(), 3) << name;
    const std::string printed = PrintStatus(status);
    EXPECT_TRUE(printed.contains("\"last_check_age\"")) << name;
    const auto again = ParseStatus(printed);
    ASSERT_TRUE(again) << name;
    EXPECT_EQ(again->SerializeAsString().size(), status.SerializeAsString().size()) << name;
  }
}

TEST(ParseStatus, IgnoresFieldsOfANewerVersion) {
  const auto status =
      ParseStatus(R"({"version": 1, "weather": {"sun": [1]}, "gateway": {"x": 1, "state": "reachable"}})");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->gateway().state(), "reachable");
}

TEST(ParseStatus, RefusesWhatIsNoStatusOfThisFormat) {
  for (const char* body :
      {"", "[]", "null", "{", R"({"version": "x"})", "<html>", R"({"tunnels": 5, "version": 1})"}) {
    EXPECT_FALSE(ParseStatus(body)) << body;
  }
  EXPECT_TRUE(ParseStatus(R"({"version": 2})").error().message.contains("format version 2, not 1"));
  EXPECT_TRUE(ParseStatus("{}").error().message.contains("format version 0"));
}

TEST(ParseStatus, LeavesNoControlCharacterAndNoNumberThatIsNone) {
  const auto status =
      ParseStatus(R"({"version": 1, "program_version": "1\u001b[2J", "time": "Infinity", "uptime": -5,
      "gateway": {"addresses": ["a\nb"], "round_trip": "NaN", "recent_round_trips": ["-Infinity", 1e300]},
      "tunnels": [{"id": "\u0007", "name": "x\u009b", "failover_on": ["\r"],
                   "connectors": {"uncertainty": "\u001b"}, "recent_latencies": [-1]}],
      "supervisor": {"refusals": {"A\u001bB": 3}}})");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->program_version(), "1\\x1b[2J");
  EXPECT_EQ(status->time(), 0);
  EXPECT_EQ(status->uptime(), 0);
  EXPECT_EQ(status->gateway().addresses(0), "?");
  EXPECT_EQ(status->gateway().round_trip(), 0);
  EXPECT_EQ(status->gateway().recent_round_trips(0), 0);
  EXPECT_EQ(status->gateway().recent_round_trips(1), 1e11);
  EXPECT_EQ(status->tunnels(0).id(), "?");
  EXPECT_EQ(status->tunnels(0).name(), "x\\xc2\\x9b");
  EXPECT_EQ(status->tunnels(0).failover_on(0), "\\x0d");
  EXPECT_EQ(status->tunnels(0).connectors().uncertainty(), "\\x1b");
  EXPECT_EQ(status->tunnels(0).recent_latencies(0), 0);
  EXPECT_EQ(status->supervisor().refusals().begin()->first, "A\\x1bB");
  EXPECT_EQ(status->supervisor().refusals().begin()->second, 3U);
}

TEST(ParseStatus, ATextIsCutBetweenTwoCharacters) {
  const std::string korean = "ab" + std::string(100'000, 'c');
  std::string wide;
  for (int i = 0; i < 400; ++i) wide += "본";  // 512 is no multiple of 3
  const auto status =
      ParseStatus(R"({"version": 1, "program_version": ")" + wide + R"(", "configuration": {"faults": [")" +
                  korean + R"(", "\u0007\u0007)" + korean + R"("]}})");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->program_version(), wide.substr(0, 510));
  EXPECT_EQ(status->configuration().faults(0), korean.substr(0, 512));
  EXPECT_EQ(status->configuration().faults(1), "\\x07\\x07" + korean.substr(0, 504));
  const std::string exact(512, 'x');
  EXPECT_EQ(
      ParseStatus(R"({"version": 1, "program_version": ")" + exact + R"("})")->program_version(), exact);
}

TEST(ParseStatus, TooManyTunnelsAreNoAnswer) {
  const auto body = [](int tunnels) {
    std::string text = R"({"version": 1, "tunnels": [{})";
    for (int i = 1; i < tunnels; ++i) text += ",{}";
    return text + "]}";
  };
  EXPECT_EQ(ParseStatus(body(20'000))->tunnels_size(), 20'000);
  EXPECT_EQ(ParseStatus(body(20'001)).error().message,
      "the answer has 20001 tunnels; more than 20000 are not read");
}

status::Tunnel TunnelWith(const std::string& field, const std::string& value) {
  const auto status =
      ParseStatus(R"({"version": 1, "tunnels": [{")" + field + R"(": ")" + value + R"("}]})");
  return status ? status->tunnels(0) : status::Tunnel();
}

TEST(ParseStatus, WhatGoesIntoCommandsHasItsForm) {
  EXPECT_EQ(
      TunnelWith("id", "F70FF985-a4ef-4643-bbbc-4a0ed4fc8415").id(), "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415");
  for (const char* bad : {"", "x", "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415;", "../../x"})
    EXPECT_EQ(TunnelWith("id", bad).id(), "?") << bad;
  for (const char* good : {"", "cloudflared_1.service", "failback@a.b:c-d.service"}) {
    EXPECT_EQ(TunnelWith("unit", good).unit(), good);
    EXPECT_EQ(TunnelWith("failback_unit", good).failback_unit(), good);
  }
  EXPECT_EQ(TunnelWith("unit", R"(a\\x2db.service)").unit(), R"(a\x2db.service)");
  const std::string long_unit = std::string(248, 'x') + ".service";
  for (const std::string& bad : {std::string("x; evil.service"), std::string("x"), std::string("x.socket"),
           std::string("-Hevil.service"), std::string("$(evil).service"), std::string("*.service"),
           std::string("본.service"), long_unit}) {
    EXPECT_EQ(TunnelWith("unit", bad).unit(), "?") << bad;
    EXPECT_EQ(TunnelWith("failback_unit", bad).failback_unit(), "?") << bad;
  }
}

TEST(ParseStatus, AddressesOfTheGatewayHaveTheirForm) {
  const auto status = ParseStatus(R"({"version": 1, "gateway": {"answered_by": "1.1.1.1; evil",
      "addresses": ["192.168.1.1", "fe80::1%eth0", "-f", "`x`", "a b"]}})");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->gateway().answered_by(), "?");
  const auto& addresses = status->gateway().addresses();
  EXPECT_EQ(std::vector<std::string>(addresses.begin(), addresses.end()),
      (std::vector<std::string>{"192.168.1.1", "fe80::1%eth0", "?", "?", "?"}));
}

}  // namespace
}  // namespace failover
