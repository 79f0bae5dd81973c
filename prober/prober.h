// The prober as a whole: owns the loop's objects, reads the configuration, reloads it, keeps the
// log and the service manager informed. Runs after root was given up.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "common/event_loop.h"
#include "common/service_manager.h"
#include "prober/report_client.h"
#include "prober/tunnel_poller.h"

namespace failover {

class Prober {
 public:
  Prober(EventLoop& loop, std::string config_path, std::string socket_path);

  // Reads the configuration and opens the sockets; true readiness is told here.
  std::expected<void, Faults> Start();

 private:
  std::expected<void, Faults> LoadAndApply();
  void Reload();
  void Stop();
  void OnGateway(const GatewayResult& result);
  void OnTunnel(const TunnelId& id, const TunnelHealth& health, const HttpAnswer& answer);
  void OnTurnDone();
  const WatchedTunnel* Find(const TunnelId& id) const;  // nullptr: not in the settings
  // Counting thousands of tunnels after each packet would cost more than asking for them.
  void TellStatusSoon();
  void TellStatus();
  std::string StatusLine() const;

  EventLoop& loop_;
  std::string config_path_;
  ServiceManager service_manager_;
  Settings settings_;
  std::vector<const WatchedTunnel*> by_id_;   // of settings_, sorted
  std::map<TunnelId, TunnelHealth> healths_;  // as logged; none before the first answer
  std::optional<GatewayState> gateway_;       // as logged
  ReportClient reports_;
  TunnelPoller poller_;
  Timer status_;
  SignalWatch on_reload_;
  SignalWatch on_terminate_;
  SignalWatch on_interrupt_;
};

}  // namespace failover
