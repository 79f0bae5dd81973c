// The prober as a whole: owns the loop's objects, reads the configuration, reloads it, keeps the
// log and the service manager informed. Runs after root was given up.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "common/event_loop.h"
#include "common/service_manager.h"
#include "prober/chronicle.h"
#include "prober/report_client.h"
#include "prober/status_server.h"
#include "prober/status_view.h"
#include "prober/tunnel_poller.h"

namespace failover {

class Prober {
 public:
  struct Paths {
    std::string config;
    std::string socket;         // the supervisor's
    std::string status_socket;  // ours; empty: none
    std::string status_group;
  };
  Prober(EventLoop& loop, Paths paths);

  // Reads the configuration and opens the sockets; true readiness is told here.
  std::expected<void, Faults> Start();

 private:
  std::expected<void, Faults> LoadAndApply();
  void Reload();
  void Stop();
  void OnGateway(const GatewayResult& result);
  void OnTunnel(const TunnelId& id, const TunnelHealth& health, const HttpAnswer& answer);
  void OnTurnDone();
  void OnAcknowledged();
  void OpenStatus();
  std::string StatusLine() const;
  StatusView View();

  EventLoop& loop_;
  Paths paths_;
  ServiceManager service_manager_;
  Settings settings_;
  std::map<TunnelId, TunnelHealth> healths_;        // as logged; none before the first answer
  std::map<TunnelId, const WatchedTunnel*> by_id_;  // of settings_
  std::optional<GatewayState> gateway_;             // as logged
  Chronicle chronicle_;
  UnixClock unix_clock_;
  ReportClient reports_;
  TunnelPoller poller_;
  StatusServer status_;
  SignalWatch on_reload_;
  SignalWatch on_terminate_;
  SignalWatch on_interrupt_;
};

}  // namespace failover
