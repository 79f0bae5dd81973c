#include "prober/tunnel_health.h"

#include <gtest/gtest.h>

namespace failover {
namespace {

TEST(TunnelHealth, UnknownIsShownWithItsReason) {
  EXPECT_EQ(ToString(Known(TunnelStatus::kHealthy)), "healthy");
  EXPECT_EQ(ToString(Unknown(Reason::kRateLimited)), "unknown (rate_limited)");
}

TEST(TunnelHealth, EveryReasonButNoneIsExplained) {
  EXPECT_EQ(Explain(Reason::kNone), "");
  for (int reason = static_cast<int>(Reason::kTimeout);
      reason <= static_cast<int>(Reason::kInternal); ++reason) {
    EXPECT_GT(Explain(static_cast<Reason>(reason)).size(), 10U) << reason;
  }
}

TEST(TunnelHealth, NothingIsKnownByDefault) {
  EXPECT_EQ(TunnelHealth(), Unknown(Reason::kInternal));
}

}  // namespace
}  // namespace failover
