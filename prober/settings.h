// tunnels.json as the prober uses it: durations, tunnels by id, tokens from wherever they stand.
// Made from a configuration that is already checked.
#pragma once

#include <chrono>
#include <expected>
#include <set>
#include <string>
#include <vector>

#include "common/config.h"
#include "common/health.h"
#include "common/tunnel_id.h"
#include "prober/gateway_address.h"

namespace failover {

struct WatchedTunnel {
  TunnelId id;
  std::string label;  // "UUID (NAME)", or the UUID alone
  std::string account_id;
  std::string token;              // secret
  std::string budget_group = {};  // empty: by the token
  std::set<TunnelStatus> failover_on;
  unsigned failure_threshold = 1;
  std::string failback_service = {};  // empty: no failback
  std::string local_metrics = "auto";
};

struct Settings {
  GatewayChoice gateway;
  std::chrono::nanoseconds check_interval{0};
  std::chrono::nanoseconds confirm_interval{0};
  std::chrono::nanoseconds gateway_timeout{0};
  std::chrono::nanoseconds api_timeout{0};
  std::string api_base_url;
  std::string api_ca_file;  // empty: the system's
  std::vector<WatchedTunnel> tunnels;
  std::string digest;  // SHA-256 of the file, 64 hex digits
};

struct LoadedSettings {
  Settings settings;
  Faults exposure;  // of token files
};

// Fails with every fault of the gateway's addresses, of the token files, of api_ca_file and of
// failback_service.
std::expected<LoadedSettings, Faults> MakeSettings(const LoadedConfig& config, const std::string& path);

}  // namespace failover
