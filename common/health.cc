#include "common/health.h"

#include <array>

namespace failover {

// By the enums' numbers.
constexpr std::array<std::string_view, 6> kStatuses = {
    "", "unknown", "healthy", "degraded", "down", "inactive"};
constexpr std::array<std::string_view, 19> kReasons = {"", "none", "timeout", "connect", "tls", "dns",
    "interrupted", "rate_limited", "unauthorized", "not_found", "deleted", "server_error", "rejected",
    "malformed", "too_large", "wrong_tunnel", "unknown_status", "redirected", "internal"};

std::string_view Name(TunnelStatus status) { return kStatuses.at(static_cast<std::size_t>(status)); }
std::string_view Name(Reason reason) { return kReasons.at(static_cast<std::size_t>(reason)); }

}  // namespace failover
