// Simulated hours of check_schedule.h against an API with moods, for budget_simulation_test.cc.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "prober/check_schedule.h"

namespace failover {

// What may happen; chances are in percent of rounds, of answers for `sent_again`.
struct Weather {
  int gateway_lost = 2;
  int reload = 1;
  int new_supervisor = 1;
  int stall = 1;  // nothing is handed over to the network for a while, then all of it at once
  int mood = 3;   // it changes
  int sent_again = 0;
  int backup = 1;  // one of them comes or goes, whose tunnel's connectors are looked up
};

class ApiSimulation {
 public:
  ApiSimulation(unsigned seed, Weather weather)
      : random_(seed), weather_(weather), schedule_([this] { return Number(0, 100) / 100.0; }) {}

  ApiSimulation(const ApiSimulation&) = delete;  // the schedule calls back
  ApiSimulation& operator=(const ApiSimulation&) = delete;

  // Random tunnels, accounts, tokens and intervals.
  void Configure() {
    settings_ = {};
    const int tunnels = std::vector{1, 5, 40, 700}.at(static_cast<std::size_t>(Number(0, 3)));
    settings_.check_interval = std::chrono::milliseconds(Number(1000, Chance(20) ? 60000 : 5000));
    settings_.confirm_interval = std::chrono::milliseconds(Number(200, 2000));
    const int accounts = Number(1, tunnels);
    const int tokens = Number(1, 4);
    for (int i = 0; i < tunnels; ++i) {
      const int account = i % accounts;
      const std::string token = std::to_string(account % tokens);
      Watch(i, account, (account % 3 == 0 ? "cfut_" : "cfat_") + token);
      settings_.tunnels.back().failure_threshold = static_cast<unsigned>(Number(1, 50));
      if (account % 7 == 6) settings_.tunnels.back().budget_group = "a label";
    }
    Configure(settings_);
  }

  void Configure(const Settings& settings) {
    settings_ = settings;
    schedule_.Configure(settings_, now_);
    answers_.clear();  // what was in flight is cancelled
    round_ = now_;
  }

  // Adds a tunnel to the settings.
  void Watch(int number, int account, const std::string& token) {
    std::string bytes(sizeof(uuid_t), '\0');
    bytes[14] = static_cast<char>(number >> 8);
    bytes[15] = static_cast<char>(number & 0xff);
    settings_.tunnels.push_back({.id = *TunnelId::FromBytes(bytes),
        .label = "",
        .account_id = std::to_string(account),
        .token = token,
        .failover_on = {TunnelStatus::kDown}});
  }
  Settings& settings() { return settings_; }
  CheckSchedule& schedule() { return schedule_; }

  void Run(std::chrono::nanoseconds length) {
    for (const TimePoint end = now_ + length; now_ < end;) {
      if (round_ <= now_) Round();
      if (schedule_.next_confirmation().value_or(end) <= now_ && gateway_ == Gateway::kAnswers) {
        schedule_.QueueSuspects(now_);
      }
      while (!answers_.empty() && answers_.begin()->first <= now_) {
        Answer(answers_.extract(answers_.begin()).mapped());
      }
      Send();
      if (Chance(weather_.backup)) BackupComesOrGoes();
      now_ = std::min(round_, std::max(now_ + std::chrono::milliseconds(1), Next(end)));
    }
  }

  // The gateway is silent for some rounds.
  void LoseGateway(int rounds) { lost_rounds_ = rounds; }

  // The most requests of one budget in any 300 s that end with a first try, and of the process in
  // any second, as they are handed to the HTTPS client and as they reach the network.
  std::size_t most_of_a_budget() const { return most_of_a_budget_; }
  std::size_t most_in_a_second() const { return Most(sent_, std::chrono::seconds(1)); }
  std::size_t most_on_the_wire() const {
    std::vector<TimePoint> times = wire_;
    std::ranges::sort(times);
    return Most(times, std::chrono::seconds(1));
  }
  std::size_t most_in_flight() const { return most_in_flight_; }
  std::size_t sent() const { return sent_.size(); }
  std::size_t lookups() const { return lookups_; }
  // When each tunnel was asked about alone, by its index.
  const std::map<std::size_t, std::vector<TimePoint>>& asked() const { return asked_; }

  static std::size_t Most(const std::vector<TimePoint>& times, std::chrono::nanoseconds window) {
    std::size_t most = 0;
    for (std::size_t begin = 0, end = 0; end < times.size(); ++end) {
      while (times[end] - times[begin] >= window) ++begin;
      most = std::max(most, end - begin + 1);
    }
    return most;
  }

 private:
  int Number(int low, int high) { return std::uniform_int_distribution(low, high)(random_); }
  bool Chance(int percent) { return Number(1, 100) <= percent; }

  void Round() {
    if (Chance(weather_.reload)) Configure();
    round_ += settings_.check_interval;
    if (lost_rounds_ > 0 || Chance(weather_.gateway_lost)) {
      lost_rounds_ = std::max(0, lost_rounds_ - 1);
      gateway_ = Gateway::kSilent;
      schedule_.Clear();
    } else {
      gateway_ = Gateway::kAnswers;
      schedule_.QueueRound(now_, round_);
      schedule_.QueueSuspects(now_);
    }
    if (Chance(weather_.new_supervisor)) schedule_.ForgetCounts(now_);
    if (Chance(weather_.mood)) mood_ = Number(0, 5);
    if (Chance(weather_.stall)) stalled_until_ = now_ + std::chrono::milliseconds(Number(0, 9000));
  }

