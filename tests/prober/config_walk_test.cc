#include "prober/config_walk.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "common/log.h"
#include "config.pb.h"
#include "tests/prober/strict_faults.h"
#include "tests/support/config_samples.h"
#include "tests/support/describe_config.h"

namespace failover {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string SyntaxErrorOf(std::string_view text) {
  config::Configuration message;
  const auto faults = ReadMessage(text, message);
  return faults ? "no syntax error" : faults.error().message;
}

TEST(ConfigWalk, SaysTheLineAndColumnOfASyntaxError) {
  const std::string find = "; find it with: python3 -m json.tool FILE";
  const std::string no_object = "not one JSON object, or nested too deeply; compare with the example";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"a": 1 "b": 2})", "1:9: syntax error: Expected , or } after key:value pair" + find},
      {"{\n  \"a\": 1\n  \"b\": 2\n}", "3:3: syntax error: Expected , or } after key:value pair" + find},
      {"{\n\n\"a\": tru}", "3:6: syntax error: Unexpected token" + find},
      {R"({"a": "b\u12"})", "1:9: syntax error: Invalid escape sequence" + find},
      {"{\"a\":\n \"b", "2:4: syntax error: Closing quote expected in string" + find},
      {"{\"a\": \"\xff\"}", "1:8: syntax error: Encountered non UTF-8 code points" + find},
      {"{\"a\": [1, 2}", "1:12: syntax error: Expected , or ] after array value" + find},
      {"{} {}", "1:4: syntax error: Parsing terminated before end of input" + find},
      {"", "1:1: syntax error: Unexpected end of string. Expected a value" + find},
      {"[]", no_object},
      {"null", no_object},
      {"3", no_object},
  };
  for (const auto& [text, line] : cases) EXPECT_EQ(SyntaxErrorOf(text), line) << text;
}

TEST(ConfigWalk, LeavesThePlaceAwayWhereItCannotBeTold) {
  // The text around the fault stands in the file twice, so that its place is not certain.
  const std::string around = R"("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" 1 "aaaaaaaaaaaaaaaaaaaaaaaaaaaa")";
  EXPECT_EQ(SyntaxErrorOf("{\"x\": " + around + ",\"y\": " + around + "}"),
      "syntax error: Expected , or } after key:value pair; find it with: python3 -m "
      "json.tool FILE");
}

TEST(ConfigWalk, TakesNoTextOfTheFileForARepeatedField) {
  EXPECT_THAT(SyntaxErrorOf("{\"a\": \"Repeated map key\" 1}"), testing::HasSubstr("syntax error"));
  EXPECT_EQ(SyntaxErrorOf("{\"values[0]\": 1, \"values[0]\": 2}"),
      "values[0]: repeated field; remove all but one");
}

TEST(ConfigWalk, ASyntaxErrorComesAlone) {
  EXPECT_THAT(FaultsOf("{\"unknown\": 1, \"check_interval\": \"x\", }{"), testing::SizeIs(1));
}

TEST(ConfigWalk, RefusesNestingWithoutAnEnd) {
  for (const std::size_t depth : {60U, 1000U}) {
    std::string objects;
    for (std::size_t i = 0; i < depth; ++i) objects += "{\"a\":";
    EXPECT_NE(SyntaxErrorOf(objects + "1" + std::string(depth, '}')), "no syntax error");
    const std::string lists = std::string(depth, '[') + std::string(depth, ']');
    EXPECT_NE(SyntaxErrorOf("{\"a\":" + lists + "}"), "no syntax error");
  }
}

TEST(ConfigWalk, FillsEveryField) {
  config::Configuration message;
  const auto faults = ReadMessage(
      R"({"gateway_ip": "fe80::1", "check_interval": 1.5, "gateway_check": false,
          "failure_threshold": 100, "failover_on": ["inactive", "down"], "cooldown": 86400,
          "log_every_check": true,
          "tunnels": [{"account_id": "0123456789abcdef0123456789abcdef", "name": "Büro",
                       "tunnel_id": "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415", "service": "a@b",
                       "token_file": "/x", "failover_on": ["down"], "failure_threshold": 3}]})",
      message);
  ASSERT_TRUE(faults.has_value());
  EXPECT_THAT(*faults, IsEmpty());
  EXPECT_EQ(message.gateway_ip(), "fe80::1");
  EXPECT_EQ(message.check_interval(), 1.5);
  EXPECT_FALSE(message.gateway_check());
  EXPECT_EQ(message.failure_threshold(), 100U);
  EXPECT_THAT(message.failover_on(), ElementsAre(config::inactive, config::down));
  EXPECT_TRUE(message.log_every_check());
  ASSERT_EQ(message.tunnels_size(), 1);
  EXPECT_EQ(message.tunnels(0).name(), "Büro");
  EXPECT_EQ(message.tunnels(0).token_file(), "/x");
  EXPECT_EQ(message.tunnels(0).failure_threshold(), 3U);
  EXPECT_THAT(message.tunnels(0).failover_on(), ElementsAre(config::down));
}

