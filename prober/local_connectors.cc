#include "prober/local_connectors.h"

#include <chrono>
#include <utility>

#include "prober/local_ready.h"

namespace failover {
namespace {

constexpr HttpSettings::Peer kThisHost = HttpSettings::Peer::kThisHost;
constexpr std::chrono::seconds kTimeout{1};
constexpr std::size_t kMaxReadyBody = std::size_t{64} * 1024;  // bytes

}  // namespace

LocalConnectors::LocalConnectors(EventLoop& loop)
    : http_(loop, {.peer = kThisHost, .timeout = kTimeout, .max_body = kMaxReadyBody}, [this] {
        if (unanswered_ == 0 && !asking_.empty()) EndSweep();
      }) {}

void LocalConnectors::Ask(std::vector<std::string> urls, Done done) {
  waiting_.push_back({.urls = std::move(urls), .done = std::move(done)});
  if (asking_.empty()) BeginSweep();
}

void LocalConnectors::BeginSweep() {
  found_.clear();
  std::size_t taken = 0;
  for (; taken < waiting_.size() && found_.size() < kMostAtOnce; ++taken) {
    for (const std::string& url : waiting_[taken].urls) found_.try_emplace(url);
  }
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(taken);
  asking_.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  unanswered_ = found_.size();
  for (const auto& [url, ids] : found_) {
    http_.Get(url, "", [this, asked = url](const HttpAnswer& answer) {
      --unanswered_;
      if (const auto id = JudgeReady(answer)) found_[asked].insert(*id);
    });
  }
}

void LocalConnectors::EndSweep() {
  const std::vector<Asker> asked = std::exchange(asking_, {});
  const auto found = std::exchange(found_, {});
  if (!waiting_.empty()) BeginSweep();
  for (const Asker& asker : asked) {
    std::set<ConnectorId> ids;
    for (const std::string& url : asker.urls) ids.insert(found.at(url).begin(), found.at(url).end());
    asker.done(ids);
  }
}

}  // namespace failover
