#include "prober/primary.h"

#include <algorithm>

namespace failover {
namespace {

bool Has(const Connectors& list, const ConnectorId& id) {
  return std::ranges::find(list, id, &Connector::id) != list.end();
}

}  // namespace

PrimaryJudge::Finding PrimaryJudge::Judge(const Connectors& list, const std::set<ConnectorId>& claims) {
  enum class Own { kUnknown, kKnown } own = Own::kUnknown;
  for (const Connector& connector : list) {
    if (!claims.contains(connector.id) || connector.connections.empty()) continue;
    own = Own::kKnown;
    if (!own_.contains(connector.id)) Learn(connector);
  }
  if (own == Own::kUnknown) {
    if (own_.empty()) before_ = list;
    return Finding::kOwnUnknown;
  }
  for (const Connector& connector : list) {
    if (own_.contains(connector.id)) continue;
    for (const Connection& connection : connector.connections) {
      if (connection.state == Connection::State::kServes && connection.opened_at > start_) {
        return Finding::kReturned;
      }
    }
  }
  return Finding::kAway;
}

void PrimaryJudge::Learn(const Connector& own) {
  const auto earlier = [](const Connection& a, const Connection& b) { return a.opened_at < b.opened_at; };
  const auto raise = [this](CloudflareTime to) { start_ = start_ ? std::max(*start_, to) : to; };
  raise(std::ranges::min_element(own.connections, earlier)->opened_at);
  if (!Has(before_, own.id)) {
    for (const Connector& connector : before_) {
      for (const Connection& connection : connector.connections) raise(connection.opened_at);
    }
  }
  before_.clear();
  own_.insert(own.id);
}

}  // namespace failover
