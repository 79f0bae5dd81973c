// For the tests of check_schedule.h where each tunnel is asked alone.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "prober/check_schedule.h"

namespace failover {

inline const TimePoint kNow(std::chrono::seconds(1000));
inline constexpr TunnelHealth kDown = Known(TunnelStatus::kDown);
inline constexpr TunnelHealth kHealthy = Known(TunnelStatus::kHealthy);

inline TunnelId Id(unsigned number) {
  std::string bytes(sizeof(uuid_t), '\0');
  bytes[14] = static_cast<char>(number >> 8);
  bytes[15] = static_cast<char>(number & 0xff);
  return *TunnelId::FromBytes(bytes);
}

inline WatchedTunnel Tunnel(unsigned number) {
  return {.id = Id(number),
      .label = "",
      .account_id = std::to_string(number),  // so that each is asked alone
      .token = "token",
      .failover_on = {TunnelStatus::kDown, TunnelStatus::kDegraded},
      .failure_threshold = 3};
}

class CheckScheduleTest : public testing::Test {
 protected:
  CheckScheduleTest() {
    settings_.check_interval = std::chrono::seconds(3);
    settings_.confirm_interval = std::chrono::seconds(1);
    settings_.tunnels = {Tunnel(1), Tunnel(2)};
    Configure();
  }

  void Configure() {
    schedule_.Configure(settings_, kNow);
    asked_.clear();
  }
  std::vector<TunnelId> TakeAll(TimePoint now) {
    std::vector<TunnelId> taken;
    while (const auto question = schedule_.TakeNext(now)) {
      EXPECT_EQ(question->page, 0U);
      taken.push_back(settings_.tunnels[question->tunnel].id);
      asked_.insert_or_assign(taken.back(), *question);
    }
    return taken;
  }
  std::vector<TunnelId> Round(TimePoint now) {
    schedule_.QueueRound(now, now + settings_.check_interval);
    return Suspects(now);
  }
  std::vector<TunnelId> Suspects(TimePoint now) {
    schedule_.QueueSuspects(now);
    return TakeAll(now);
  }
  void Answer(unsigned tunnel, const TunnelHealth& health, TimePoint now,
      std::optional<std::chrono::seconds> retry_after = std::nullopt) {
    schedule_.Answered(asked_.at(Id(tunnel)), health, retry_after, now);
  }

  Settings settings_;
  CheckSchedule schedule_{[] { return 1.0; }};
  std::map<TunnelId, Question> asked_;
};

}  // namespace failover
