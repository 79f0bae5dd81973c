#include "prober/tunnel_health.h"

#include <gtest/gtest.h>

#include "health.pb.h"

namespace failover {
namespace {

TEST(TunnelHealth, ReasonsAreThoseOfTheWire) {
  const std::vector<std::string_view> words = {"none", "timeout", "connect", "tls", "dns", "interrupted",
      "rate_limited", "unauthorized", "not_found", "deleted", "server_error", "rejected", "malformed",
      "too_large", "wrong_tunnel", "unknown_status", "redirected", "internal"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    EXPECT_EQ(Name(static_cast<Reason>(i + 1)), words[i]);
  }
  EXPECT_EQ(static_cast<int>(Reason::kRateLimited), wire::rate_limited);
  EXPECT_EQ(static_cast<int>(Reason::kWrongTunnel), wire::wrong_tunnel);
  EXPECT_EQ(static_cast<int>(Reason::kInternal), wire::Reason_MAX);
  EXPECT_EQ(words.size(), wire::Reason_MAX);
}

TEST(TunnelHealth, UnknownIsShownWithItsReason) {
  EXPECT_EQ(ToString(Known(TunnelStatus::kHealthy)), "healthy");
  EXPECT_EQ(ToString(Unknown(Reason::kRateLimited)), "unknown (rate_limited)");
}

TEST(TunnelHealth, EveryReasonButNoneIsExplained) {
  EXPECT_EQ(Explain(Reason::kNone), "");
  for (int reason = static_cast<int>(Reason::kTimeout); reason <= static_cast<int>(Reason::kInternal);
      ++reason) {
    EXPECT_GT(Explain(static_cast<Reason>(reason)).size(), 10U) << reason;
  }
}

TEST(TunnelHealth, NothingIsKnownByDefault) { EXPECT_EQ(TunnelHealth(), Unknown(Reason::kInternal)); }

}  // namespace
}  // namespace failover
