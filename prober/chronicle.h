// What the prober has seen since it started, kept for the status page and the metrics alone:
// nothing is decided by it. Pure; the clock is passed in. Holds no token.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "common/clock.h"
#include "common/config.h"
#include "common/health.h"
#include "common/tunnel_id.h"
#include "prober/gateway_monitor.h"
#include "prober/histogram.h"
#include "prober/http_answer.h"
#include "prober/recent_values.h"
#include "prober/settings.h"
#include "prober/tunnel_health.h"
#include "prober/verdict_book.h"

namespace failover {

inline double InSeconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

struct TunnelStory {
  std::optional<TunnelHealth> health;  // of the last answer
  TimePoint since;                     // that it is so
  TimePoint last_check;
  double latency = 0;  // of the last answer, seconds
  RecentValues latencies;
  unsigned failing = 0;  // answers in a row that are in failover_on; UNKNOWN neither counts nor resets
  std::map<std::pair<TunnelStatus, Reason>, std::uint64_t> checks;
};

// What GatewayFacts do not keep.
struct GatewayStory {
  std::optional<TimePoint> last_round;  // when a probe ended, or a round began without one
  std::uint64_t probes = 0;
  std::uint64_t lost = 0;
  Histogram durations{{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1}};
};

struct ApiStory {
  Histogram durations{{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}};
  std::map<std::string, std::uint64_t> requests;  // by HTTP status, or by what came in its place
};

// A unit that may be started, as the supervisor tells.
struct UnitStory {
  TunnelVerdict last;  // the last one that named it
  std::map<words::StartOutcome, std::uint64_t> starts;
};

struct ReloadStory {
  TimePoint at;            // of the last reload, or of the start
  TimePoint last_success;  // of the configuration in force
  Faults faults;           // of the last one; empty: it succeeded
};

class Chronicle {
 public:
  explicit Chronicle(TimePoint now) : started_(now) {}

  // New settings: tunnels and units that left are forgotten.
  void Reloaded(const Settings& settings, TimePoint now);
  void ReloadFailed(const Faults& faults, TimePoint now);

  // A probe of the gateway ended, or a round began without one.
  void Probed(const GatewayResult& result, TimePoint now);
  // One request of the API ended.
  void Answered(const HttpAnswer& answer);
  // Something was learnt about a tunnel.
  void Checked(
      const WatchedTunnel& tunnel, const TunnelHealth& health, const HttpAnswer& answer, TimePoint now);
  // The supervisor said something new about a tunnel and so about its unit.
  void Told(const std::string& unit, const TunnelVerdict& verdict);

  TimePoint started() const { return started_; }
  const GatewayStory& gateway() const { return gateway_; }
  const ApiStory& api() const { return api_; }
  const ReloadStory& reload() const { return reload_; }
  const std::map<std::string, UnitStory>& units() const { return units_; }
  // An empty one for a tunnel that was not asked yet.
  const TunnelStory& Of(const TunnelId& id) const;

 private:
  TimePoint started_;
  GatewayStory gateway_;
  ApiStory api_;
  ReloadStory reload_;
  std::map<TunnelId, TunnelStory> tunnels_;
  std::map<std::string, UnitStory> units_;
};

}  // namespace failover
