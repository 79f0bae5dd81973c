// The requests that wait to be sent, and the only place that says when: each budget's own bound,
// 100 requests in any second and 100 in flight for the whole process, half of these at most look-ups.
// Pure; the clock is passed in.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "prober/rate_budget.h"
#include "prober/send_times.h"

namespace failover {

// Requests in any second, and in flight; the rest waits. Nobody knows when a request in flight goes
// over the wire, it may have waited for a connection: so it counts from its begin until a second
// after its end.
inline constexpr std::size_t kMaxInSecond = 100;
// Look-ups that hang leave room to all other questions.
inline constexpr std::size_t kMaxLookupsInFlight = kMaxInSecond / 2;

// What is asked: about one tunnel, for a page of the list of all tunnels of its account, or (kLookup)
// for the connectors of one tunnel.
struct Question {
  std::size_t tunnel = 0;  // index in Settings::tunnels; for a page, the first of its group
  unsigned page = 0;       // from 1; 0: about the tunnel alone
  std::size_t budget = 0;
  Use use = Use::kRound;
};

class RequestQueue {
 public:
  // The budgets, by keys that keep their meaning. What waited is forgotten, what was in flight has
  // ended; what was sent stays counted, also by a key that left.
  void Configure(
      const std::vector<std::string>& keys, std::chrono::nanoseconds check_interval, TimePoint now);

  RateBudget& budget(std::size_t index) { return *lines_.at(index).rate; }
  const RateBudget& budget(std::size_t index) const { return *lines_.at(index).rate; }

  void Add(const Question& question, TimePoint not_before);
  // Takes out the next question that may be sent now: confirmations first, then further pages, then
  // rounds, look-ups last; of these what has waited longest. Whoever sends it says so by Sent(), and
  // Ended() when its answer is there.
  std::optional<Question> Take(TimePoint now);
  void Sent(const Question& question, TimePoint now);
  void SentAgain(const Question& question, unsigned times, TimePoint now);
  void Ended(Use use, TimePoint now);

  // Takes out all that waits, of one budget or of all.
  std::vector<Question> Drop(std::size_t budget);
  std::vector<Question> DropAll();

  // When Take() should be called again; nothing if an answer or a new question must come first.
  std::optional<TimePoint> next() const;

 private:
  using Waiting = std::multimap<TimePoint, Question>;  // by the first moment that they may be sent
  struct Line {
    RateBudget* rate = nullptr;
    std::array<Waiting, 4> by_use;

    Waiting& waiting(Use use) { return by_use.at(static_cast<std::size_t>(use)); }
    // When the first of them may be sent; nothing if none waits.
    std::optional<TimePoint> ReadyAt(Use use) const;
  };

  // So many look-ups are in flight that another one must wait for an answer.
  bool Waits(Use use) const { return use == Use::kLookup && lookups_in_flight_ >= kMaxLookupsInFlight; }
  // When the process may send one more.
  TimePoint RoomAt() const { return ended_.RoomAt(kMaxInSecond - in_flight_, std::chrono::seconds(1)); }

  std::map<std::string, std::unique_ptr<RateBudget>> budgets_;
  std::deque<Line> lines_;
  SendTimes ended_{kMaxInSecond};
  std::size_t in_flight_ = 0;
  std::size_t lookups_in_flight_ = 0;  // of these
};

}  // namespace failover
