// How long one question waits after answers that say nothing about its tunnels. Pure.
#pragma once

#include <chrono>
#include <optional>

#include "prober/tunnel_health.h"

namespace failover {

class RetryDelay {
 public:
  // Faults of the API or of the way to it: the first one changes nothing, then the interval
  // doubles; of it between one half and the whole, by `fraction` from 0 to 1.
  static constexpr std::chrono::seconds kLongestAfterFault{60};
  // A refused token: without jitter, from the first on.
  static constexpr std::chrono::seconds kFirstUnauthorized{30};
  static constexpr std::chrono::minutes kLongestUnauthorized{10};

  // From an answer to the next question, never less than `interval`, nor than a fault's Retry-After,
  // of which kLongestAfterFault counts; nothing if the question keeps its usual time. Every other
  // answer begins anew.
  std::optional<std::chrono::nanoseconds> After(Reason reason, std::chrono::nanoseconds interval,
      std::optional<std::chrono::seconds> retry_after, double fraction);

  // Our own network was the fault, perhaps. Whether a fault can have delayed the question.
  enum class Was { kDelayed, kNotDelayed };
  Was ForgetFaults();

 private:
  enum class Kind { kNone, kFault, kUnauthorized } kind_ = Kind::kNone;
  unsigned answers_ = 0;  // of that kind, in a row
};

}  // namespace failover
