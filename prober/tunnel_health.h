// What one answer says about a tunnel: a status, and for UNKNOWN the reason. A value.
#pragma once

#include <string>
#include <string_view>

#include "common/health.h"

namespace failover {

struct TunnelHealth {
  TunnelStatus status = TunnelStatus::kUnknown;
  Reason reason = Reason::kInternal;  // kNone exactly if the status is not kUnknown

  friend bool operator==(const TunnelHealth&, const TunnelHealth&) = default;
};

constexpr TunnelHealth Unknown(Reason reason) {
  return {.status = TunnelStatus::kUnknown, .reason = reason};
}
constexpr TunnelHealth Known(TunnelStatus status) {
  return {.status = status, .reason = Reason::kNone};
}

// "healthy", "unknown (rate_limited)".
std::string ToString(const TunnelHealth& health);

// One sentence: what the reason means and what to do. Empty for kNone.
std::string_view Explain(Reason reason);

}  // namespace failover
