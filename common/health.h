// What is said about a gateway or a tunnel, in both processes. The numbers are those of
// proto/health.proto; the words are those of Cloudflare's API and of the audit log.
#pragma once

#include <array>
#include <map>
#include <string>

namespace failover {

enum class GatewayState { kReachable = 1, kUnreachable = 2, kNotChecked = 3 };

enum class TunnelStatus { kUnknown = 1, kHealthy = 2, kDegraded = 3, kDown = 4, kInactive = 5 };

// Lower case: "healthy". Before the first status, which is 0: "not checked yet".
inline const std::string& Name(TunnelStatus status) {
  static const std::array<std::string, 6> kNames = {
      "not checked yet", "unknown", "healthy", "degraded", "down", "inactive"};
  return kNames.at(static_cast<std::size_t>(status));
}

// "2 tunnels: 1 healthy, 1 down", from how many there are of each.
inline std::string Summarize(const std::map<TunnelStatus, std::size_t>& counts) {
  std::size_t all = 0;
  std::string text;
  for (const auto& [status, count] : counts) {
    all += count;
    text += (text.empty() ? ": " : ", ") + std::to_string(count) + " " + Name(status);
  }
  return std::to_string(all) + (all == 1 ? " tunnel" : " tunnels") + text;
}

}  // namespace failover
