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
double Seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

std::string Hex(const std::string& bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 0xf];
  }
  return hex;
}

void SetConfiguration(const StatusView& view, status::Configuration& to) {
  const Settings& settings = view.settings;
  const ReloadStory& reload = view.chronicle.reload();
  to.set_digest(Hex(settings.digest));
  to.set_supervisor_digest(Hex(view.verdicts.config_digest()));
  to.set_last_reload_succeeded(reload.faults.empty());
  to.set_last_reload_age(Milli(view.Age(reload.at)));
  for (const std::string& fault : reload.faults) to.add_faults(fault);
  to.set_check_interval(Seconds(settings.check_interval));
  to.set_confirm_interval(Seconds(settings.confirm_interval));
  to.set_cooldown(Seconds(settings.rules.cooldown));
  to.set_max_starts_per_hour(settings.rules.max_starts_per_hour);
  to.set_unknown_is_down_after(Seconds(settings.rules.unknown_is_down_after));
}

void SetGateway(const StatusView& view, status::Gateway& to) {
  const GatewayStory& story = view.chronicle.gateway();
  to.set_state(StateName(story));
  for (const std::string& address : view.gateway.addresses) to.add_addresses(address);
  to.set_answered_by(view.gateway.answered_by);
  if (!story.last_probe) return;
  to.set_since(Milli(view.Age(story.since)));
  to.set_last_probe_age(Milli(view.Age(*story.last_probe)));
  to.set_round_trip(Micro(story.round_trip));
  const GatewayMinute minute = view.chronicle.Minute(view.now);
  to.set_probes_60s(minute.probes);
  to.set_lost_60s(minute.lost);
  to.set_round_trip_mean_60s(Micro(minute.mean));
  for (const float value : story.round_trips.InOrder()) to.add_recent_round_trips(Micro(value));
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
  to.set_acknowledgement_latency(Micro(Seconds(times.latency())));
  for (const auto& [name, count] : view.verdicts.refusals()) (*to.mutable_refusals())[name] = count;
}

void SetVerdict(const StatusView& view, const TunnelVerdict& verdict, status::Tunnel& to) {
  to.set_verdict(wire::Verdict_Name(verdict.verdict));
  to.set_failures(verdict.failures);
  to.set_last_start_outcome(wire::StartOutcome_Name(verdict.last_outcome));
  if (verdict.last_outcome != wire::NOT_STARTED) to.set_last_start_age(Milli(view.Age(verdict.last_start)));
  to.set_starts_in_hour(verdict.starts_in_hour);
  if (verdict.paused_until) to.set_paused_for(Milli(std::max(0.0, -view.Age(*verdict.paused_until))));
  to.set_failback(wire::Failback_Name(verdict.failback));
  if (verdict.last_failback) to.set_last_failback_age(Milli(view.Age(*verdict.last_failback)));
}

void SetConnectors(const StatusView& view, const ConnectorFacts& facts, status::Connectors& to) {
  to.set_count(facts.count);
  to.set_own_known(facts.own == ConnectorFacts::Own::kSeen);
  switch (facts.primary) {
    case wire::PRIMARY_AWAY: to.set_primary("away"); break;
    case wire::PRIMARY_RETURNED: to.set_primary("returned"); break;
    default: to.set_primary("uncertain"); break;  // protobuf's enums are open
  }
  to.set_uncertainty(facts.uncertainty);
  to.set_age(Milli(view.Age(facts.at)));
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

std::string StateName(const GatewayStory& story) {
  if (!story.state) return std::string(kNotAskedYet);
  switch (*story.state) {
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
    budget.set_check_interval(Seconds(use.check_interval));
    budget.set_interval(Milli(Seconds(use.interval)));
    budget.set_paused_for(Milli(Seconds(use.paused_for)));
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
  to.set_failure_threshold(tunnel.failure_threshold);
  for (const TunnelStatus status : tunnel.failover_on) to.add_failover_on(Name(status));
  SetVerdict(view, VerdictOf(view, tunnel.id), to);
  if (story.connectors) SetConnectors(view, *story.connectors, *to.mutable_connectors());
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
