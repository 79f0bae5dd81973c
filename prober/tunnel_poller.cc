#include "prober/tunnel_poller.h"

#include <utility>

#include "prober/cloudflare_api.h"

namespace failover {

TunnelPoller::TunnelPoller(EventLoop& loop, Events events)
    : loop_(loop), events_(std::move(events)), round_(loop, [this] { BeginRound(); }),
      confirm_(loop, [this] { BeginConfirmation(); }) {}

std::expected<void, Error> TunnelPoller::Configure(const Settings& settings) {
  std::unique_ptr<GatewayMonitor> gateway;
  if (settings.gateway) {
    auto opened = GatewayMonitor::Open(loop_, *settings.gateway, settings.gateway_timeout);
    if (!opened) return std::unexpected(opened.error());
    gateway = std::move(*opened);
  }
  settings_ = settings;
  tunnels_.clear();
  for (const WatchedTunnel& tunnel : settings_.tunnels) tunnels_.emplace(tunnel.id, &tunnel);
  gateway_ = std::move(gateway);
  purpose_ = Purpose::kNone;
  last_gateway_.reset();
  // What is under way was asked by the old settings; it is asked again at once.
  http_ = std::make_unique<HttpClient>(loop_,
      HttpSettings{.ca_file = settings_.api_ca_file, .timeout = settings_.api_timeout},
      [this] { OnTurnDone(); });
  schedule_.Configure(settings_);
  round_at_ = BootClock::now();
  round_.Start(std::chrono::nanoseconds::zero());
  SetConfirmTimer();
  return {};
}

void TunnelPoller::ConfirmAgain() {
  schedule_.ForgetCounts(BootClock::now());
  SetConfirmTimer();
}

void TunnelPoller::BeginRound() {
  const TimePoint now = BootClock::now();
  // By the clock, so that late turns do not add up; rounds that a sleeping host missed are left
  // out.
  round_at_ += settings_.check_interval;
  if (round_at_ <= now) round_at_ = now + settings_.check_interval;
  round_.Start(round_at_ - now);
  if (purpose_ == Purpose::kRound && last_gateway_) {
    // The last round's probe is still under way; the supervisor hears from us all the same.
    events_.gateway(*last_gateway_);
    events_.turn_done();
  }
  const bool under_way = purpose_ != Purpose::kNone;
  purpose_ = Purpose::kRound;
  if (!under_way) ProbeGateway();
}

void TunnelPoller::BeginConfirmation() {
  if (purpose_ != Purpose::kNone) return;  // the probe under way serves
  // The loop's clock is read once a turn, so that a timer can fire a moment early.
  const auto next = schedule_.next_confirmation();
  if (!next || *next > BootClock::now()) return SetConfirmTimer();
  purpose_ = Purpose::kSuspects;
  ProbeGateway();
}

void TunnelPoller::ProbeGateway() {
  if (gateway_) {
    gateway_->Probe([this](const GatewayResult& result) { OnGateway(result); });
  } else {
    OnGateway({.state = GatewayState::kNotChecked, .round_trip = {}, .trouble = {}});
  }
}

void TunnelPoller::OnGateway(const GatewayResult& result) {
  const TimePoint now = BootClock::now();
  const Purpose purpose = std::exchange(purpose_, Purpose::kNone);
  last_gateway_ = result;
  if (result.state == GatewayState::kUnreachable) {
    schedule_.Clear();
  } else if (purpose == Purpose::kRound) {
    schedule_.QueueRound(now);
  } else {
    schedule_.QueueSuspects(now);
  }
  events_.gateway(result);
  events_.turn_done();
  AskNext();
  SetConfirmTimer();
}

void TunnelPoller::AskNext() {
  while (const auto id = schedule_.TakeNext(BootClock::now())) {
    const WatchedTunnel& tunnel = *tunnels_.at(*id);
    http_->Get(TunnelUrl(settings_.api_base_url, tunnel.account_id, tunnel.id), tunnel.token,
        [this, id = *id](const HttpAnswer& answer) { OnAnswer(id, answer); });
  }
}

void TunnelPoller::OnAnswer(const TunnelId& id, const HttpAnswer& answer) {
  const TunnelHealth health = JudgeAnswer(answer, id);
  schedule_.Answered(id, health, answer.retry_after, BootClock::now());
  events_.tunnel(id, health, answer);
}

void TunnelPoller::OnTurnDone() {
  events_.turn_done();
  AskNext();
  SetConfirmTimer();
}

void TunnelPoller::SetConfirmTimer() {
  if (const auto next = schedule_.next_confirmation()) {
    confirm_.Start(*next - BootClock::now());
  } else {
    confirm_.Stop();
  }
}

}  // namespace failover
