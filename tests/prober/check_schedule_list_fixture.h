// For the tests of check_schedule.h where tunnels share account and token.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "prober/check_schedule.h"

namespace failover {

inline const TimePoint kNow(std::chrono::seconds(1000));
inline constexpr TunnelHealth kDown = Known(TunnelStatus::kDown);
inline constexpr TunnelHealth kHealthy = Known(TunnelStatus::kHealthy);

inline TunnelId Id(char fill) { return *TunnelId::FromBytes(std::string(16, fill)); }

inline WatchedTunnel Tunnel(char fill) {
  return {.id = Id(fill),
      .label = "",
      .account_id = "account",
      .token = "token",
      .failover_on = {TunnelStatus::kDown},
      .failure_threshold = 2};
}

class CheckScheduleListTest : public testing::Test {
 protected:
  CheckScheduleListTest() {
    settings_.check_interval = std::chrono::seconds(3);
    settings_.confirm_interval = std::chrono::seconds(1);
    Watch("abc");
  }
  void Watch(const std::string& tunnels) {
    settings_.tunnels.clear();
    for (const char fill : tunnels) settings_.tunnels.push_back(Tunnel(fill));
    schedule_.Configure(settings_, kNow);
  }

  // What is asked now: "page 1", "a".
  std::vector<std::string> Take(TimePoint now) {
    std::vector<std::string> taken;
    while (const auto question = schedule_.TakeNext(now)) {
      const char tunnel = settings_.tunnels[question->tunnel].id.bytes()[0];
      taken.push_back(
          question->page == 0 ? std::string(1, tunnel) : "page " + std::to_string(question->page));
      asked_[taken.back()] = *question;
    }
    return taken;
  }
  std::vector<std::string> Round(TimePoint now) {
    schedule_.QueueRound(now, now + std::chrono::seconds(3));
    schedule_.QueueSuspects(now);
    return Take(now);
  }
  std::vector<std::string> Suspects(TimePoint now) {
    schedule_.QueueSuspects(now);
    return Take(now);
  }

  // A page of the list: lower case is healthy, upper case down. What is news: "a", "B", "c?".
  std::vector<std::string> AnswerPage(
      unsigned page, const std::string& tunnels, TimePoint now, std::uint64_t total, std::uint64_t size) {
    TunnelList list;
    list.count = tunnels.size();
    list.page = page;
    list.per_page = size;
    list.total_count = total;
    for (const char fill : tunnels) {
      const char lower = static_cast<char>(fill | 0x20);
      list.tunnels.push_back({.id = Id(lower), .health = fill == lower ? kHealthy : kDown});
    }
    return News(schedule_.ListAnswered(asked_.at("page " + std::to_string(page)), list, std::nullopt, now));
  }
  std::vector<std::string> AnswerList(const std::string& tunnels, TimePoint now) {
    return AnswerPage(1, tunnels, now, tunnels.size(), 1000);
  }
  std::vector<std::string> FailPage(unsigned page, Reason reason, TimePoint now) {
    return News(schedule_.ListAnswered(
        asked_.at("page " + std::to_string(page)), std::unexpected(reason), std::nullopt, now));
  }
  static std::vector<std::string> News(const std::vector<ListedTunnel>& news) {
    std::vector<std::string> told;
    for (const ListedTunnel& tunnel : news) {
      const char fill = tunnel.id.bytes()[0];
      told.emplace_back(1, tunnel.health == kDown ? static_cast<char>(fill & ~0x20) : fill);
      if (tunnel.health.status == TunnelStatus::kUnknown) told.back() += "?";
    }
    return told;
  }
  void Answer(const std::string& tunnel, const TunnelHealth& health, TimePoint now) {
    schedule_.Answered(asked_.at(tunnel), health, std::nullopt, now);
  }

  Settings settings_;
  CheckSchedule schedule_{[] { return 1.0; }};
  std::map<std::string, Question> asked_;
};

}  // namespace failover
