#include "prober/failback_watch.h"

#include <glog/logging.h>

#include <utility>

#include "prober/local_ready.h"

namespace failover {
namespace {

void Say(const std::optional<std::string>& line, const ConnectorBook& book, const TunnelId& id) {
  if (!line) return;
  if (book.PrimaryOf(id) == Primary::kUncertain) {
    LOG(WARNING) << *line;
  } else {
    LOG(INFO) << *line;
  }
}

}  // namespace

bool BackupMayRun(const TunnelVerdict& verdict) {
  // The supervisor judges the failback at the first observation after the start.
  const bool starts = verdict.verdict == words::START || verdict.last_outcome == words::PENDING;
  const bool ended = verdict.failback == words::FAILBACK_NONE || verdict.failback == words::FAILBACK_STARTED;
  return verdict.last_outcome != words::NOT_STARTED && (starts || !ended);
}

FailbackWatch::FailbackWatch(EventLoop& loop, Events events) : events_(std::move(events)), local_(loop) {}

void FailbackWatch::Configure(const Settings& settings, const VerdictBook& verdicts) {
  ready_urls_.clear();
  for (const WatchedTunnel& tunnel : settings.tunnels) {
    if (!tunnel.failback_service.empty()) ready_urls_.emplace(tunnel.id, ReadyUrls(tunnel.local_metrics));
  }
  book_.Configure(settings);
  for (const auto& [id, verdict] : verdicts.verdicts()) Follow(id, verdict);
}

void FailbackWatch::Acknowledged(const VerdictBook& verdicts) {
  if (ready_urls_.empty()) return;  // nobody wants to know
  for (const TunnelId& id : verdicts.news()) Follow(id, verdicts.verdicts().at(id));
}

void FailbackWatch::Follow(const TunnelId& id, const TunnelVerdict& verdict) {
  if (!ready_urls_.contains(id)) return;
  if (BackupMayRun(verdict)) {
    book_.Watch(id);
    events_.watch(id);
  } else {
    book_.Leave(id);
    events_.leave(id);
  }
}

void FailbackWatch::Listed(const TunnelId& id, std::expected<Connectors, Reason> list) {
  const auto urls = ready_urls_.find(id);
  if (urls == ready_urls_.end()) return;
  if (!list) return Say(book_.Failed(id, list.error()), book_, id);
  local_.Ask(urls->second, [this, id, list = std::move(*list)](const std::set<ConnectorId>& claims) {
    Say(book_.Judge(id, list, claims, BootClock::now()), book_, id);
  });
}

Primary FailbackWatch::PrimaryOf(const TunnelId& id, TimePoint now) {
  Say(book_.Expire(id, now), book_, id);
  return book_.PrimaryOf(id);
}

}  // namespace failover
