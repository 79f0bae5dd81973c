// An audit log of the test's own and what stands in it; and turns of a real event loop. Runs as
// whoever runs the test.
#pragma once

#include <event2/event.h>
#include <gtest/gtest.h>

#include <functional>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "common/event_loop.h"
#include "supervisor/audit_log.h"
#include "tests/support/temp_dir.h"

namespace failover {

using Lines = std::vector<std::string>;

inline std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The lines of a text without their time, which must stand in front of each.
inline Lines WithoutTime(const std::string& text) {
  static const std::regex kForm(R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (\[(INFO|WARNING|ERROR)\] .+))");
  Lines lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    std::smatch parts;
    EXPECT_TRUE(std::regex_match(line, parts, kForm)) << line;
    lines.push_back(parts[1]);
  }
  EXPECT_TRUE(text.empty() || text.ends_with('\n')) << text;
  return lines;
}

class LogFile {
 public:
  std::string text() const { return ReadAll(path()); }
  Lines lines() const { return WithoutTime(text()); }
  std::string path() const { return dir_.Path("log"); }
  const TempDir& dir() const { return dir_; }

 private:
  TempDir dir_;
};

// Turns the loop until the condition holds; CTest ends a test that would wait for ever.
inline void RunUntil(EventLoop& loop, const std::function<bool()>& condition) {
  while (!condition()) ASSERT_EQ(event_base_loop(loop.base(), EVLOOP_ONCE), 0);
}

// Handles what is ready now, and what becomes ready by that.
inline void RunReady(EventLoop& loop) {
  for (int turn = 0; turn < 20; ++turn) event_base_loop(loop.base(), EVLOOP_NONBLOCK);
}

}  // namespace failover
