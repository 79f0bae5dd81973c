// What is said about a gateway or a tunnel, in both processes. The numbers are those of
// proto/health.proto; the words are those of Cloudflare's API and of the audit log.
#pragma once

#include <string_view>

namespace failover {

enum class GatewayState { kReachable = 1, kUnreachable = 2, kNotChecked = 3 };

enum class TunnelStatus { kUnknown = 1, kHealthy = 2, kDegraded = 3, kDown = 4, kInactive = 5 };

// Why a status is UNKNOWN; kNone exactly if it is not.
enum class Reason {
  kNone = 1,
  kTimeout = 2,
  kConnect = 3,
  kTls = 4,
  kDns = 5,
  kInterrupted = 6,
  kRateLimited = 7,
  kUnauthorized = 8,
  kNotFound = 9,
  kDeleted = 10,
  kServerError = 11,
  kRejected = 12,
  kMalformed = 13,
  kTooLarge = 14,
  kWrongTunnel = 15,
  kUnknownStatus = 16,
  kRedirected = 17,
  kInternal = 18,
};

// Lower case, words joined by underscores: "healthy", "rate_limited".
std::string_view Name(TunnelStatus status);
std::string_view Name(Reason reason);

}  // namespace failover