  TimePoint Next(TimePoint end) const {
    const TimePoint confirmation =
        gateway_ == Gateway::kAnswers ? schedule_.next_confirmation().value_or(end) : end;
    const TimePoint next = std::min(confirmation, schedule_.next_send().value_or(end));
    return answers_.empty() ? next : std::min(next, answers_.begin()->first);
  }

  void Send() {
    while (const auto question = schedule_.TakeNext(now_)) {
      std::vector<TimePoint>& times = by_budget_[BudgetKey(settings_.tunnels[question->tunnel])];
      times.push_back(now_);
      sent_.push_back(now_);
      wire_.push_back(std::max(now_, stalled_until_));
      if (question->page == 0 && question->use != Use::kLookup) asked_[question->tunnel].push_back(now_);
      std::size_t window = 0;
      for (auto at = times.rbegin(); at != times.rend() && now_ - *at < kBudgetWindow; ++at) ++window;
      most_of_a_budget_ = std::max(most_of_a_budget_, window);
      answers_.emplace(wire_.back() + std::chrono::milliseconds(Number(5, 400)), *question);
      most_in_flight_ = std::max(most_in_flight_, answers_.size());
    }
  }

  void BackupComesOrGoes() {
    const auto at = static_cast<std::size_t>(Number(0, static_cast<int>(settings_.tunnels.size()) - 1));
    const TunnelId& id = settings_.tunnels[at].id;
    Chance(80) ? schedule_.WatchConnectors(id) : schedule_.LeaveConnectors(id);
  }

  // What the API says changes with its mood: mostly good, all down, faults, refusals.
  TunnelHealth Health() {
    switch (mood_) {
      case 1: return Known(TunnelStatus::kDown);
      case 2: return Unknown(Chance(50) ? Reason::kTimeout : Reason::kServerError);
      case 3: return Unknown(Chance(5) ? Reason::kRateLimited : Reason::kNotFound);
      case 4: return Chance(50) ? Known(TunnelStatus::kDown) : Known(TunnelStatus::kHealthy);
      default:
        return Chance(1) && weather_.mood > 0 ? Unknown(Reason::kUnauthorized)
                                              : Known(TunnelStatus::kHealthy);
    }
  }

  void Answer(const Question& question) {
    if (Chance(weather_.sent_again)) {
      by_budget_[BudgetKey(settings_.tunnels[question.tunnel])].push_back(now_);
      schedule_.SentAgain(question, 1, now_);
    }
    const TunnelHealth health = Health();
    const CheckSchedule::RetryAfter retry_after =
        Chance(50) ? std::nullopt : std::optional(std::chrono::seconds(Number(0, 1000)));
    if (question.use == Use::kLookup) {
      ++lookups_;
      schedule_.ConnectorsAnswered(question, health.reason, retry_after, now_);
      return;
    }
    if (question.page == 0) return schedule_.Answered(question, health, retry_after, now_);
    if (health.status == TunnelStatus::kUnknown) {
      schedule_.ListAnswered(question, std::unexpected(health.reason), retry_after, now_);
      return;
    }
    schedule_.ListAnswered(question, Page(question), retry_after, now_);
  }

  // Up to ten of the account's tunnels on a page; now and then it does not agree with the others.
  TunnelList Page(const Question& question) {
    const std::string& account = settings_.tunnels[question.tunnel].account_id;
    std::vector<TunnelId> all;
    for (const WatchedTunnel& tunnel : settings_.tunnels) {
      if (tunnel.account_id == account && !Chance(weather_.mood)) all.push_back(tunnel.id);
    }
    TunnelList list;
    list.page = question.page;
    list.per_page = 10;
    list.total_count = Chance(5) ? static_cast<std::uint64_t>(Number(0, 40)) : all.size();
    for (std::size_t i = 10 * (question.page - 1); i < std::min<std::size_t>(all.size(), 10 * question.page);
        ++i) {
      list.tunnels.push_back({.id = all[i], .health = Health()});
    }
    list.count = list.tunnels.size();
    return list;
  }

  std::mt19937 random_;
  Weather weather_;
  Settings settings_;
  CheckSchedule schedule_;
  TimePoint now_{std::chrono::seconds(1000)};
  TimePoint round_ = now_;
  TimePoint stalled_until_;
  enum class Gateway { kAnswers, kSilent } gateway_ = Gateway::kAnswers;
  int lost_rounds_ = 0;
  int mood_ = 0;
  std::multimap<TimePoint, Question> answers_;
  std::map<std::string, std::vector<TimePoint>> by_budget_;
  std::vector<TimePoint> sent_;
  std::vector<TimePoint> wire_;
  std::map<std::size_t, std::vector<TimePoint>> asked_;
  std::size_t most_of_a_budget_ = 0;
  std::size_t most_in_flight_ = 0;
  std::size_t lookups_ = 0;
};

}  // namespace failover
