#include "prober/json_text.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>

#include "status.pb.h"

namespace failover {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

std::string Written(double value) {
  std::string out;
  AppendNumber(value, out);
  return out;
}

TEST(JsonText, EscapesWhatAStringMayNotHave) {
  EXPECT_EQ(Quoted("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(Quoted("a\nb\x1b\x7f"), R"("a\u000ab\u001b\u007f")");
  EXPECT_EQ(Quoted("Büro 터널 \xf0\x9f\x94\x92"), "\"Büro 터널 \xf0\x9f\x94\x92\"");
}

TEST(JsonText, WhatIsNoUtf8IsReplacedByteByByte) {
  const std::string u = "\xef\xbf\xbd";
  for (const char* bad :
      {"\xff", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3", "\x80"}) {
    std::string expected = "\"";
    for (std::size_t i = 0; i < std::string_view(bad).size(); ++i) expected += u;
    EXPECT_EQ(Quoted(bad), expected + "\"");
  }
  EXPECT_EQ(Quoted("\xc3x"), "\"" + u + "x\"");
}

TEST(JsonText, NumbersReadBackAsThemselves) {
  EXPECT_EQ(Written(0), "0");
  EXPECT_EQ(Written(0.0001), "0.0001");
  EXPECT_EQ(Written(1795578863.579), "1795578863.579");
  EXPECT_EQ(Written(960), "960");
  for (const double value : {1e-9, 1e300, 0.1 + 0.2, -1.5, 123456789012345.0}) {
    EXPECT_EQ(std::stod(Written(value)), value);
  }
}

TEST(JsonText, ProtobufsOwnReaderReadsTheSameMessage) {
  status::Status status;
  status.set_version(1);
  status.set_time(1.5);
  status.mutable_gateway()->add_recent_round_trips(0.25);
  status.mutable_gateway()->add_addresses("192.0.2.1");
  status::Tunnel& tunnel = *status.add_tunnels();
  tunnel.set_name("a \"b\"\n");
  tunnel.set_backup_wanted(true);
  tunnel.mutable_connectors()->set_count(3);
  status.add_tunnels();
  (*status.mutable_supervisor()->mutable_refusals())["BAD_VALUE"] = ~std::uint64_t{0};
  std::string json;
  AppendJson(status, json);
  status::Status read;
  const auto result = google::protobuf::util::JsonStringToMessage(json, &read);
  ASSERT_TRUE(result.ok()) << result.ToString() << json;
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(status, read)) << json;
}

TEST(JsonText, ZeroAndEmptyFieldsAreWrittenAbsentMessagesAreNot) {
  std::string json;
  AppendJson(status::Connectors(), json);
  EXPECT_EQ(json, R"({"count":0,"own_known":false,"primary":"","uncertainty":"","age":0})");
  json.clear();
  AppendJson(status::Tunnel(), json);
  EXPECT_EQ(json.find("connectors"), json.npos);
}

}  // namespace
}  // namespace failover
