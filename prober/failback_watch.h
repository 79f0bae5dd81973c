// Who is connected to the tunnels that have a failback_service, for as long as their backup may be
// running by what the supervisor said. Brings together Cloudflare's lists and this host's
// connectors; tells what it finds with each observation, and decides nothing.
#pragma once

#include <expected>
#include <functional>
#include <optional>

#include "common/event_loop.h"
#include "prober/connections.h"
#include "prober/connector_book.h"
#include "prober/local_connectors.h"
#include "prober/settings.h"
#include "prober/verdict_book.h"

namespace failover {

// Started, and failback_service not started since.
bool BackupMayRun(const TunnelVerdict& verdict);

class FailbackWatch {
 public:
  // From now on a tunnel's connectors are to be asked for, or no longer.
  struct Events {
    std::function<void(const TunnelId&)> watch;
    std::function<void(const TunnelId&)> leave;
  };
  FailbackWatch(EventLoop& loop, Events events);

  // New settings; what is to be asked for is told once more.
  void Configure(const Settings& settings, const VerdictBook& verdicts);
  // The supervisor said something new.
  void Acknowledged(const VerdictBook& verdicts);
  // An answer to what was asked for: the list, or why there is none.
  void Listed(const TunnelId& id, std::expected<Connectors, Reason> list);

  // For the report: the newest finding, and kUncertain if it is too old.
  Primary PrimaryOf(const TunnelId& id, TimePoint now);
  // For the status; nothing if the tunnel's connectors are not asked for.
  std::optional<ConnectorView> Find(const TunnelId& id) const { return book_.Find(id); }
  const ConnectorBook& book() const { return book_; }

 private:
  void Follow(const TunnelId& id, const TunnelVerdict& verdict);

  Events events_;
  std::map<TunnelId, std::vector<std::string>> ready_urls_;  // of tunnels with failback_service
  ConnectorBook book_;
  LocalConnectors local_;
};

}  // namespace failover
