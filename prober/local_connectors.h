// Asks the connectors of this host for their ids, at addresses of its loopback. What they answer is
// a claim of whoever has the port, see local_ready.h.
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/event_loop.h"
#include "prober/connections.h"
#include "prober/http_client.h"

namespace failover {

class LocalConnectors {
 public:
  using Done = std::function<void(const std::set<ConnectorId>&)>;

  explicit LocalConnectors(EventLoop& loop);

  // Calls `done` once, from the loop, with the ids that these addresses gave after this call. Each
  // address is asked once for all who want to know, and no more than kMostAtOnce together.
  void Ask(std::vector<std::string> urls, Done done);
  static constexpr std::size_t kMostAtOnce = 64;

 private:
  struct Asker {
    std::vector<std::string> urls;
    Done done;
  };

  void BeginSweep();
  void EndSweep();

  std::vector<Asker> waiting_;
  // The sweep under way, and what it found so far.
  std::vector<Asker> asking_;
  std::size_t unanswered_ = 0;
  std::map<std::string, std::set<ConnectorId>> found_;
  HttpClient http_;  // last: its answers need the members above
};

}  // namespace failover
