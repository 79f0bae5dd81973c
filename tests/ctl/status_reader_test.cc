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
  EXPECT_EQ(status->gateway().addresses(0), "a\\x0ab");
  EXPECT_EQ(status->gateway().round_trip(), 0);
  EXPECT_EQ(status->gateway().recent_round_trips(0), 0);
  EXPECT_EQ(status->gateway().recent_round_trips(1), 1e11);
  EXPECT_EQ(status->tunnels(0).id(), "\\x07");
  EXPECT_EQ(status->tunnels(0).name(), "x\\xc2\\x9b");
  EXPECT_EQ(status->tunnels(0).failover_on(0), "\\x0d");
  EXPECT_EQ(status->tunnels(0).connectors().uncertainty(), "\\x1b");
  EXPECT_EQ(status->tunnels(0).recent_latencies(0), 0);
  EXPECT_EQ(status->supervisor().refusals().begin()->first, "A\\x1bB");
  EXPECT_EQ(status->supervisor().refusals().begin()->second, 3U);
}

}  // namespace
}  // namespace failover
