#include "prober/metrics.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "prober/metric_text.h"

namespace failover {
namespace {

using enum MetricText::Type;

std::string LowerCase(std::string text) {
  std::ranges::transform(
      text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

void AppendProcess(const StatusView& view, MetricText& to) {
  to.Family("failover_build_info", kGauge, "The version of the prober; always 1.");
  to.Sample("failover_build_info", Label("version", FAILOVER_VERSION), 1.0);
  to.One("process_start_time_seconds", kGauge, "When the prober started, Unix time.",
      view.UnixTime(view.chronicle.started()));
  const ReloadStory& reload = view.chronicle.reload();
  to.One("failover_config_last_reload_successful", kGauge,
      "Whether the last reload of the configuration succeeded.", reload.faults.empty() ? 1 : 0);
  to.One("failover_config_last_reload_success_timestamp_seconds", kGauge,
      "When the configuration in force was read, Unix time.", view.UnixTime(reload.last_success));
  to.One("failover_check_interval_seconds", kGauge, "The check_interval of the configuration.",
      InSeconds(view.settings.check_interval));
}

void AppendGateway(const StatusView& view, MetricText& to) {
  const GatewayFacts& facts = view.gateway;
  const GatewayStory& story = view.chronicle.gateway();
  to.Family("failover_gateway_up", kGauge,
      "Whether a gateway answered the last probe; absent if none is checked.");
  if (facts.state && facts.state != GatewayState::kNotChecked) {
    to.Sample("failover_gateway_up", "", facts.state == GatewayState::kReachable ? 1.0 : 0.0);
  }
  to.Family("failover_gateway_last_probe_timestamp_seconds", kGauge,
      "When the last probe ended, or the last round without one began, Unix time.");
  if (story.last_round) {
    to.Sample("failover_gateway_last_probe_timestamp_seconds", "", view.UnixTime(*story.last_round));
  }
  to.Family("failover_gateway_round_trip_seconds", kHistogram, "Round trips of the gateway's replies.");
  to.Samples("failover_gateway_round_trip_seconds", story.durations);
  to.Family("failover_gateway_probes_total", kCounter, "Probes of the gateway that ended.");
  to.Sample("failover_gateway_probes_total", "", story.probes);
  to.Family("failover_gateway_probes_lost_total", kCounter, "Those of them without a valid reply.");
  to.Sample("failover_gateway_probes_lost_total", "", story.lost);
  const GatewaySums sums = facts.window.Sums(view.now);
  to.Family("failover_gateway_loss_ratio", kGauge,
      "Share of the probes of the last 60 s that were lost; absent without one.");
  if (sums.probes > 0) {
    to.Sample("failover_gateway_loss_ratio", "", static_cast<double>(sums.lost) / sums.probes);
  }
}

void AppendApi(const StatusView& view, MetricText& to) {
  to.Family("failover_api_request_duration_seconds", kHistogram,
      "Durations of the requests of the Cloudflare API.");
  to.Samples("failover_api_request_duration_seconds", view.chronicle.api().durations);
  to.Family("failover_api_requests_total", kCounter,
      "Requests of the Cloudflare API by HTTP status, or by what came in its place.");
  for (const auto& [code, count] : view.chronicle.api().requests) {
    to.Sample("failover_api_requests_total", Label("code", code), count);
  }
  const auto gauge = [&](std::string_view name, std::string_view help, auto value) {
    to.Family(name, kGauge, help);
    for (const BudgetUse& use : view.schedule.Uses(view.now)) {
      to.Sample(name, Label("budget", use.name), static_cast<double>(value(use)));
    }
  };
  using Use = const BudgetUse&;
  gauge("failover_api_budget_used", "Requests in the last 300 s.", [](Use use) { return use.used; });
  gauge("failover_api_budget_limit", "Requests that are sent in any 300 s at most.",
      [](Use use) { return use.limit; });
  gauge("failover_api_interval_seconds",
      "Seconds between two questions about a tunnel, as the budget allows.",
      [](Use use) { return InSeconds(use.interval); });
  gauge("failover_api_paused_seconds",
      "How long nothing more is asked, because the API refuses; 0: it is asked.",
      [](Use use) { return InSeconds(use.paused_for); });
}

void AppendSupervisor(const StatusView& view, MetricText& to) {
  const ReportTimes& times = view.times;
  to.One("failover_supervisor_connected", kGauge, "Whether the supervisor acknowledges reports.",
      view.supervisor == ReportClient::State::kConnected ? 1 : 0);
  to.Family("failover_supervisor_config_matches", kGauge,
      "Whether both daemons have the same configuration in force; absent before the first answer.");
  if (const auto agree = ConfigurationsAgree(view)) {
    to.Sample("failover_supervisor_config_matches", "", *agree ? 1.0 : 0.0);
  }
  to.Family(
      "failover_report_age_seconds", kGauge, "Since the last report to the supervisor; absent before it.");
  if (times.last_report()) to.Sample("failover_report_age_seconds", "", view.Age(*times.last_report()));
  to.Family("failover_acknowledgement_age_seconds", kGauge,
      "Since the supervisor's last answer; absent before it.");
  if (times.last_acknowledgement()) {
    to.Sample("failover_acknowledgement_age_seconds", "", view.Age(*times.last_acknowledgement()));
  }
  to.One("failover_acknowledgement_latency_seconds", kGauge,
      "From the last acknowledged report to its acknowledgement.", InSeconds(times.latency()));
  to.Family("failover_supervisor_refusals_total", kCounter,
      "What the supervisor refused since it started, by reason.");
  for (const auto& [reason, count] : RefusalsOf(view.verdicts)) {
    to.Sample("failover_supervisor_refusals_total", Label("reason", LowerCase(reason)), count);
  }
}

void AppendUnits(const StatusView& view, MetricText& to) {
  to.Family("failover_unit_starts_total", kCounter, "Starts of a backup unit that ended, by outcome.");
  for (const auto& [unit, story] : view.chronicle.units()) {
    for (int i = words::SUCCEEDED; i <= words::OUTCOME_UNKNOWN; ++i) {
      const auto outcome = static_cast<words::StartOutcome>(i);
      const auto found = story.starts.find(outcome);
      to.Sample("failover_unit_starts_total",
          Label("unit", unit) + "," + Label("outcome", LowerCase(words::StartOutcome_Name(outcome))),
          found == story.starts.end() ? std::uint64_t{0} : found->second);
    }
  }
  to.Family("failover_unit_last_start_timestamp_seconds", kGauge,
      "When a backup unit was last started, Unix time.");
  for (const auto& [unit, story] : view.chronicle.units()) {
    if (story.last.last_outcome == words::NOT_STARTED) continue;
    to.Sample("failover_unit_last_start_timestamp_seconds", Label("unit", unit),
        view.UnixTime(story.last.last_start));
  }
}

// One tunnel, and where its samples go.
struct Subject {
  const StatusView& view;
  const WatchedTunnel& tunnel;
  const TunnelStory& story;
  const TunnelVerdict& verdict;
  std::string labels;
};

void AddState(const Subject& of, const char* name, MetricText& to) {
  static constexpr std::array kStates = {
      "healthy", "degraded", "down", "inactive", "unknown", "not_asked_yet"};
  const std::string current = StateName(of.story);
  for (const char* state : kStates) {
    to.Sample(name, of.labels + "," + Label("state", state), state == current ? 1.0 : 0.0);
  }
}

void AddSince(const Subject& of, const char* name, MetricText& to) {
  if (of.story.health) to.Sample(name, of.labels, of.view.UnixTime(of.story.since));
}

void AddLastCheck(const Subject& of, const char* name, MetricText& to) {
  if (of.story.health) to.Sample(name, of.labels, of.view.UnixTime(of.story.last_check));
}

void AddChecks(const Subject& of, const char* name, MetricText& to) {
  for (const auto& [result, count] : of.story.checks) {
    const auto& [status, reason] = result;
    to.Sample(
        name, of.labels + "," + Label("result", Name(status)) + "," + Label("reason", Name(reason)), count);
  }
}

void AddFailures(const Subject& of, const char* name, MetricText& to) {
  to.Sample(name, of.labels, std::uint64_t{of.verdict.failures});
}

void AddConnectors(const Subject& of, const char* name, MetricText& to) {
  if (const auto known = of.view.connectors.Find(of.tunnel.id); known && known->list_at) {
    to.Sample(name, of.labels, std::uint64_t{known->connectors});
  }
}

void AddBackupWanted(const Subject& of, const char* name, MetricText& to) {
  to.Sample(name, of.labels, BackupFor(of.view, of.tunnel) == Backup::kWanted ? 1.0 : 0.0);
}

void AddPaused(const Subject& of, const char* name, MetricText& to) {
  to.Sample(name, of.labels, of.verdict.paused_until > of.view.now ? 1.0 : 0.0);
}

// "FAILBACK_AWAY" is said as "away".
void AddFailback(const Subject& of, const char* name, MetricText& to) {
  if (of.tunnel.failback_service.empty()) return;
  static constexpr std::size_t kPrefix = std::string_view("FAILBACK_").size();
  for (int i = words::Failback_MIN; i <= words::Failback_MAX; ++i) {
    const std::string state = LowerCase(words::Failback_Name(i).substr(kPrefix));
    to.Sample(name, of.labels + "," + Label("state", state), i == of.verdict.failback ? 1.0 : 0.0);
  }
}

void AddUnit(const Subject& of, const char* name, MetricText& to) {
  to.Sample(name, of.labels + "," + Label("unit", of.tunnel.unit), 1.0);
}

// A family of which each tunnel has samples.
struct TunnelFamily {
  const char* name;
  MetricText::Type type;
  const char* help;
  void (*add)(const Subject& of, const char* name, MetricText& to);
};

constexpr std::array kTunnelFamilies = {
    TunnelFamily{"failover_tunnel_state", kGauge,
        "1 for the state that Cloudflare gave last, 0 for the others.", AddState},
    TunnelFamily{"failover_tunnel_state_since_timestamp_seconds", kGauge,
        "Since when the state is what it is, Unix time.", AddSince},
    TunnelFamily{"failover_tunnel_last_check_timestamp_seconds", kGauge,
        "When Cloudflare last answered, or failed to, Unix time.", AddLastCheck},
    TunnelFamily{"failover_tunnel_checks_total", kCounter,
        "Answers about a tunnel by result, with the reason of an unknown one.", AddChecks},
    TunnelFamily{"failover_tunnel_failures", kGauge, "Failing answers in a row, as the supervisor counts.",
        AddFailures},
    TunnelFamily{"failover_tunnel_connectors", kGauge,
        "Connectors in the tunnel's list; absent if it is not asked for.", AddConnectors},
    TunnelFamily{"failover_tunnel_backup_wanted", kGauge,
        "Whether the tunnel counts as failed, so that its backup is wanted.", AddBackupWanted},
    TunnelFamily{"failover_tunnel_paused", kGauge, "Whether the operator has paused the tunnel.", AddPaused},
    TunnelFamily{"failover_tunnel_failback", kGauge,
        "1 for what stands before the failback, 0 for the others; absent without a failback_service.",
        AddFailback},
    TunnelFamily{"failover_tunnel_unit_info", kGauge, "The backup unit of the tunnel; always 1.", AddUnit},
};

constexpr std::size_t kTunnelsInBatch = 200;

}  // namespace

Piece AppendMetrics(const StatusView& view, std::size_t number, std::string& out) {
  MetricText to(out);
  if (number == 0) {
    AppendProcess(view, to);
    AppendGateway(view, to);
    AppendApi(view, to);
    AppendSupervisor(view, to);
    AppendUnits(view, to);
    return view.settings.tunnels.empty() ? Piece::kLast : Piece::kMoreFollow;
  }
  // Each family is complete before the next one begins, so the batches of a family come together.
  const std::size_t tunnels = view.settings.tunnels.size();
  const std::size_t batches = (tunnels + kTunnelsInBatch - 1) / kTunnelsInBatch;
  const std::size_t batch = (number - 1) % batches;
  const TunnelFamily& family = kTunnelFamilies.at((number - 1) / batches);
  if (batch == 0) to.Family(family.name, family.type, family.help);
  const std::size_t end = std::min((batch + 1) * kTunnelsInBatch, tunnels);
  for (std::size_t i = batch * kTunnelsInBatch; i < end; ++i) {
    const WatchedTunnel& tunnel = view.settings.tunnels[i];
    const Subject of{view, tunnel, view.chronicle.Of(tunnel.id), VerdictOf(view, tunnel.id),
        Label("tunnel", tunnel.id.ToString()) + "," + Label("name", tunnel.name)};
    family.add(of, family.name, to);
  }
  return number == kTunnelFamilies.size() * batches ? Piece::kLast : Piece::kMoreFollow;
}

}  // namespace failover
