// `failoverctl status`: everything at a glance, for somebody at three in the morning. Pure: a status
// in, lines out.
#pragma once

#include <optional>
#include <string>

#include "ctl/terminal.h"
#include "status.pb.h"

namespace failover {

struct StatusView {
  std::optional<std::size_t> tunnel = {};  // only this one, by its index
  enum class Sparklines { kNo, kYes } sparklines = Sparklines::kNo;
};

std::string DescribeStatus(const status::Status& status, const StatusView& view, const Terminal& terminal);

// The parts of it that other commands show as well.
Tint TintOf(const std::string& tunnel_status);
// "3 tunnels: 2 healthy, 1 down"; with the gateway lost: "3 tunnels, last known: 3 healthy"
std::string CountTunnels(const status::Status& status);
// "192.168.1.1", or "192.168.1.1 or fe80::1%eth0"
std::string GatewayName(const status::Gateway& gateway);
// Whether nobody is asked at present, so that every tunnel's status is of the past.
bool GatewayLost(const status::Status& status);
// "8 s ago, succeeded", or "never"
std::string LastStart(const status::Tunnel& tunnel);

}  // namespace failover
