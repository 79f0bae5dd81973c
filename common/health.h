// What is said about a gateway or a tunnel, in both processes. The numbers are those of
// proto/health.proto; the words are those of Cloudflare's API and of the audit log.
#pragma once

#include <array>
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

}  // namespace failover
