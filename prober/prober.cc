#include "prober/prober.h"

#include <glog/logging.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "common/config.h"
#include "common/log.h"
#include "prober/log_stream.h"
#include "prober/metrics.h"
#include "prober/status_line.h"
#include "prober/status_page.h"

namespace failover {
namespace {

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

Prober::Prober(EventLoop& loop, Paths paths)
    : loop_(loop), paths_(std::move(paths)), service_manager_(loop), chronicle_(BootClock::now()),
      reports_(loop, paths_.socket,
          {.connected = [this] { poller_.ConfirmAgain(); }, .acknowledged = [this] { OnAcknowledged(); }}),
      poller_(loop,
          {.gateway = [this](const GatewayResult& result) { OnGateway(result); },
              .tunnel = [this](const TunnelId& id, const TunnelHealth& health,
                            const HttpAnswer& answer) { OnTunnel(id, health, answer); },
              .budget = [](const BudgetLoad& load) { LOG(WARNING) << Escape(Describe(load)); },
              .probed = [this](const GatewayResult& result) { chronicle_.Probed(result, BootClock::now()); },
              .answered = [this](const HttpAnswer& answer) { chronicle_.Answered(answer); },
              .turn_done = [this] { OnTurnDone(); }}),
      status_(loop, {.status = [this](std::size_t number,
                                   std::string& out) { return AppendStatus(View(), number, out); },
                        .metrics = [this](std::size_t number,
                                       std::string& out) { return AppendMetrics(View(), number, out); },
                        .trouble = [this] { return TroubleOf(View()); }}),
      on_reload_(loop, SIGHUP, [this] { Reload(); }), on_terminate_(loop, SIGTERM, [this] { Stop(); }),
      on_interrupt_(loop, SIGINT, [this] { Stop(); }) {}

std::expected<void, Faults> Prober::Start() {
  if (auto done = LoadAndApply(); !done) return done;
  LOG(INFO) << "Checking " << settings_.tunnels.size() << " tunnel(s) every "
            << std::chrono::duration<double>(settings_.check_interval).count() << " s. "
            << "Gateway: " << (settings_.gateway ? settings_.gateway->ToString() : "not checked");
  OpenStatus();
  reports_.Start();
  service_manager_.Ready();
  return {};
}

std::expected<void, Faults> Prober::LoadAndApply() {
  const auto config = LoadConfig(paths_.config);
  if (!config) return std::unexpected(config.error());
  auto made = MakeSettings(*config, paths_.config);
  if (!made) return std::unexpected(made.error());
  if (auto done = poller_.Configure(made->settings); !done) {
    return std::unexpected(Faults{paths_.config + ": gateway_ip: " + done.error().message});
  }
  UseLogFormat(made->settings.log_format);
  Warn(config->warnings);
  Warn(config->tampering);
  Warn(config->exposure);
  Warn(made->exposure);
  if (made->settings.gateway != settings_.gateway) gateway_.reset();
  settings_ = std::move(made->settings);
  reports_.Configure(settings_);
  by_id_.clear();
  for (const WatchedTunnel& tunnel : settings_.tunnels) by_id_.emplace(tunnel.id, &tunnel);
  std::erase_if(healths_, [this](const auto& entry) { return !by_id_.contains(entry.first); });
  chronicle_.Reloaded(settings_, BootClock::now());
  status_.ForgetPages();
  if (const auto opened = status_.OpenTcp(settings_.status_listen); !opened) {
    LOG(ERROR) << "No status by TCP: " << Escape(opened.error().message);
  }
  return {};
}

// Without it everything else works, so it is said and nothing else.
void Prober::OpenStatus() {
  if (paths_.status_socket.empty()) return;
  if (const auto opened = status_.OpenUnix(paths_.status_socket, paths_.status_group); !opened) {
    LOG(ERROR) << "No status: " << Escape(opened.error().message);
  }
}

void Prober::Reload() {
  service_manager_.Reloading();
  if (const auto done = LoadAndApply(); !done) {
    chronicle_.ReloadFailed(done.error(), BootClock::now());
    for (const std::string& fault : done.error()) {
      LOG(ERROR) << "Configuration not reloaded, the old one stays in force: " << Escape(fault);
    }
  } else {
    LOG(INFO) << "Configuration reloaded: " << settings_.tunnels.size() << " tunnel(s)";
  }
  service_manager_.Ready();
}

void Prober::Stop() {
  service_manager_.Stopping();
  loop_.Stop();
}

void Prober::OnGateway(const GatewayResult& result) {
  reports_.SetGateway(result.state, result.round_trip);
  if (gateway_ == result.state) return;
  const bool first = !gateway_;
  gateway_ = result.state;
  switch (result.state) {
    case GatewayState::kNotChecked: return;
    case GatewayState::kReachable:
      LOG(INFO) << "Gateway " << settings_.gateway->ToString() << " reachable" << (first ? "." : " again.");
      return;
    case GatewayState::kUnreachable:
      LOG(WARNING) << "Gateway " << settings_.gateway->ToString()
                   << " unreachable. Skipping tunnel monitoring."
                   << (result.trouble.empty() ? "" : " " + result.trouble);
      return;
  }
}

void Prober::OnTunnel(const TunnelId& id, const TunnelHealth& health, const HttpAnswer& answer) {
  reports_.Observe(id, health);
  const WatchedTunnel* tunnel = by_id_.at(id);
  chronicle_.Checked(*tunnel, health, answer, BootClock::now());
  const auto [known, first] = healths_.try_emplace(id, health);
  if (!first && known->second == health) return;
  known->second = health;
  const std::string line =
      "Tunnel " + tunnel->label + " status: " + ToString(health) + Remark(health, answer);
  if (health.status == TunnelStatus::kHealthy) {
    LOG(INFO) << line;
  } else {
    LOG(WARNING) << line;
  }
}

void Prober::OnTurnDone() {
  reports_.Flush();
  service_manager_.Status(StatusLine());
}

void Prober::OnAcknowledged() {
  const VerdictBook& book = reports_.verdicts();
  for (const TunnelId& id : book.news()) {
    const auto tunnel = by_id_.find(id);
    if (tunnel != by_id_.end()) chronicle_.Told(tunnel->second->unit, book.verdicts().at(id));
  }
  service_manager_.Status(StatusLine());
}

StatusView Prober::View() {
  GatewayNames names;
  if (settings_.gateway) names.addresses.push_back(settings_.gateway->ToString());
  if (settings_.gateway && gateway_ == GatewayState::kReachable) names.answered_by = names.addresses.front();
  const TimePoint now = BootClock::now();
  return {.now = now,
      .unix_offset = unix_clock_.Offset(now, std::chrono::system_clock::now()),
      .settings = settings_,
      .chronicle = chronicle_,
      .schedule = poller_.schedule(),
      .supervisor = reports_.state(),
      .verdicts = reports_.verdicts(),
      .times = reports_.times(),
      .gateway = std::move(names)};
}

std::string Prober::StatusLine() const {
  return DescribeStatus({.tunnels = settings_.tunnels.size(),
      .healths = healths_,
      .gateway = gateway_,
      .supervisor = reports_.state(),
      .verdicts = reports_.verdicts(),
      .digest = settings_.digest});
}

}  // namespace failover
