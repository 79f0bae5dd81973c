// Asks the gateway and Cloudflare in time: check_schedule.h with the loop, the raw socket and the
// HTTPS client around it. Tells what it finds through Events; decides nothing.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "common/error.h"
#include "common/event_loop.h"
#include "prober/check_schedule.h"
#include "prober/connections.h"
#include "prober/gateway_monitor.h"
#include "prober/http_client.h"
#include "prober/settings.h"

namespace failover {

class TunnelPoller {
 public:
  struct Events {
    std::function<void(const GatewayResult&)> gateway;
    std::function<void(const TunnelId&, const TunnelHealth&, const HttpAnswer&)> tunnel;
    std::function<void(const BudgetLoad&)> budget;  // its interval is another one now
    // Who is connected to a tunnel that is watched for that, or why that is not known.
    std::function<void(const TunnelId&, std::expected<Connectors, Reason>)> connectors;
    // For those who count: a probe or a round without one, a request of the API.
    std::function<void(const GatewayResult&)> probed = [](const GatewayResult&) {};
    std::function<void(const HttpAnswer&)> answered = [](const HttpAnswer&) {};
    std::function<void()> turn_done;  // all that this turn of the loop brought was told
  };
  TunnelPoller(EventLoop& loop, Events events);

  // Takes new settings and begins a round with them at once. Fails, changing nothing, if a raw
  // socket cannot be opened.
  std::expected<void, Error> Configure(const Settings& settings);

  const GatewayFacts& gateway() const { return gateway_.facts(); }

  // A new supervisor: what fails is confirmed again soon.
  void ConfirmAgain();

  // A tunnel's connectors are looked up as well, or no longer. Configure() ends all look-ups.
  void WatchConnectors(const TunnelId& id) { schedule_.WatchConnectors(id); }
  void LeaveConnectors(const TunnelId& id) { schedule_.LeaveConnectors(id); }

  const CheckSchedule& schedule() const { return schedule_; }

 private:
  void BeginRound();
  void BeginConfirmation();
  void ProbeGateway();
  void OnGateway(const GatewayResult& result);
  void AskNext();
  void OnAnswer(const Question& question, const HttpAnswer& answer);
  void OnList(const Question& question, const HttpAnswer& answer);
  void OnConnectors(const Question& question, const HttpAnswer& answer);
  void OnTurnDone();
  void TellLoads();
  void SetTimers();

  EventLoop& loop_;
  Events events_;
  Settings settings_;
  CheckSchedule schedule_;
  GatewayMonitor gateway_;
  std::unique_ptr<HttpClient> http_;
  enum class Purpose { kNone, kRound, kSuspects } purpose_ = Purpose::kNone;  // of the probe
  std::optional<GatewayResult> last_gateway_;
  TimePoint round_at_;
  Timer round_;
  Timer confirm_;
  Timer send_;  // when the budgets have room for what waits
};

}  // namespace failover
