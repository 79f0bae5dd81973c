// The one line of `systemctl status failover-prober`. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "common/health.h"
#include "prober/gateway_window.h"
#include "prober/report_client.h"
#include "prober/tunnel_health.h"

namespace failover {

struct StatusFacts {
  std::size_t tunnels = 0;
  const std::map<TunnelId, TunnelHealth>& healths;
  std::optional<GatewayState> gateway;
  GatewaySums gateway_sums = {};
  ReportClient::State supervisor = ReportClient::State::kAway;
  const VerdictBook& verdicts;
  const std::string& digest;  // of our configuration
};

// "2 tunnels: 1 healthy, 1 down (1 backed up); gateway reachable (0 % lost, 0.4 ms); supervisor
// connected". Loss and round trip are over 60 s, and rounded so that the line changes seldom.
std::string DescribeStatus(const StatusFacts& facts);

}  // namespace failover
