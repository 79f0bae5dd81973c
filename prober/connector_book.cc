#include "prober/connector_book.h"

#include <algorithm>
#include <utility>

#include "prober/lookups.h"

namespace failover {
namespace {

// So many look-ups in a row may fail to come before the last one is worth nothing.
constexpr int kLookupsMissed = 3;

constexpr std::string_view kNotYet = "its connectors were not asked for yet";
constexpr std::string_view kTooOld =
    "Cloudflare's list of its connectors is too old; the API budget may leave no room for newer ones";

std::string NoClaim(const std::string& local_metrics) {
  const std::string where = local_metrics == "auto" ? "127.0.0.1, ports 20241 to 20245" : local_metrics;
  return "no cloudflared answers on this host (" + where +
         "); let local_metrics be what the backup has as --metrics";
}

}  // namespace

std::string_view Name(Primary primary) {
  switch (primary) {
    case Primary::kUncertain: return "uncertain";
    case Primary::kAway: return "away";
    case Primary::kReturned: return "returned";
  }
  __builtin_unreachable();
}

void ConnectorBook::Configure(const Settings& settings) {
  const auto interval = std::max<std::chrono::nanoseconds>(settings.check_interval, kLookupInterval);
  longest_age_ = kLookupsMissed * interval + settings.api_timeout;
  tunnels_.clear();
  for (const WatchedTunnel& tunnel : settings.tunnels) {
    if (tunnel.failback_service.empty()) continue;
    tunnels_.emplace(tunnel.id, Tunnel{.label = tunnel.label, .local_metrics = tunnel.local_metrics});
  }
  std::erase_if(watched_, [this](const auto& entry) { return !tunnels_.contains(entry.first); });
}

void ConnectorBook::Watch(const TunnelId& id) {
  const auto [entry, added] = watched_.try_emplace(id);
  if (added) entry->second.view.uncertainty = kNotYet;
}

std::optional<std::string> ConnectorBook::Judge(
    const TunnelId& id, const Connectors& list, const std::set<ConnectorId>& claims, TimePoint now) {
  const auto found = watched_.find(id);
  if (found == watched_.end()) return std::nullopt;
  ConnectorView& view = found->second.view;
  const PrimaryJudge::Finding finding = found->second.judge.Judge(list, claims);
  view.connectors = list.size();
  view.list_at = now;
  view.own = finding == PrimaryJudge::Finding::kOwnUnknown ? ConnectorView::Own::kUnknown
                                                           : ConnectorView::Own::kKnown;
  switch (finding) {
    case PrimaryJudge::Finding::kAway: return Note(id, Primary::kAway, "");
    case PrimaryJudge::Finding::kReturned: return Note(id, Primary::kReturned, "");
    case PrimaryJudge::Finding::kOwnUnknown: break;
  }
  if (claims.empty()) return Note(id, Primary::kUncertain, NoClaim(tunnels_.at(id).local_metrics));
  return Note(id, Primary::kUncertain,
      "no cloudflared of this host is connected to it by Cloudflare's list; is the backup running, and "
      "is local_metrics what it has as --metrics?");
}

std::optional<std::string> ConnectorBook::Failed(const TunnelId& id, Reason reason) {
  return Note(id, Primary::kUncertain,
      "no list of its connectors (" + std::string(Name(reason)) + "): " + std::string(Explain(reason)));
}

std::optional<std::string> ConnectorBook::Expire(const TunnelId& id, TimePoint now) {
  const auto found = watched_.find(id);
  if (found == watched_.end()) return std::nullopt;
  const ConnectorView& view = found->second.view;
  const bool fresh = view.list_at && now - *view.list_at <= longest_age_;
  if (fresh || view.primary == Primary::kUncertain) return std::nullopt;
  return Note(id, Primary::kUncertain, std::string(kTooOld));
}

std::optional<ConnectorView> ConnectorBook::Find(const TunnelId& id) const {
  const auto found = watched_.find(id);
  return found == watched_.end() ? std::nullopt : std::optional(found->second.view);
}

Primary ConnectorBook::PrimaryOf(const TunnelId& id) const {
  const auto found = watched_.find(id);
  return found == watched_.end() ? Primary::kUncertain : found->second.view.primary;
}

std::optional<std::string> ConnectorBook::Note(
    const TunnelId& id, Primary primary, std::string uncertainty) {
  const auto found = watched_.find(id);
  if (found == watched_.end()) return std::nullopt;
  ConnectorView& view = found->second.view;
  const bool same = view.primary == primary && view.uncertainty == uncertainty;
  view.primary = primary;
  view.uncertainty = std::move(uncertainty);
  if (same) return std::nullopt;
  std::string line = "Tunnel " + tunnels_.at(id).label + " primary: " + std::string(Name(primary));
  if (primary == Primary::kUncertain) line += ": " + view.uncertainty + ". No failback meanwhile.";
  return line;
}

}  // namespace failover
