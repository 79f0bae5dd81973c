#include "common/log.h"

#include <glog/logging.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "health.pb.h"

namespace failover {
namespace {

TEST(Escape, LeavesPrintableTextAlone) {
  for (const std::string text : {"", "a b~", "\\ \" '", "Büro", "터널", "\xf0\x9f\x94\x92"}) {
    EXPECT_EQ(Escape(text), text);
  }
}

TEST(Escape, MakesOneHarmlessLineOfEverythingElse) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a\nb", "a\\x0ab"},
      {"a\r\n", "a\\x0d\\x0a"},
      {"\x1b[31m", "\\x1b[31m"},
      {std::string("a\0b", 3), "a\\x00b"},
      {"\x7f", "\\x7f"},
      {"\xc2\x85", "\xc2\\x85"},  // U+0085, next line: a control character of two bytes
      {"\xc2\x9b"
       "1m",
          "\xc2\\x9b1m"},
      {"\xc2\n", "\xc2\\x0a"},
  };
  for (const auto& [text, escaped] : cases) EXPECT_EQ(Escape(text), escaped);
}

TEST(Escape, LetsNoControlCharacterThrough) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second)};
      const std::string escaped = Escape(text);
      unsigned char before = 0;
      for (const char c : escaped) {
        const auto byte = static_cast<unsigned char>(c);
        EXPECT_TRUE(byte >= ' ' && byte != 0x7f) << first << " " << second;
        EXPECT_FALSE(before == 0xc2 && byte >= 0x80 && byte < 0xa0) << first << " " << second;
        before = byte;
      }
    }
  }
}

class LocalTime : public testing::Test {
 protected:
  void SetUp() override {
    const char* zone = std::getenv("TZ");
    if (zone != nullptr) before_ = zone;
  }
  void TearDown() override {
    before_.empty() ? unsetenv("TZ") : setenv("TZ", before_.c_str(), 1);
    tzset();
  }

 private:
  std::string before_;
};

TEST_F(LocalTime, FollowsTheZoneWhileTheProgramRuns) {
  constexpr std::time_t kTime = 1761269415;  // 2025-10-24 01:30:15 UTC
  setenv("TZ", "UTC0", 1);
  EXPECT_EQ(FormatLocalTime(kTime), "2025-10-24 01:30:15");
  setenv("TZ", "KST-9", 1);
  EXPECT_EQ(FormatLocalTime(kTime), "2025-10-24 10:30:15");
  EXPECT_EQ(FormatLocalTime(kTime, "%H:%M"), "10:30");
}

TEST(FormatSeconds, HasAtMostTwoDigitsBehindThePoint) {
  using namespace std::chrono_literals;
  EXPECT_EQ(FormatSeconds(8420ms), "8.42 s");
  EXPECT_EQ(FormatSeconds(8400ms), "8.4 s");
  EXPECT_EQ(FormatSeconds(0s), "0 s");
  EXPECT_EQ(FormatSeconds(10'000us), "0.01 s");
  EXPECT_EQ(FormatSeconds(59'999ms), "60 s");
  EXPECT_EQ(FormatSeconds(24h), "86400 s");
}

TEST(Priority, IsForTheJournalAlone) {
  struct stat status{};
  ASSERT_EQ(fstat(STDERR_FILENO, &status), 0);
  const std::string stream = std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
  unsetenv("JOURNAL_STREAM");
  EXPECT_EQ(Priority("ERROR"), "");
  for (const char* other : {"", "8:1", "x", ":"}) {
    setenv("JOURNAL_STREAM", other, 1);
    EXPECT_EQ(Priority("ERROR"), "") << other;
  }
  setenv("JOURNAL_STREAM", stream.c_str(), 1);
  EXPECT_EQ(Priority("INFO"), "<6>");
  EXPECT_EQ(Priority("WARNING"), "<4>");
  EXPECT_EQ(Priority("ERROR"), "<3>");
  EXPECT_EQ(Priority("FATAL"), "<2>");
  unsetenv("JOURNAL_STREAM");
}

void LogInAProgram() {
  setenv("TZ", "UTC0", 1);
  InitLog("log_test");
  LOG(INFO) << "Gateway IP: 192.168.1.1";
  wire::HealthReport report;
  report.ParseFromString("\xff\xff");
  GOOGLE_LOG(ERROR) << "protobuf speaks";
  LOG(WARNING) << "after it";
  std::_Exit(0);
}

TEST(LogDeathTest, WritesTheScriptsFormatOnStandardErrorAndSilencesProtobuf) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const std::string time = "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}";
  EXPECT_EXIT(LogInAProgram(), testing::ExitedWithCode(0),
      testing::ContainsRegex(
          "^" + time + " \\[INFO\\] Gateway IP: 192\\.168\\.1\\.1\n" + time + " \\[WARNING\\] after it\n$"));
}

}  // namespace
}  // namespace failover
