#include "prober/request_queue.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace failover {
namespace {

constexpr std::array kInTurn = {Use::kConfirmation, Use::kPage, Use::kRound, Use::kLookup};

}  // namespace

void RequestQueue::Configure(
    const std::vector<std::string>& keys, std::chrono::nanoseconds check_interval, TimePoint now) {
  lines_.clear();
  while (in_flight_ > 0) Ended(lookups_in_flight_ > 0 ? Use::kLookup : Use::kRound, now);
  std::erase_if(budgets_, [&](const auto& entry) { return entry.second->Idle(now); });
  for (const std::string& key : keys) {
    std::unique_ptr<RateBudget>& budget = budgets_[key];
    if (!budget) budget = std::make_unique<RateBudget>();
    budget->SetCheckInterval(check_interval);
    lines_.push_back({.rate = budget.get(), .by_use = {}});
  }
}

void RequestQueue::Add(const Question& question, TimePoint not_before) {
  lines_.at(question.budget).waiting(question.use).emplace(not_before, question);
}

std::optional<TimePoint> RequestQueue::Line::ReadyAt(Use use) const {
  const Waiting& waiting = by_use.at(static_cast<std::size_t>(use));
  if (waiting.empty()) return std::nullopt;
  return std::max(waiting.begin()->first, rate->RoomAt(use));
}

std::optional<Question> RequestQueue::Take(TimePoint now) {
  if (in_flight_ >= kMaxInSecond || RoomAt() > now) return std::nullopt;
  for (const Use use : kInTurn) {
    if (Waits(use)) continue;
    Waiting* longest = nullptr;
    for (Line& line : lines_) {
      const auto ready = line.ReadyAt(use);
      if (!ready || *ready > now) continue;
      Waiting& waiting = line.waiting(use);
      if (longest == nullptr || waiting.begin()->first < longest->begin()->first) longest = &waiting;
    }
    if (longest != nullptr) return longest->extract(longest->begin()).mapped();
  }
  return std::nullopt;
}

void RequestQueue::Sent(const Question& question, TimePoint now) {
  budget(question.budget).Sent(now, question.use);
  ++in_flight_;
  if (question.use == Use::kLookup) ++lookups_in_flight_;
}

void RequestQueue::Ended(Use use, TimePoint now) {
  --in_flight_;
  if (use == Use::kLookup) --lookups_in_flight_;
  ended_.Add(now);
}

void RequestQueue::SentAgain(const Question& question, unsigned times, TimePoint now) {
  for (; times > 0; --times) {
    budget(question.budget).Sent(now, question.use);
    ended_.Add(now);
  }
}

std::vector<Question> RequestQueue::Drop(std::size_t budget) {
  std::vector<Question> dropped;
  Line& line = lines_.at(budget);
  for (const Use use : kInTurn) {
    for (const auto& [at, question] : std::exchange(line.waiting(use), {})) dropped.push_back(question);
  }
  return dropped;
}

std::vector<Question> RequestQueue::DropAll() {
  std::vector<Question> dropped;
  for (std::size_t i = 0; i < lines_.size(); ++i) std::ranges::copy(Drop(i), std::back_inserter(dropped));
  return dropped;
}

std::optional<TimePoint> RequestQueue::next() const {
  if (in_flight_ >= kMaxInSecond) return std::nullopt;
  std::optional<TimePoint> next;
  for (const Line& line : lines_) {
    for (const Use use : kInTurn) {
      const auto ready = Waits(use) ? std::nullopt : line.ReadyAt(use);
      if (ready && (!next || *ready < *next)) next = ready;
    }
  }
  if (!next) return next;
  return std::max(*next, RoomAt());
}

}  // namespace failover
