#include "prober/tunnel_poller.h"

#include <cstdint>
#include <limits>
#include <utility>

#include "prober/cloudflare_api.h"
#include "prober/random.h"

namespace failover {
namespace {

double RandomFraction() {
  return static_cast<double>(RandomValue<std::uint32_t>()) / std::numeric_limits<std::uint32_t>::max();
}

}  // namespace

TunnelPoller::TunnelPoller(EventLoop& loop, Events events)
    : loop_(loop), events_(std::move(events)), schedule_(&RandomFraction), gateway_(loop),
      round_(loop, [this] { BeginRound(); }), confirm_(loop, [this] { BeginConfirmation(); }),
      send_(loop, [this] {
        AskNext();
        SetTimers();
      }) {}

std::expected<void, Error> TunnelPoller::Configure(const Settings& settings) {
  if (auto done = gateway_.Configure(settings.gateway, settings.gateway_timeout); !done) return done;
  settings_ = settings;
  purpose_ = Purpose::kNone;
  last_gateway_.reset();
  // What is under way was asked by the old settings; it is asked again at once.
  http_ = std::make_unique<HttpClient>(loop_,
      HttpSettings{.ca_file = settings_.api_ca_file, .timeout = settings_.api_timeout},
      [this] { OnTurnDone(); });
  round_at_ = BootClock::now();
  schedule_.Configure(settings_, round_at_);
  round_.Start(std::chrono::nanoseconds::zero());
  TellLoads();
  SetTimers();
  return {};
}

void TunnelPoller::ConfirmAgain() {
  schedule_.ForgetCounts(BootClock::now());
  SetTimers();
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
  if (!next || *next > BootClock::now()) return SetTimers();
  purpose_ = Purpose::kSuspects;
  ProbeGateway();
}

void TunnelPoller::ProbeGateway() {
  gateway_.Probe([this](const GatewayResult& result) { OnGateway(result); });
}

void TunnelPoller::OnGateway(const GatewayResult& result) {
  const TimePoint now = BootClock::now();
  const Purpose purpose = std::exchange(purpose_, Purpose::kNone);
  last_gateway_ = result;
  if (result.state == GatewayState::kUnreachable) {
    schedule_.Clear();
  } else {
    // A round's questions serve the suspects that are due.
    if (purpose == Purpose::kRound) schedule_.QueueRound(now, round_at_);
    schedule_.QueueSuspects(now);
  }
  events_.probed(result);
  events_.gateway(result);
  events_.turn_done();
  AskNext();
  SetTimers();
}

void TunnelPoller::AskNext() {
  while (const auto question = schedule_.TakeNext(BootClock::now())) {
    const WatchedTunnel& tunnel = settings_.tunnels.at(question->tunnel);
    if (question->use == Use::kLookup) {
      http_->Get(ConnectionsUrl(settings_.api_base_url, tunnel.account_id, tunnel.id), tunnel.token,
          [this, asked = *question](const HttpAnswer& answer) { OnConnectors(asked, answer); });
    } else if (question->page == 0) {
      http_->Get(TunnelUrl(settings_.api_base_url, tunnel.account_id, tunnel.id), tunnel.token,
          [this, asked = *question](const HttpAnswer& answer) { OnAnswer(asked, answer); });
    } else {
      http_->Get(ListUrl(settings_.api_base_url, tunnel.account_id, question->page), tunnel.token,
          [this, asked = *question](const HttpAnswer& answer) { OnList(asked, answer); });
    }
  }
}

void TunnelPoller::OnAnswer(const Question& question, const HttpAnswer& answer) {
  const TunnelId id = settings_.tunnels.at(question.tunnel).id;
  const TunnelHealth health = JudgeAnswer(answer, id);
  const TimePoint now = BootClock::now();
  schedule_.SentAgain(question, answer.requests - 1, now);
  schedule_.Answered(question, health, answer.retry_after, now);
  events_.answered(answer);
  events_.tunnel(id, health, answer);
}

void TunnelPoller::OnList(const Question& question, const HttpAnswer& answer) {
  const auto list = JudgeList(answer);
  const TimePoint now = BootClock::now();
  schedule_.SentAgain(question, answer.requests - 1, now);
  events_.answered(answer);
  for (const ListedTunnel& news : schedule_.ListAnswered(question, list, answer.retry_after, now)) {
    events_.tunnel(news.id, news.health, answer);
  }
  TellLoads();
}

void TunnelPoller::OnConnectors(const Question& question, const HttpAnswer& answer) {
  auto list = JudgeConnections(answer);
  const Reason reason = list ? Reason::kNone : list.error();
  const TimePoint now = BootClock::now();
  schedule_.SentAgain(question, answer.requests - 1, now);
  events_.answered(answer);
  const auto wanted = schedule_.ConnectorsAnswered(question, reason, answer.retry_after, now);
  if (wanted == Lookups::Wanted::kNo) return;
  events_.connectors(settings_.tunnels.at(question.tunnel).id, std::move(list));
}

void TunnelPoller::OnTurnDone() {
  events_.turn_done();
  AskNext();
  SetTimers();
}

void TunnelPoller::TellLoads() {
  for (const BudgetLoad& load : schedule_.TakeChangedLoads()) events_.budget(load);
}

void TunnelPoller::SetTimers() {
  const TimePoint now = BootClock::now();
  const auto set = [now](Timer& timer, std::optional<TimePoint> at) {
    if (at) {
      timer.Start(*at - now);
    } else {
      timer.Stop();
    }
  };
  set(confirm_, schedule_.next_confirmation());
  set(send_, schedule_.next_send());
}

}  // namespace failover
