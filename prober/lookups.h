// Which tunnels' connectors are asked for, and when: those whose backup may be running, no more
// often than each check_interval or 5 s, one question of a tunnel at a time. Pure; the clock is
// passed in.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "common/clock.h"
#include "prober/request_queue.h"
#include "prober/retry_delay.h"
#include "prober/tunnel_health.h"

namespace failover {

// Two look-ups for one tunnel are never closer.
inline constexpr std::chrono::seconds kLookupInterval{5};

class Lookups {
 public:
  // Nothing is looked up any more. Tunnels are indices in Settings::tunnels.
  void Configure(std::chrono::nanoseconds check_interval);

  void Watch(std::size_t tunnel, std::size_t budget);
  void Leave(std::size_t tunnel) { watched_.erase(tunnel); }

  // A round begins: puts what is due into the queue, and nothing whose budget is paused.
  void QueueDue(RequestQueue& queue, TimePoint now, TimePoint next_round);

  // What became of a question: it is to be sent now, unless nobody wants to know any more; it left
  // the queue unsent; its answer is there.
  enum class Wanted { kNo, kYes };
  Wanted Begin(std::size_t tunnel, TimePoint now);
  void Dropped(std::size_t tunnel);
  // After faults it is asked less often, by retry_delay.h.
  Wanted Answered(std::size_t tunnel, Reason reason, std::optional<std::chrono::seconds> retry_after,
      double fraction, TimePoint now);

 private:
  enum class Asking { kNo, kQueued, kInFlight };
  struct Watched {
    std::size_t budget = 0;
    TimePoint due = {};  // the begin of the clock's time: at once
    Asking asking = Asking::kNo;
    RetryDelay retry = {};
  };

  std::chrono::nanoseconds check_interval_{0};
  std::map<std::size_t, Watched> watched_;
};

}  // namespace failover
