#include "ctl/json.h"

#include <gtest/gtest.h>

#include <cmath>

namespace failover {
namespace {

TEST(Json, ValuesAreTheirText) {
  EXPECT_EQ(Json().text(), "null");
  EXPECT_EQ(Json(true).text(), "true");
  EXPECT_EQ(Json(42U).text(), "42");
  EXPECT_EQ(Json(12345.678).text(), "12345.678");
  EXPECT_EQ(Json(NAN).text(), "null");
  EXPECT_EQ(
      Json::Object({{"a", 1}, {"b", Json::List({"x", Json()})}}).text(), R"({"a": 1, "b": ["x", null]})");
  EXPECT_EQ(Json::Strings({"a", "b"}).text(), R"(["a", "b"])");
}

TEST(Json, StringsAreValidWhateverIsInThem) {
  EXPECT_EQ(Json("a\"b\\c\n\x1b\x7f").text(), "\"a\\\"b\\\\c\\u000a\\u001b\\u007f\"");
  EXPECT_EQ(Json("본사").text(), "\"본사\"");
  EXPECT_EQ(Json("a\xff"
                 "b\xe2\x82")
                .text(),
      "\"a\\ufffdb\\ufffd\\ufffd\"");
}

}  // namespace
}  // namespace failover
