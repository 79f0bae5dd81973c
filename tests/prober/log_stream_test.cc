#include "prober/log_stream.h"

#include <fcntl.h>
#include <glog/logging.h>
#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "common/log.h"
#include "tests/prober/temp_dir.h"

namespace failover {
namespace {

TEST(JsonLine, IsOneObjectThatProtobufReadsBack) {
  const std::string line = JsonLine("ERROR", 1'761'269'415'250'999, "a \"b\"\nc");
  EXPECT_EQ(line.find('\n'), line.npos);
  google::protobuf::Struct read;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(line, &read).ok()) << line;
  EXPECT_EQ(read.fields().at("time").string_value(), "2025-10-24T01:30:15.250Z");
  EXPECT_EQ(read.fields().at("severity").string_value(), "ERROR");
  EXPECT_EQ(read.fields().at("program").string_value(), "failover-prober");
  EXPECT_EQ(read.fields().at("message").string_value(), "a \"b\"\nc");
}

void LogInAProgram() {
  InitLog("log_stream_test");
  LOG(INFO) << "before";
  UseLogFormat(LogFormat::kJson);
  LOG(WARNING) << "as json";
  UseLogFormat(LogFormat::kJson);  // a reload that changes nothing
  LOG(ERROR) << "once";
  UseLogFormat(LogFormat::kText);
  LOG(INFO) << "after";
  std::_Exit(0);
}

TEST(LogStreamDeathTest, EachLineIsWrittenOnceInTheFormThatIsInForce) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(LogInAProgram(), testing::ExitedWithCode(0),
      testing::ContainsRegex(
          "^[0-9: -]+\\[INFO\\] before\n"
          "\\{\"time\":\"[^\"]+Z\",\"severity\":\"WARNING\",\"program\":\"failover-prober\","
          "\"message\":\"as json\"\\}\n"
          "\\{[^\n]+\"ERROR\"[^\n]+\"once\"\\}\n"
          "[0-9: -]+\\[INFO\\] after\n$"));
}

// As systemd does it: the variable names the very file that standard error is.
void LogToAJournal(const std::string& path, LogFormat format) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  struct stat status{};
  fstat(fd, &status);
  const std::string stream = std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
  setenv("JOURNAL_STREAM", stream.c_str(), 1);
  InitLog("log_stream_test");
  UseLogFormat(format);
  LOG(INFO) << "no journal";  // standard error is still another one
  dup2(fd, STDERR_FILENO);
  LOG(INFO) << "i";
  LOG(WARNING) << "w";
  LOG(ERROR) << "e";
  std::_Exit(0);
}

TEST(LogStreamDeathTest, TheJournalGetsPrioritiesInBothForms) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  // The child runs this test anew, up to its death: it must find the same directory.
  const std::unique_ptr<TempDir> dir(
      std::getenv("LOG_STREAM_TEST") == nullptr ? std::make_unique<TempDir>() : nullptr);
  if (dir) setenv("LOG_STREAM_TEST", dir->path("journal").c_str(), 1);
  const std::string path = std::getenv("LOG_STREAM_TEST");
  for (const LogFormat format : {LogFormat::kText, LogFormat::kJson}) {
    EXPECT_EXIT(LogToAJournal(path, format), testing::ExitedWithCode(0), "^[^<]*no journal[^<]*$");
    std::ifstream lines(path);
    for (const char* priority : {"<6>", "<4>", "<3>"}) {
      std::string line;
      ASSERT_TRUE(std::getline(lines, line));
      EXPECT_EQ(line.substr(0, 3), priority) << line;
      EXPECT_EQ(line[3] == '{', format == LogFormat::kJson) << line;
    }
  }
  unsetenv("LOG_STREAM_TEST");
}

}  // namespace
}  // namespace failover
