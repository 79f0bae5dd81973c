#include "prober/status_page.h"

#include <algorithm>
#include <cmath>

#include "prober/json_text.h"

namespace failover {
namespace {

constexpr std::string_view kNotAskedYet = "not_asked_yet";

// Numbers that are read by people: milliseconds of ages, microseconds of what took time.
double Milli(double seconds) { return std::round(seconds * 1e3) / 1e3; }
double Micro(double seconds) { return std::round(seconds * 1e6) / 1e6; }

void SetConfiguration(const StatusView& view, status::Configuration& to) {
  const Settings& settings = view.settings;
  const ReloadStory& reload = view.chronicle.reload();
  to.set_digest(settings.digest);
  to.set_supervisor_digest(view.verdicts.config_digest());
  to.set_last_reload_succeeded(reload.faults.empty());
  to.set_last_reload_age(Milli(view.Age(reload.at)));
  for (const std::string& fault : reload.faults) to.add_faults(fault);
  to.set_check_interval(InSeconds(settings.check_interval));
  to.set_confirm_interval(InSeconds(settings.confirm_interval));
  to.set_cooldown(InSeconds(settings.rules.cooldown));
  to.set_max_starts_per_hour(settings.rules.max_starts_per_hour);
  to.set_unknown_is_down_after(InSeconds(settings.rules.unknown_is_down_after));
  to.set_failback_after(InSeconds(settings.rules.failback_after));
}

void SetGateway(const StatusView& view, status::Gateway& to) {
  const GatewayFacts& facts = view.gateway;
  to.set_state(StateName(facts));
  // Before the first probe, those that it will ask; of the default route they are not known yet.
  for (const GatewayAddress& one : facts.state ? facts.asked : facts.choice.addresses) {
    to.add_addresses(one.ToString());
  }
  if (facts.answered_by) to.set_answered_by(facts.answered_by->ToString());
  if (facts.since) to.set_since(Milli(view.Age(*facts.since)));
  if (facts.probed_at) to.set_last_probe_age(Milli(view.Age(*facts.probed_at)));
  to.set_round_trip(Micro(InSeconds(facts.round_trip)));
  const GatewaySums sums = facts.window.Sums(view.now);
  to.set_probes_60s(sums.probes);
  to.set_lost_60s(sums.lost);
  to.set_round_trip_mean_60s(Micro(InSeconds(sums.mean_round_trip)));
  for (const auto& trip : facts.window.recent()) {
    to.add_recent_round_trips(Micro(InSeconds(trip.value_or(std::chrono::nanoseconds::zero()))));
  }
}

void SetSupervisor(const StatusView& view, status::Supervisor& to) {
  const ReportTimes& times = view.times;
  switch (view.supervisor) {
    case ReportClient::State::kAway: to.set_state("away"); break;
    case ReportClient::State::kConnecting: to.set_state("connecting"); break;
    case ReportClient::State::kConnected: to.set_state("connected"); break;
  }
  if (times.last_report()) to.set_last_report_age(Milli(view.Age(*times.last_report())));
  if (times.last_acknowledgement()) {
    to.set_last_acknowledgement_age(Milli(view.Age(*times.last_acknowledgement())));
  }
  to.set_acknowledgement_latency(Micro(InSeconds(times.latency())));
  for (const auto& [name, count] : RefusalsOf(view.verdicts)) (*to.mutable_refusals())[name] = count;
}

void SetVerdict(const StatusView& view, const TunnelVerdict& verdict, status::Tunnel& to) {
  to.set_verdict(words::Verdict_Name(verdict.verdict));
  to.set_failures(verdict.failures);
  to.set_last_start_outcome(words::StartOutcome_Name(verdict.last_outcome));
  if (verdict.last_outcome != words::NOT_STARTED) to.set_last_start_age(Milli(view.Age(verdict.last_start)));
  to.set_paused_for(Milli(std::max(0.0, -view.Age(verdict.paused_until))));
  to.set_failback(words::Failback_Name(verdict.failback));
}

void SetConnectors(const StatusView& view, const ConnectorView& known, status::Connectors& to) {
  to.set_count(static_cast<std::uint32_t>(known.connectors));
  to.set_own_known(known.own == ConnectorView::Own::kKnown);
  to.set_primary(std::string(Name(known.primary)));
  to.set_uncertainty(known.uncertainty);
  if (known.list_at) to.set_age(Milli(view.Age(*known.list_at)));
}

void SetHealth(const StatusView& view, const TunnelStory& story, status::Tunnel& to) {
  to.set_status(StateName(story));
  if (!story.health) return;
  if (story.health->status == TunnelStatus::kUnknown) {
    to.set_reason(std::string(Name(story.health->reason)));
    to.set_explanation(std::string(Explain(story.health->reason)));
  }
  to.set_since(Milli(view.Age(story.since)));
  to.set_last_check_age(Milli(view.Age(story.last_check)));
  to.set_recent_latency(Micro(story.latency));
  for (const float value : story.latencies.InOrder()) to.add_recent_latencies(Micro(value));
}

}  // namespace

std::string StateName(const TunnelStory& story) {
  return story.health ? Name(story.health->status) : std::string(kNotAskedYet);
}

std::string StateName(const GatewayFacts& facts) {
  if (!facts.state) return std::string(kNotAskedYet);
  switch (*facts.state) {
    case GatewayState::kReachable: return "reachable";
    case GatewayState::kUnreachable: return "unreachable";
    case GatewayState::kNotChecked: return "not_checked";
  }
  __builtin_unreachable();
}

status::Status MakeStatus(const StatusView& view) {
  status::Status status;
  status.set_version(1);
  status.set_program_version(FAILOVER_VERSION);
  status.set_time(Milli(view.UnixTime(view.now)));
  status.set_uptime(Milli(view.Age(view.chronicle.started())));
  SetConfiguration(view, *status.mutable_configuration());
  SetGateway(view, *status.mutable_gateway());
  for (const BudgetUse& use : view.schedule.Uses(view.now)) {
    status::Budget& budget = *status.add_budgets();
    budget.set_name(use.name);
    budget.set_used(static_cast<std::uint32_t>(use.used));
    budget.set_limit(static_cast<std::uint32_t>(use.limit));
    budget.set_check_interval(InSeconds(use.check_interval));
    budget.set_interval(Milli(InSeconds(use.interval)));
    budget.set_paused_for(Milli(InSeconds(use.paused_for)));
  }
  SetSupervisor(view, *status.mutable_supervisor());
  return status;
}

status::Tunnel MakeTunnelStatus(const StatusView& view, std::size_t index) {
  const WatchedTunnel& tunnel = view.settings.tunnels.at(index);
  const TunnelStory& story = view.chronicle.Of(tunnel.id);
  status::Tunnel to;
  to.set_id(tunnel.id.ToString());
  to.set_name(tunnel.name);
  to.set_account_id(tunnel.account_id);
  SetHealth(view, story, to);
  to.set_unit(tunnel.unit);
  to.set_failback_unit(tunnel.failback_service);
  to.set_failure_threshold(tunnel.failure_threshold);
  for (const TunnelStatus status : tunnel.failover_on) to.add_failover_on(Name(status));
  SetVerdict(view, VerdictOf(view, tunnel.id), to);
  if (const auto known = view.connectors.Find(tunnel.id))
    SetConnectors(view, *known, *to.mutable_connectors());
  to.set_budget(view.schedule.BudgetOf(index));
  to.set_backup_wanted(BackupFor(view, tunnel) == Backup::kWanted);
  return to;
}

Piece AppendStatus(const StatusView& view, std::size_t number, std::string& out) {
  static constexpr std::string_view kNoTunnels = R"("tunnels":[])";
  const std::size_t tunnels = view.settings.tunnels.size();
  if (number == 0) {
    // The tunnels come last, whatever their place in the schema.
    std::string head;
    AppendJson(MakeStatus(view), head);
    head.erase(head.find(kNoTunnels), kNoTunnels.size() + 1);
    head.pop_back();
    out += head + R"(,"tunnels":[)";
  }
  const std::size_t first = number * kTunnelsInPiece;
  const std::size_t end = std::min(first + kTunnelsInPiece, tunnels);
  for (std::size_t i = first; i < end; ++i) {
    if (i > 0) out += ',';
    AppendJson(MakeTunnelStatus(view, i), out);
  }
  if (end < tunnels) return Piece::kMoreFollow;
  out += "]}\n";
  return Piece::kLast;
}

}  // namespace failover
