// What one answer says about a tunnel: a status, and for UNKNOWN the reason. A value.
#pragma once

#include <string>
#include <string_view>

#include "common/health.h"

namespace failover {

// Why a status is UNKNOWN; kNone exactly if it is not. Numbers and words: proto/health.proto.
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

std::string_view Name(Reason reason);  // "rate_limited"

struct TunnelHealth {
  TunnelStatus status = TunnelStatus::kUnknown;
  Reason reason = Reason::kInternal;  // kNone exactly if the status is not kUnknown

  friend bool operator==(const TunnelHealth&, const TunnelHealth&) = default;
};

constexpr TunnelHealth Unknown(Reason reason) {
  return {.status = TunnelStatus::kUnknown, .reason = reason};
}
constexpr TunnelHealth Known(TunnelStatus status) { return {.status = status, .reason = Reason::kNone}; }

// "healthy", "unknown (rate_limited)".
std::string ToString(const TunnelHealth& health);

// One sentence: what the reason means and what to do. Empty for kNone.
std::string_view Explain(Reason reason);

}  // namespace failover
