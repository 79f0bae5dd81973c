// Connectors for the tests: their ids, their connections, and the lists that Cloudflare makes of
// them.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "prober/connections.h"

namespace failover {

inline ConnectorId ConnectorCalled(char digit) {
  return *ConnectorId::Parse(std::string(8, digit) + "-0000-4000-8000-" + std::string(12, digit));
}

// Seconds of Cloudflare's clock.
inline CloudflareTime Stamp(int seconds) {
  return CloudflareTime(std::chrono::seconds(1'800'000'000 + seconds));
}

// A connector whose connections were opened then.
inline Connector Opened(
    char digit, const std::vector<int>& times, Connection::State state = Connection::State::kServes) {
  Connector connector{.id = ConnectorCalled(digit)};
  for (const int time : times) connector.connections.push_back({.opened_at = Stamp(time), .state = state});
  return connector;
}

inline std::string CloudflareExample(const std::string& name) {
  const std::ifstream file(FAILOVER_SOURCE_DIR "/tests/support/cloudflare_examples/" + name);
  EXPECT_TRUE(file.good()) << name;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace failover
