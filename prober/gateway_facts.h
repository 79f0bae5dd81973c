// What is known about the gateway, for whoever shows it: the log, the status line, the status page.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "common/clock.h"
#include "common/health.h"
#include "prober/gateway_address.h"
#include "prober/gateway_window.h"

namespace failover {

struct GatewayFacts {
  GatewayChoice choice;                       // what the configuration says
  std::vector<GatewayAddress> asked;          // by the last probe; empty if there was nobody to ask
  std::optional<GatewayState> state;          // nothing: not asked yet
  std::optional<TimePoint> since;             // of the state
  std::optional<TimePoint> probed_at;         // when the last probe ended
  std::optional<GatewayAddress> answered_by;  // of the last valid reply, as the next
  std::chrono::nanoseconds round_trip{0};     // 0: no valid reply yet
  GatewayWindow window;
};

}  // namespace failover
