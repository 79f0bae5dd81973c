// Pauses after the API's rate limit, one for each token, whichever tunnels share it. Pure; the
// clock is passed in. A refusal is followed by fewer requests, never by more.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "common/clock.h"

namespace failover {

inline constexpr std::chrono::seconds kFirstPause{30};  // where the API names none
inline constexpr std::chrono::minutes kLongestPause{10};

class RateBudget {
 public:
  // No pause is shorter than one interval: the next round is left out at least.
  void SetCheckInterval(std::chrono::nanoseconds interval) { check_interval_ = interval; }

  // The API refused a request with this token. Pauses for what Retry-After says, bounded; without
  // it for kFirstPause, doubled with each refusal up to kLongestPause.
  void Refused(const std::string& token, std::optional<std::chrono::seconds> retry_after, TimePoint now);
  // The API gave a proper answer: the next pause is a first one again.
  void Served(const std::string& token);

  bool Paused(const std::string& token, TimePoint now) const;

 private:
  struct Pause {
    TimePoint until;
    std::chrono::nanoseconds next = kFirstPause;
  };

  std::chrono::nanoseconds check_interval_{0};
  std::map<std::string, Pause> pauses_;
};

}  // namespace failover
