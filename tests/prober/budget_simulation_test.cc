// Simulated hours of check_schedule.h over random configurations and answers: whatever happens, no
// budget and no second ever has more requests than it may have.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "prober/check_schedule.h"

namespace failover {
namespace {

using namespace std::chrono_literals;

class Simulation {
 public:
  explicit Simulation(unsigned seed) : random_(seed), schedule_([this] { return Number(0, 100) / 100.0; }) {
    const auto budgets = static_cast<std::size_t>(Number(1, 4));
    const int tunnels = std::array{1, 5, 40, 700}.at(static_cast<std::size_t>(Number(0, 3)));
    settings_.check_interval = std::chrono::milliseconds(Number(1000, 5000));
    settings_.confirm_interval = std::chrono::milliseconds(Number(200, 2000));
    accounts_ = static_cast<std::size_t>(Number(1, tunnels));
    for (std::size_t i = 0; i < static_cast<std::size_t>(tunnels); ++i) {
      std::string bytes(TunnelId::kSize, '\0');
      bytes[14] = static_cast<char>(i >> 8);
      bytes[15] = static_cast<char>(i & 0xff);
      settings_.tunnels.push_back({.id = *TunnelId::FromBytes(bytes),
          .label = "",
          .account_id = std::to_string(i % accounts_),
          .token = "cfat_" + std::to_string(i % accounts_ % budgets),
          .failover_on = {TunnelStatus::kDown},
          .failure_threshold = static_cast<unsigned>(Number(1, 50))});
    }
  }

  void Run(std::chrono::nanoseconds length) {
    schedule_.Configure(settings_, now_);
    TimePoint round = now_;
    const TimePoint end = now_ + length;
    while (now_ < end) {
      if (round <= now_) {
        round += settings_.check_interval;
        if (Chance(2)) {
          schedule_.Clear();
        } else {
          schedule_.QueueRound(now_, round);
          schedule_.QueueSuspects(now_);
        }
        mood_ = Chance(3) ? Number(0, 5) : mood_;
      }
      if (schedule_.next_confirmation().value_or(end) <= now_) schedule_.QueueSuspects(now_);
      while (!answers_.empty() && answers_.begin()->first <= now_) {
        Answer(answers_.extract(answers_.begin()).mapped());
      }
      Send();
      if (Chance(1)) Watch();
      now_ = std::min(round, std::max(now_ + 1ms, Next(end)));
    }
  }

  // The most requests of one budget in any 300 s, and of the process in any second.
  std::size_t most_of_a_budget() const {
    std::size_t most = 0;
    for (const auto& [budget, times] : sent_) most = std::max(most, Most(times, kBudgetWindow));
    return most;
  }
  std::size_t most_in_a_second() const { return Most(all_sent_, 1s); }
  std::size_t sent() const { return all_sent_.size(); }
  std::size_t lookups() const { return lookups_; }
  std::size_t most_in_flight() const { return most_in_flight_; }

 private:
  int Number(int low, int high) { return std::uniform_int_distribution(low, high)(random_); }
  bool Chance(int percent) { return Number(1, 100) <= percent; }

  TimePoint Next(TimePoint end) const {
    const TimePoint next =
        std::min(schedule_.next_confirmation().value_or(end), schedule_.next_send().value_or(end));
    return answers_.empty() ? next : std::min(next, answers_.begin()->first);
  }

  void Send() {
    while (const auto question = schedule_.TakeNext(now_)) {
      sent_[question->budget].push_back(now_);
      all_sent_.push_back(now_);
      answers_.emplace(now_ + std::chrono::milliseconds(Number(5, 400)), *question);
      most_in_flight_ = std::max(most_in_flight_, answers_.size());
    }
  }

  // Backups come and go.
  void Watch() {
    const TunnelId& id =
        settings_
            .tunnels[static_cast<std::size_t>(Number(0, static_cast<int>(settings_.tunnels.size()) - 1))]
            .id;
    Chance(80) ? schedule_.WatchConnectors(id) : schedule_.LeaveConnectors(id);
  }

  // What the API says changes with its mood: mostly good, all down, faults, refusals.
  TunnelHealth Health() {
    switch (mood_) {
      case 1: return Known(TunnelStatus::kDown);
      case 2: return Unknown(Chance(50) ? Reason::kTimeout : Reason::kServerError);
      case 3: return Unknown(Chance(5) ? Reason::kRateLimited : Reason::kNotFound);
      case 4: return Chance(50) ? Known(TunnelStatus::kDown) : Known(TunnelStatus::kHealthy);
      default: return Chance(1) ? Unknown(Reason::kUnauthorized) : Known(TunnelStatus::kHealthy);
    }
  }

  void Answer(const Question& question) {
    const TunnelHealth health = Health();
    if (question.use == Use::kLookup) {
      ++lookups_;
      schedule_.ConnectorsAnswered(question, health.reason, std::nullopt, now_);
      return;
    }
    if (question.page == 0) return schedule_.Answered(question, health, std::nullopt, now_);
    if (health.status == TunnelStatus::kUnknown) {
      schedule_.ListAnswered(question, std::unexpected(health.reason), std::nullopt, now_);
      return;
    }
    TunnelList list;
    list.page = question.page;
    list.per_page = 10;
    list.total_count = static_cast<std::uint64_t>(Number(0, 40));
    for (std::size_t i = question.tunnel; i < settings_.tunnels.size() && list.tunnels.size() < 10;
        i += accounts_) {
      if (!Chance(5)) list.tunnels.push_back({.id = settings_.tunnels[i].id, .health = Health()});
    }
    list.count = list.tunnels.size();
    if (Chance(70)) list.total_count = list.count;
    schedule_.ListAnswered(question, list, std::nullopt, now_);
  }

  static std::size_t Most(const std::vector<TimePoint>& times, std::chrono::nanoseconds window) {
    std::size_t most = 0;
    for (std::size_t begin = 0, end = 0; end < times.size(); ++end) {
      while (times[end] - times[begin] >= window) ++begin;
      most = std::max(most, end - begin + 1);
    }
    return most;
  }

  std::mt19937 random_;
  Settings settings_;
  std::size_t accounts_ = 1;
  CheckSchedule schedule_;
  TimePoint now_{1000s};
  int mood_ = 0;
  std::multimap<TimePoint, Question> answers_;
  std::map<std::size_t, std::vector<TimePoint>> sent_;  // by budget
  std::vector<TimePoint> all_sent_;
  std::size_t most_in_flight_ = 0;
  std::size_t lookups_ = 0;
};

TEST(BudgetSimulation, InAnyFiveMinutesNoBudgetIsExceededNorTheProcessInAnySecond) {
  std::size_t fullest = 0;
  std::size_t lookups = 0;
  for (unsigned seed = 1; seed <= 24; ++seed) {
    Simulation simulation(seed);
    simulation.Run(2h);
    EXPECT_GT(simulation.sent(), 500U) << seed;
    EXPECT_LE(simulation.most_of_a_budget(), 960U) << seed;
    EXPECT_LE(simulation.most_in_a_second(), 100U) << seed;
    EXPECT_LE(simulation.most_in_flight(), 100U) << seed;
    fullest = std::max(fullest, simulation.most_of_a_budget());
    lookups += simulation.lookups();
  }
  EXPECT_GT(lookups, 1000U);
  EXPECT_GT(fullest, 912U) << "the reserve was needed, so the bound was tried";
}

}  // namespace
}  // namespace failover
