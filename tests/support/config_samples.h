// Configurations for the tests: a valid one, and edits of it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace failover {

inline constexpr std::string_view kToken = "cfat_Planted0Secret1Planted2Secret3Planted4";
inline constexpr std::string_view kValidConfig = R"({
  "gateway_ip": "192.168.1.1",
  "check_interval": 3,
  "tunnels": [
    {
      "account_id": "0123456789abcdef0123456789abcdef",
      "tunnel_id": "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415",
      "token": "cfat_Planted0Secret1Planted2Secret3Planted4",
      "service": "cloudflared_1"
    }
  ]
}
)";

// kValidConfig with its one `from` turned into `to`.
inline std::string Edited(std::string_view from, std::string_view to) {
  std::string text(kValidConfig);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  EXPECT_EQ(text.find(from, at + 1), text.npos) << from;
  return text.replace(at, from.size(), to);
}

// kValidConfig with one more field, and with one more field in its tunnel.
inline std::string WithField(std::string_view field) {
  return Edited("\"check_interval\": 3", "\"check_interval\": 3, " + std::string(field));
}
inline std::string WithTunnelField(std::string_view field) {
  return Edited("\"service\"", std::string(field) + ", \"service\"");
}

}  // namespace failover