// A field without these would be read without a bound, or be refused without a remedy.
TEST(ConfigWalk, EveryFieldOfTheSchemaHasWhatItsReadingNeeds) {
  using google::protobuf::FieldDescriptor;
  for (const auto* type : {config::Configuration::descriptor(), config::Tunnel::descriptor()}) {
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor& field = *type->field(i);
      const config::Rule& rule = field.options().GetExtension(config::rule);
      SCOPED_TRACE(field.full_name());
      EXPECT_FALSE(rule.meaning().empty());
      const auto cpp_type = field.cpp_type();
      EXPECT_FALSE(rule.remedy().empty());
      const bool number =
          cpp_type == FieldDescriptor::CPPTYPE_DOUBLE || cpp_type == FieldDescriptor::CPPTYPE_UINT32;
      EXPECT_EQ(rule.has_min(), number);
      EXPECT_EQ(rule.has_max(), number);
      const bool text = cpp_type == FieldDescriptor::CPPTYPE_STRING || field.enum_type() != nullptr;
      EXPECT_EQ(rule.check_size() > 0, text);
      for (const config::Check& check : rule.check()) {
        EXPECT_NE(check.has_must(), check.has_never());
        EXPECT_FALSE(check.fault().empty());
      }
      for (int k = 0; field.enum_type() != nullptr && k < field.enum_type()->value_count(); ++k) {
        EXPECT_EQ(FaultIn(rule, field.enum_type()->value(k)->name()), "");
      }
      for (const std::string& instead : rule.instead()) {
        EXPECT_NE(type->FindFieldByName(instead), nullptr) << instead;
      }
    }
  }
}

// The schema has the bounds twice: as numbers that are held, and as words that tell them.
TEST(ConfigWalk, ARemedyNamesTheVeryBoundsThatAreHeld) {
  using google::protobuf::FieldDescriptor;
  int fields = 0;
  for (const auto* type : {config::Configuration::descriptor(), config::Tunnel::descriptor()}) {
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor& field = *type->field(i);
      const config::Rule& rule = field.options().GetExtension(config::rule);
      const auto cpp_type = field.cpp_type();
      const bool whole = cpp_type == FieldDescriptor::CPPTYPE_UINT32;
      std::string remedy = rule.remedy();
      if (whole || cpp_type == FieldDescriptor::CPPTYPE_DOUBLE) {
        remedy = std::string(whole ? "write a whole number from " : "write a number from ") +
                 Number(rule.min()) + " to " + Number(rule.max());
      }
      if (cpp_type == FieldDescriptor::CPPTYPE_BOOL) remedy = "write true or false, without quotes";
      EXPECT_EQ(rule.remedy(), remedy) << field.full_name();
      fields += rule.has_min() ? 1 : 0;
    }
  }
  EXPECT_GE(fields, 12);  // none of them was passed over
}

// What root fills in where the file says nothing is in range as well.
TEST(ConfigWalk, EveryDefaultIsAllowedByItsOwnRule) {
  using google::protobuf::FieldDescriptor;
  for (const auto* type : {config::Configuration::descriptor(), config::Tunnel::descriptor()}) {
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor& field = *type->field(i);
      if (!field.has_default_value()) continue;
      const config::Rule& rule = field.options().GetExtension(config::rule);
      const auto cpp_type = field.cpp_type();
      std::string fault;
      if (cpp_type == FieldDescriptor::CPPTYPE_DOUBLE) fault = FaultIn(rule, field.default_value_double());
      if (cpp_type == FieldDescriptor::CPPTYPE_UINT32) fault = FaultIn(rule, field.default_value_uint32());
      if (cpp_type == FieldDescriptor::CPPTYPE_STRING) fault = FaultIn(rule, field.default_value_string());
      EXPECT_EQ(fault, "") << field.full_name();
    }
  }
}

TEST(ConfigWalk, TheManualHasTheTableOfTheSchema) {
  std::stringstream file;
  file << std::ifstream(FAILOVER_SOURCE_DIR "/README.md").rdbuf();
  const std::string manual = file.str();
  const std::string begin = "<!-- fields -->\n";
  const std::size_t first = manual.find(begin);
  const std::size_t last = manual.find("<!-- /fields -->");
  ASSERT_NE(first, manual.npos);
  ASSERT_NE(last, manual.npos);
  EXPECT_EQ(manual.substr(first + begin.size(), last - first - begin.size()), DescribeConfiguration())
      << "put the output of the program describe_config between the two markers";
}

}  // namespace
}  // namespace failover
