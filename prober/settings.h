// tunnels.json as the prober uses it: durations, tunnels by id, tokens from wherever they stand.
// Made from a configuration that is already checked.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
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
  std::string label;      // "UUID (NAME)", or the UUID alone
  std::string name = {};  // may be empty
  std::string unit = {};  // that the supervisor may start
  std::string account_id;
  std::string token;              // secret
  std::string budget_group = {};  // empty: by the token
  std::set<TunnelStatus> failover_on;
  unsigned failure_threshold = 1;
  std::string failback_service = {};  // empty: no failback
  std::string local_metrics = "auto";
};

// An address and a port of this host.
struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

enum class LogFormat { kText, kJson };

// What the supervisor decides by, shown and not used here.
struct Rules {
  std::chrono::nanoseconds cooldown{0};
  unsigned max_starts_per_hour = 0;
  std::chrono::nanoseconds unknown_is_down_after{0};
  std::chrono::nanoseconds failback_after{0};
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
  std::optional<Endpoint> status_listen;
  LogFormat log_format = LogFormat::kText;
  Rules rules;
};

struct LoadedSettings {
  Settings settings;
  Faults exposure;  // of token files
};

// Fails with every fault of the gateway's addresses, of the token files, of api_ca_file, of
// status_listen and of failback_service.
std::expected<LoadedSettings, Faults> MakeSettings(const LoadedConfig& config, const std::string& path);

}  // namespace failover
