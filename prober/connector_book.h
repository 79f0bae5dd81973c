// What is known of the connectors of each tunnel whose backup may be running: the newest finding
// about its primary, and why there is none. Pure; the clock is passed in.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "common/clock.h"
#include "prober/primary.h"
#include "prober/settings.h"

namespace failover {

std::string_view Name(Primary primary);  // "uncertain", "away", "returned"

struct ConnectorView {
  std::size_t connectors = 0;  // in the newest list
  enum class Own { kUnknown, kKnown } own = Own::kUnknown;
  Primary primary = Primary::kUncertain;
  std::string uncertainty = {};           // one sentence; empty unless the primary is uncertain
  std::optional<TimePoint> list_at = {};  // when the newest list came
};

class ConnectorBook {
 public:
  // Keeps what is known of the tunnels that stay and still have a failback_service.
  void Configure(const Settings& settings);

  // The tunnel's backup may be running: from now on there is something to know. Until Leave().
  void Watch(const TunnelId& id);
  void Leave(const TunnelId& id) { watched_.erase(id); }

  // A list came, and then what this host's connectors said; or no list. Nothing of a tunnel that is
  // not watched is kept. Each returns the line for the log if the finding is another one now.
  std::optional<std::string> Judge(
      const TunnelId& id, const Connectors& list, const std::set<ConnectorId>& claims, TimePoint now);
  std::optional<std::string> Failed(const TunnelId& id, Reason reason);
  // The same for a list that is too old to tell anything any more. Before each use of the finding.
  std::optional<std::string> Expire(const TunnelId& id, TimePoint now);

  // Nothing unless the tunnel is watched.
  std::optional<ConnectorView> Find(const TunnelId& id) const;
  Primary PrimaryOf(const TunnelId& id) const;

 private:
  struct Watched {
    PrimaryJudge judge = {};
    ConnectorView view = {};
  };
  struct Tunnel {
    std::string label;
    std::string local_metrics;
  };

  std::optional<std::string> Note(const TunnelId& id, Primary primary, std::string uncertainty);

  std::chrono::nanoseconds longest_age_{0};
  std::map<TunnelId, Tunnel> tunnels_;  // with failback_service
  std::map<TunnelId, Watched> watched_;
};

}  // namespace failover
