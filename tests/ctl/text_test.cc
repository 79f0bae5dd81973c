#include "ctl/text.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/ctl/situations.h"

namespace failover {
namespace {

TEST(Text, ADurationHasTwoUnitsAtMost) {
  const std::pair<double, const char*> kCases[] = {{0, "0 s"}, {0.44, "0.4 s"}, {9.94, "9.9 s"},
      {9.96, "10 s"}, {59.6, "1 min"}, {245, "4 min 5 s"}, {3600, "1 h"}, {10920, "3 h 2 min"},
      {86399.7, "1 d"}, {273720, "3 d 4 h"}, {-5, "0 s"}, {std::numeric_limits<double>::quiet_NaN(), "0 s"}};
  for (const auto& [seconds, words] : kCases) EXPECT_EQ(Duration(seconds), words) << seconds;
  EXPECT_EQ(Duration(std::numeric_limits<double>::infinity()), "0 s");
  EXPECT_EQ(Duration(1e300), "1157407 d 9 h");
  EXPECT_EQ(Brief(245), "4 min");
  EXPECT_EQ(Brief(9.6), "9.6 s");
}

TEST(Text, NumbersHaveNoTrailingZerosAndNoExponent) {
  EXPECT_EQ(Rounded(3), "3");
  EXPECT_EQ(Rounded(9.6000), "9.6");
  EXPECT_EQ(Rounded(1234567), "1234567");
  EXPECT_EQ(Latency(0.00042), "0.42 ms");
  EXPECT_EQ(Latency(0.9999), "1 s");
  EXPECT_EQ(Latency(2.5), "2.5 s");
}

TEST(Text, TimesAreSaidBothWays) {
  UseUtc();
  EXPECT_EQ(Ago(1795576447, 12), "2026-11-25 03:13:55 (12 s ago)");
  EXPECT_EQ(In(1795576447, 48), "2026-11-25 03:14:55 (in 48 s)");
  EXPECT_EQ(DateTime(-1), "1970-01-01 00:00:00");
  EXPECT_EQ(DateTime(1e300), "9999-12-31 23:59:59");
}

TEST(Text, WidthIsThatOfATerminal) {
  EXPECT_EQ(Width("abc"), 3U);
  EXPECT_EQ(Width("본사"), 4U);
  EXPECT_EQ(Width("\xff\xfe"), 2U);
  EXPECT_EQ(Pad("본사", 6), "본사  ");
  EXPECT_EQ(Pad("abcdef", 3), "abcdef");
  EXPECT_EQ(Cut("abcdef", 4), "abc~");
  EXPECT_EQ(Cut("본사사무실", 6), "본사~");
  EXPECT_EQ(Cut("abcd", 4), "abcd");
}

TEST(Text, WhatIsNoUtf8BeginsNoCharacter) {
  EXPECT_EQ(FirstCharacter("a"), 1U);
  EXPECT_EQ(FirstCharacter("본"), 3U);
  for (const char* bad :
      {"\x80", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5", "\xe2\x82"}) {
    EXPECT_EQ(FirstCharacter(bad), 0U) << bad;
  }
  EXPECT_EQ(FirstCharacter(""), 0U);
}

TEST(Text, WhatIsPrintableOnlyShows) {
  EXPECT_EQ(Printable("본사 \"x\" \\"), "본사 \"x\" \\");
  EXPECT_EQ(Printable("a\n\x1b[2J\x7f"), "a\\x0a\\x1b[2J\\x7f");
  EXPECT_EQ(
      Printable("\u009b\u202e\u2066\u2028"), "\\xc2\\x9b\\xe2\\x80\\xae\\xe2\\x81\\xa6\\xe2\\x80\\xa8");
  EXPECT_EQ(Printable("a\u061cb"), "a\\xd8\\x9cb");
  EXPECT_EQ(Printable("\xff"
                      "a"),
      "\\xffa");
}

TEST(Text, LinesAreBrokenAtBlanks) {
  EXPECT_EQ(Wrap("one two three", 9, 2), "one two\n  three");
  EXPECT_EQ(Wrap("averylongword x", 5, 2), "averylongword\n  x");
}

TEST(Text, WordsAreJoined) {
  EXPECT_EQ(Join({}), "");
  EXPECT_EQ(Join({"a"}), "a");
  EXPECT_EQ(Join({"a", "b", "c"}), "a, b and c");
  EXPECT_EQ(Count(1, "tunnel"), "1 tunnel");
  EXPECT_EQ(Count(0, "tunnel"), "0 tunnels");
  EXPECT_EQ(UnitLabel("cloudflared_1.service"), "cloudflared_1");
  EXPECT_EQ(UnitLabel("other.target"), "other.target");
}

}  // namespace
}  // namespace failover
