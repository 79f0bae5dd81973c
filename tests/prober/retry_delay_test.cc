#include "prober/retry_delay.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>

namespace failover {
namespace {

using namespace std::chrono_literals;

constexpr std::array kFaults = {Reason::kTimeout, Reason::kConnect, Reason::kTls, Reason::kDns,
    Reason::kInterrupted, Reason::kServerError};

TEST(RetryDelay, TheFirstFaultChangesNothingThenTheIntervalDoublesToAMinute) {
  for (const Reason fault : kFaults) {
    RetryDelay delay;
    EXPECT_EQ(delay.After(fault, 3s, std::nullopt, 1), std::nullopt) << Name(fault);
    for (const auto wait : {6s, 12s, 24s, 48s, 60s, 60s}) {
      EXPECT_EQ(delay.After(fault, 3s, std::nullopt, 1), wait) << Name(fault);
    }
  }
}

TEST(RetryDelay, JitterTakesUpToOneHalfButTheIntervalStays) {
  RetryDelay delay;
  delay.After(Reason::kTimeout, 3s, std::nullopt, 0);
  EXPECT_EQ(delay.After(Reason::kConnect, 3s, std::nullopt, 0), 3s);
  EXPECT_EQ(delay.After(Reason::kTimeout, 3s, std::nullopt, 0.5), 9s);
  for (int i = 0; i < 10; ++i) delay.After(Reason::kTimeout, 3s, std::nullopt, 0);
  EXPECT_EQ(delay.After(Reason::kTimeout, 50s, std::nullopt, 0), 50s);
  EXPECT_EQ(delay.After(Reason::kTimeout, 3600s, std::nullopt, 1), 3600s)
      << "never faster than without a fault";
}

TEST(RetryDelay, AFaultsRetryAfterIsObeyedUpToAMinute) {
  for (const Reason fault : kFaults) {
    RetryDelay delay;
    EXPECT_EQ(delay.After(fault, 3s, 20s, 0), 20s) << "also after the first one";
    EXPECT_EQ(delay.After(fault, 3s, 4s, 1), 6s) << "never sooner than without it";
    EXPECT_EQ(delay.After(fault, 3s, std::chrono::seconds::max(), 0), 60s);
  }
  RetryDelay delay;
  EXPECT_EQ(delay.After(Reason::kServerError, 3600s, 20s, 0), 3600s);
  EXPECT_EQ(delay.After(Reason::kMalformed, 3s, 20s, 0), std::nullopt);
  EXPECT_EQ(delay.After(Reason::kUnauthorized, 3s, 1s, 0), 30s);
}

TEST(RetryDelay, ARefusedTokenWaits30sDoublingToTenMinutes) {
  RetryDelay delay;
  for (const auto wait : {30s, 60s, 120s, 240s, 480s, 600s, 600s}) {
    EXPECT_EQ(delay.After(Reason::kUnauthorized, 3s, std::nullopt, 0), wait);
  }
  EXPECT_EQ(delay.After(Reason::kUnauthorized, 3600s, std::nullopt, 0), 3600s);
}

TEST(RetryDelay, EveryOtherAnswerBeginsAnew) {
  for (const Reason reason : {Reason::kNone, Reason::kRateLimited, Reason::kNotFound, Reason::kDeleted,
           Reason::kRejected, Reason::kMalformed, Reason::kTooLarge, Reason::kWrongTunnel,
           Reason::kUnknownStatus, Reason::kRedirected, Reason::kInternal}) {
    RetryDelay delay;
    delay.After(Reason::kTimeout, 3s, std::nullopt, 1);
    EXPECT_EQ(delay.After(reason, 3s, std::nullopt, 1), std::nullopt) << Name(reason);
    EXPECT_EQ(delay.After(Reason::kTimeout, 3s, std::nullopt, 1), std::nullopt) << Name(reason);
    EXPECT_EQ(delay.After(Reason::kTimeout, 3s, std::nullopt, 1), 6s) << Name(reason);
  }
}

TEST(RetryDelay, FaultsAreForgottenARefusedTokenIsNot) {
  RetryDelay delay;
  delay.After(Reason::kTimeout, 3s, std::nullopt, 1);
  delay.After(Reason::kTimeout, 3s, std::nullopt, 1);
  EXPECT_EQ(delay.ForgetFaults(), RetryDelay::Was::kDelayed);
  EXPECT_EQ(delay.ForgetFaults(), RetryDelay::Was::kNotDelayed);
  EXPECT_EQ(delay.After(Reason::kTimeout, 3s, std::nullopt, 1), std::nullopt);
  delay.After(Reason::kUnauthorized, 3s, std::nullopt, 1);
  EXPECT_EQ(delay.ForgetFaults(), RetryDelay::Was::kNotDelayed);
  EXPECT_EQ(delay.After(Reason::kUnauthorized, 3s, std::nullopt, 1), 60s);
}

}  // namespace
}  // namespace failover
