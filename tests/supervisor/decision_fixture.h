// Observations of one tunnel, judged one after another.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

#include "supervisor/decision.h"
#include "tests/supervisor/samples.h"

namespace failover {

inline const TimePoint kNow{std::chrono::hours(1000)};

class Decision : public testing::Test {
 protected:
  explicit Decision(const std::string& fields = "", const std::string& of_tunnel = "")
      : list_(Settings(fields, of_tunnel)) {}

  // Observation number `number`, judged at `now` by `list`; the state moves on.
  std::optional<words::Verdict> Observe(
      TunnelStatus status, TimePoint now = kNow, GatewayState gateway = GatewayState::kReachable) {
    const UnitRule* rule = list_.Find(Id(kTunnelOne));
    const TunnelFact fact{.rule = rule,
        .observation = ++number_,
        .gateway = gateway,
        .status = status,
        .reason = status == TunnelStatus::kUnknown ? "timeout" : "none",
        .primary_returned = returned_};
    const auto decided = Decide(fact, state_, unit_, rule->failback ? &failback_ : nullptr, now);
    if (!decided) return std::nullopt;
    state_ = *decided;
    return state_.verdict;
  }

  const UnitWhitelist list_;
  TunnelState state_;
  UnitHistory unit_;
  UnitHistory failback_;
  bool returned_ = false;
  std::uint64_t number_ = 0;
};

}  // namespace failover
