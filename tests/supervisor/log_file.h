// An audit log of the test's own and what stands in it; and turns of a real event loop. Runs as
// whoever runs the test.
#pragma once

#include <event2/event.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
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
  constexpr std::size_t kTime = sizeof("2025-10-24 10:30:15 ") - 1;
  Lines lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    EXPECT_THAT(line.substr(0, kTime),
        testing::MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} "));
    lines.push_back(line.substr(std::min(kTime, line.size())));
    EXPECT_THAT(lines.back(), testing::ContainsRegex("^\\[(INFO|WARNING|ERROR)\\] ."));
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

// Turns the loop until the condition holds; the time limit only ends a test that would hang.
inline void RunUntil(EventLoop& loop, const std::function<bool()>& condition) {
  bool hangs = false;
  Timer limit(loop, [&] { hangs = true; });
  limit.Start(std::chrono::minutes(1));
  while (!hangs && !condition()) event_base_loop(loop.base(), EVLOOP_ONCE);
  ASSERT_FALSE(hangs);
}

// Handles what is ready now, and what becomes ready by that.
inline void RunReady(EventLoop& loop) { event_base_loop(loop.base(), EVLOOP_NONBLOCK); }

}  // namespace failover
