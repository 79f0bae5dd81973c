// The one line of `systemctl status failover-prober`. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "common/health.h"
#include "prober/report_client.h"
#include "prober/tunnel_health.h"

namespace failover {

struct StatusFacts {
  std::size_t tunnels = 0;
  const std::map<TunnelId, TunnelHealth>& healths;
  std::optional<GatewayState> gateway;
  ReportClient::State supervisor = ReportClient::State::kAway;
  const VerdictBook& verdicts;
  const std::string& digest;  // of our configuration
};

// "2 tunnels: 1 healthy, 1 down (1 backed up); gateway reachable; supervisor connected"
std::string DescribeStatus(const StatusFacts& facts);

}  // namespace failover
