#include "prober/retry_delay.h"

#include <algorithm>
#include <utility>

namespace failover {
namespace {

std::chrono::nanoseconds Doubled(
    std::chrono::nanoseconds first, unsigned times, std::chrono::nanoseconds longest) {
  while (times-- > 0 && first < longest) first *= 2;
  return std::min(first, longest);
}

}  // namespace

std::optional<std::chrono::nanoseconds> RetryDelay::After(Reason reason, std::chrono::nanoseconds interval,
    std::optional<std::chrono::seconds> retry_after, double fraction) {
  const Kind before = kind_;
  switch (reason) {
    case Reason::kTimeout:
    case Reason::kConnect:
    case Reason::kTls:
    case Reason::kDns:
    case Reason::kInterrupted:
    case Reason::kServerError: kind_ = Kind::kFault; break;
    case Reason::kUnauthorized: kind_ = Kind::kUnauthorized; break;
    case Reason::kNone:
    case Reason::kRateLimited:  // pauses the budget
    case Reason::kNotFound:
    case Reason::kDeleted:
    case Reason::kRejected:
    case Reason::kMalformed:
    case Reason::kTooLarge:
    case Reason::kWrongTunnel:
    case Reason::kUnknownStatus:
    case Reason::kRedirected:
    case Reason::kInternal: kind_ = Kind::kNone; break;
  }
  answers_ = kind_ == before ? answers_ + 1 : 1;
  if (kind_ == Kind::kNone) return std::nullopt;
  if (kind_ == Kind::kUnauthorized) {
    return std::max(interval, Doubled(kFirstUnauthorized, answers_ - 1, kLongestUnauthorized));
  }
  if (answers_ == 1 && !retry_after) return std::nullopt;
  const auto whole = Doubled(interval, answers_ - 1, kLongestAfterFault);
  const std::chrono::duration<double, std::nano> part = whole * (0.5 + fraction / 2);
  const std::chrono::nanoseconds told =
      std::min(retry_after.value_or(std::chrono::seconds(0)), kLongestAfterFault);
  return std::max({interval, std::chrono::round<std::chrono::nanoseconds>(part), told});
}

RetryDelay::Was RetryDelay::ForgetFaults() {
  if (kind_ != Kind::kFault) return Was::kNotDelayed;
  kind_ = Kind::kNone;
  answers_ = 0;
  return Was::kDelayed;
}

}  // namespace failover
