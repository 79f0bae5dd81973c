// The four situations that an operator meets, as the status socket would answer them, and texts that
// are kept as files: tests/ctl/golden/NAME.txt. With FAILOVER_UPDATE_GOLDEN set a text that differs
// is written there, and the test fails all the same.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>

#include "ctl/status_reader.h"

namespace failover {

inline constexpr std::array<const char*, 4> kSituations = {
    "all_well", "one_down", "token_refused", "gateway_lost"};

inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline std::string SituationText(const std::string& name) {
  return ReadFile(std::string(FAILOVER_SOURCE_DIR) + "/tests/support/status_examples/" + name + ".json");
}

inline status::Status Situation(const std::string& name) {
  auto status = ParseStatus(SituationText(name));
  if (!status) ADD_FAILURE() << name << ": " << status.error().message;
  return status.value_or(status::Status());
}

// Local time is UTC from here on.
inline void UseUtc() {
  setenv("TZ", "UTC", 1);
  tzset();
}

inline void ExpectGolden(const std::string& name, const std::string& text) {
  const std::string path = std::string(FAILOVER_SOURCE_DIR) + "/tests/ctl/golden/" + name + ".txt";
  EXPECT_EQ(text, ReadFile(path)) << path;
  const bool update = std::getenv("FAILOVER_UPDATE_GOLDEN") != nullptr && text != ReadFile(path);
  if (update) std::ofstream(path) << text;
}

}  // namespace failover
