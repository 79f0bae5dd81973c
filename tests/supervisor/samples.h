// A whitelist and facts for the supervisor's tests, made the way the daemon makes them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "common/config.h"
#include "supervisor/unit_whitelist.h"

namespace failover {

inline constexpr std::string_view kTunnelOne = "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415";
inline constexpr std::string_view kTunnelTwo = "00000000-0000-0000-0000-000000000002";

inline TunnelId Id(std::string_view text) { return *TunnelId::Parse(text); }

// Two tunnels, the second with a name, and `fields` ("\"cooldown\": 5,") beside them; `of_tunnel` in
// the first one.
inline config::Configuration Settings(const std::string& fields = "", const std::string& of_tunnel = "") {
  const std::string account = R"("account_id": "0123456789abcdef0123456789abcdef")";
  const auto config = ParseConfig(
      "{\"gateway_check\": false, " + fields + "\"tunnels\": [{" + of_tunnel + account +
          R"(, "token": "x", "service": "one", "tunnel_id": ")" + std::string(kTunnelOne) + "\"}, {" +
          account + R"(, "token": "x", "service": "two@b", "name": "Second", "tunnel_id": ")" +
          std::string(kTunnelTwo) + "\"}]}",
      "F");
  EXPECT_TRUE(config.has_value());
  return config->settings;
}

}  // namespace failover
