#include "prober/prober.h"

#include <glog/logging.h>
#include <malloc.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "common/log.h"
#include "prober/config_check.h"
#include "prober/status_line.h"

namespace failover {
namespace {

constexpr std::chrono::milliseconds kStatusDelay{500};

void Warn(const Faults& faults) {
  for (const std::string& fault : faults) LOG(WARNING) << Escape(fault);
}

std::string Remark(const TunnelHealth& health, const HttpAnswer& answer) {
  std::string remark;
  if (health.reason == Reason::kNone) return remark;
  if (answer.transport == Transport::kAnswered) {
    remark = "HTTP " + std::to_string(answer.status) + ": ";
  }
  return ": " + remark + std::string(Explain(health.reason));
}

}  // namespace

Prober::Prober(EventLoop& loop, std::string config_path, std::string socket_path)
    : config_path_(std::move(config_path)), service_manager_(loop, [this] { Reload(); }),
      reports_(loop, std::move(socket_path),
          {.connected = [this] { poller_.ConfirmAgain(); }, .acknowledged = [this] { OnAcknowledged(); }}),
      poller_(loop, {.gateway = [this](const GatewayResult& result) { OnGateway(result); },
                        .tunnel = [this](const TunnelId& id, const TunnelHealth& health,
                                      const HttpAnswer& answer) { OnTunnel(id, health, answer); },
                        .budget = [](const BudgetLoad& load) { LOG(WARNING) << Escape(Describe(load)); },
                        .connectors =
                            [this](const TunnelId& id, std::expected<Connectors, Reason> list) {
                              failback_.Listed(id, std::move(list));
                            },
                        .turn_done = [this] { OnTurnDone(); }}),
      failback_(loop, {.watch = [this](const TunnelId& id) { poller_.WatchConnectors(id); },
                          .leave = [this](const TunnelId& id) { poller_.LeaveConnectors(id); }}),
      status_(loop, [this] { TellStatus(); }) {}

std::expected<void, Faults> Prober::Start() {
  if (auto done = LoadAndApply(); !done) return done;
  malloc_trim(0);  // reading the file takes several times its size
  reports_.Start();
  return {};
}

std::expected<void, Faults> Prober::LoadAndApply() {
  const auto config = CheckConfig(config_path_);
  if (!config) return std::unexpected(config.error());
  auto made = MakeSettings(config->loaded, config_path_);
  if (!made) return std::unexpected(made.error());
  if (auto done = poller_.Configure(made->settings); !done) {
    return std::unexpected(Faults{config_path_ + ": gateway " + done.error().message});
  }
  Warn(config->warnings);
  Warn(config->tampering);
  Warn(config->exposure);
  Warn(made->exposure);
  settings_ = std::move(made->settings);
  for (const std::string& line : Describe(config->loaded.settings)) LOG(INFO) << Escape(line);
  reports_.Configure(settings_);
  failback_.Configure(settings_, reports_.verdicts());
  by_id_.clear();
  for (const WatchedTunnel& tunnel : settings_.tunnels) by_id_.push_back(&tunnel);
  std::ranges::sort(by_id_, {}, &WatchedTunnel::id);
  std::erase_if(healths_, [&](const auto& entry) { return Find(entry.first) == nullptr; });
  return {};
}

const WatchedTunnel* Prober::Find(const TunnelId& id) const {
  const auto found = std::ranges::lower_bound(by_id_, id, {}, &WatchedTunnel::id);
  return found != by_id_.end() && (*found)->id == id ? *found : nullptr;
}

void Prober::Reload() {
  if (const auto done = LoadAndApply(); !done) {
    for (const std::string& fault : done.error()) {
      LOG(ERROR) << "Configuration not reloaded, the old one stays in force: " << Escape(fault);
    }
  } else {
    LOG(INFO) << "Configuration reloaded: " << settings_.tunnels.size() << " tunnel(s)";
  }
  malloc_trim(0);
}

void Prober::OnGateway(const GatewayResult& result) {
  reports_.SetGateway(result.state, result.round_trip, gateway().window.Sums(BootClock::now()));
  for (const GatewayLine& line : gateway_log_.News(gateway(), result.trouble)) {
    switch (line.severity) {
      case GatewayLine::Severity::kInfo: LOG(INFO) << Escape(line.text); break;
      case GatewayLine::Severity::kWarning: LOG(WARNING) << Escape(line.text); break;
    }
  }
}

void Prober::OnTunnel(const TunnelId& id, const TunnelHealth& health, const HttpAnswer& answer) {
  reports_.Observe(id, health, failback_.PrimaryOf(id, BootClock::now()));
  const auto [known, first] = healths_.try_emplace(id, health);
  if (!first && known->second == health) return;
  known->second = health;
  const bool healthy = health.status == TunnelStatus::kHealthy;
  news_.emplace_back(healthy ? google::GLOG_INFO : google::GLOG_WARNING,
      "Tunnel " + Find(id)->label + " status: " + ToString(health) + Remark(health, answer));
}

void Prober::OnAcknowledged() {
  failback_.Acknowledged(reports_.verdicts());
  TellStatusSoon();
}

void Prober::OnTurnDone() {
  reports_.Flush();  // before anything is written: a start waits for it
  for (const auto& [severity, line] : std::exchange(news_, {})) LOG_AT_LEVEL(severity) << line;
  TellStatusSoon();
}

void Prober::TellStatusSoon() {
  if (!status_.running()) status_.Start(kStatusDelay);
}

void Prober::TellStatus() { service_manager_.Status(StatusLine()); }

std::string Prober::StatusLine() const {
  return DescribeStatus({.tunnels = settings_.tunnels.size(),
      .healths = healths_,
      .gateway = gateway().state,
      .gateway_sums = gateway().window.Sums(BootClock::now()),
      .supervisor = reports_.state(),
      .verdicts = reports_.verdicts(),
      .digest = settings_.digest});
}

}  // namespace failover
