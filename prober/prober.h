// The prober as a whole: owns the loop's objects, reads the configuration, reloads it, keeps the
// log and the service manager informed. Runs after root was given up.
#pragma once

#include <glog/logging.h>

#include <map>
#include <string>
#include <vector>

#include "common/event_loop.h"
#include "common/service_manager.h"
#include "prober/chronicle.h"
#include "prober/failback_watch.h"
#include "prober/gateway_log.h"
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

  // Reads the configuration and opens the sockets.
  std::expected<void, Faults> Start();
  // Tells the service manager that it is ready, and runs the loop until it is told to end.
  void Run() {
    service_manager_.Run();
    TellStatus();
  }

  const GatewayFacts& gateway() const { return poller_.gateway(); }

 private:
  std::expected<void, Faults> LoadAndApply();
  void Reload();
  void OnGateway(const GatewayResult& result);
  void OnTunnel(const TunnelId& id, const TunnelHealth& health, const HttpAnswer& answer);
  void OnAcknowledged();
  void OnTurnDone();
  const WatchedTunnel* Find(const TunnelId& id) const;  // nullptr: not in the settings
  // Counting thousands of tunnels after each packet would cost more than asking for them.
  void TellStatusSoon();
  void TellStatus();
  std::string StatusLine() const;
  void OpenStatus();
  StatusView View();

  Paths paths_;
  ServiceManager service_manager_;
  Settings settings_;
  std::vector<const WatchedTunnel*> by_id_;                        // of settings_, sorted
  std::map<TunnelId, TunnelHealth> healths_;                       // as logged; none before the first answer
  std::vector<std::pair<google::LogSeverity, std::string>> news_;  // lines of this turn of the loop
  GatewayLog gateway_log_;
  ReportClient reports_;
  TunnelPoller poller_;
  FailbackWatch failback_;
  Timer tell_status_;
  Chronicle chronicle_;
  UnixClock unix_clock_;
  StatusServer status_;  // reads all of the above
};

}  // namespace failover
