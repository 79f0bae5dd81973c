#include "ctl/health_check.h"

#include <algorithm>
#include <map>

#include "ctl/status_view.h"
#include "ctl/text.h"
#include "ctl/tunnel_name.h"
#include "ctl/verdict_words.h"

namespace failover {
namespace {

constexpr double kReloadTakes = 15;  // seconds in which the two sides may differ

std::string_view Name(Grade grade) {
  switch (grade) {
    case Grade::kOk: return "OK";
    case Grade::kWarning: return "WARNING";
    case Grade::kCritical: return "CRITICAL";
    case Grade::kUnknown: return "UNKNOWN";
  }
  __builtin_unreachable();
}

// What is known to be bad outweighs what is not known, and that outweighs a warning.
int Weight(Grade grade) {
  switch (grade) {
    case Grade::kOk: return 0;
    case Grade::kWarning: return 1;
    case Grade::kUnknown: return 2;
    case Grade::kCritical: return 3;
  }
  __builtin_unreachable();
}

struct Finding {
  Grade grade;
  std::string words;
};

// The rounds after which an answer is too old to be judged, and the seconds that a slow one takes.
double Stale(double interval) { return 3 * interval + 15; }

double IntervalOf(const status::Status& all, const status::Tunnel& tunnel) {
  const auto budget =
      std::ranges::find(all.budgets(), tunnel.budget(), [](const auto& one) { return one.name(); });
  return budget == all.budgets().end() ? all.configuration().check_interval() : budget->interval();
}

Finding JudgeStatus(const status::Status& all, const status::Tunnel& tunnel) {
  const std::string since = tunnel.status() + " for " + Duration(tunnel.since());
  if (tunnel.status() == "not_asked_yet") return {Grade::kUnknown, "not asked yet"};
  if (tunnel.status() == "unknown") {
    return {Grade::kUnknown, "unknown (" + tunnel.reason() + ") for " + Duration(tunnel.since())};
  }
  if (tunnel.last_check_age() > Stale(IntervalOf(all, tunnel))) {
    return {
        Grade::kUnknown, "was " + tunnel.status() + ", not asked for " + Duration(tunnel.last_check_age())};
  }
  if (tunnel.status() == "healthy") return {Grade::kOk, since};
  const auto& failover_on = tunnel.failover_on();
  const bool failing = std::ranges::find(failover_on, tunnel.status()) != failover_on.end();
  if (!failing) return {Grade::kWarning, since + ", not in failover_on"};
  // The prober's own count, which goes on without a supervisor.
  if (tunnel.backup_wanted() || tunnel.failures() >= tunnel.failure_threshold())
    return {Grade::kCritical, since};
  return {Grade::kWarning, since + ", not confirmed (" + std::to_string(tunnel.failures()) + " of " +
                               std::to_string(tunnel.failure_threshold()) + ")"};
}

Finding JudgeTunnel(const status::Status& all, const status::Tunnel& tunnel, const std::string& name) {
  // With the gateway lost, that is the finding; what was last known of a tunnel is none.
  Finding finding =
      GatewayLost(all) ? Finding{Grade::kOk, "was " + tunnel.status()} : JudgeStatus(all, tunnel);
  const words::Verdict verdict = VerdictNamed(tunnel.verdict());
  const std::string unit = UnitLabel(tunnel.unit());
  if (finding.grade != Grade::kOk && finding.grade != Grade::kUnknown) {
    const bool started = OutcomeNamed(tunnel.last_start_outcome()) != words::NOT_STARTED;
    if (started) finding.words += ", " + unit + " started " + LastStart(tunnel);
  }
  if (verdict == words::WAIT_NO_RECORD || verdict == words::WAIT_HOURLY_LIMIT) {
    finding = {Grade::kCritical, finding.words + ", " + std::string(WordsOf(verdict).why)};
  }
  if (FailbackNamed(tunnel.failback()) == words::FAILBACK_FLAPPING && finding.grade == Grade::kOk) {
    finding = {Grade::kWarning, finding.words + ", " + std::string(WordsOf(words::FAILBACK_FLAPPING))};
  }
  if (tunnel.paused_for() > 0) finding.words += ", paused for " + Duration(tunnel.paused_for());
  finding.words = name + " " + finding.words;
  return finding;
}

// What is wrong with the watching itself.
std::vector<Finding> JudgeWatching(const status::Status& all) {
  std::vector<Finding> findings;
  const status::Configuration& config = all.configuration();
  const status::Supervisor& supervisor = all.supervisor();
  if (GatewayLost(all)) {
    findings.push_back({Grade::kCritical, "gateway " + GatewayName(all.gateway()) + " unreachable for " +
                                              Duration(all.gateway().since()) + ", tunnels are not asked"});
  }
  const bool probed = all.gateway().state() == "reachable" || GatewayLost(all);
  if (probed && all.gateway().last_probe_age() > Stale(config.check_interval())) {
    findings.push_back(
        {Grade::kUnknown, "the gateway was not probed for " + Duration(all.gateway().last_probe_age()) +
                              "; see: systemctl status failover-prober"});
  }
  const double patience = std::max(15.0, 3 * config.check_interval());  // the supervisor's own
  if (supervisor.state() != "connected") {
    findings.push_back({Grade::kWarning, "supervisor not connected, nothing can be started"});
  } else if (supervisor.last_acknowledgement_age() > patience) {
    findings.push_back({Grade::kWarning,
        "supervisor has not answered for " + Duration(supervisor.last_acknowledgement_age())});
  }
  if (!config.last_reload_succeeded()) {
    findings.push_back({Grade::kWarning, "the last reload was refused"});
  } else if (!config.supervisor_digest().empty() && config.digest() != config.supervisor_digest() &&
             config.last_reload_age() > kReloadTakes) {
    findings.push_back({Grade::kWarning, "prober and supervisor have different configurations"});
  }
  for (const status::Budget& budget : all.budgets()) {
    if (budget.paused_for() <= 0) continue;
    findings.push_back(
        {Grade::kWarning, "the API refuses requests for " + Duration(budget.paused_for()) + " more"});
  }
  return findings;
}

// A label may have what perfdata takes for its own: quotes and equal signs.
std::string Label(std::string name) {
  std::ranges::replace(name, '\'', '_');
  std::ranges::replace(name, '=', '_');
  std::ranges::replace(name, '|', '_');
  return name.contains(' ') ? "'" + name + "'" : name;
}

void AddTunnels(const status::Status& all, std::vector<std::string>& perfdata) {
  std::map<std::string, int> counts = {
      {"healthy", 0}, {"degraded", 0}, {"down", 0}, {"inactive", 0}, {"unknown", 0}};
  for (const status::Tunnel& tunnel : all.tunnels()) {
    const auto count = GatewayLost(all) ? counts.end() : counts.find(tunnel.status());
    ++(count == counts.end() ? counts["unknown"] : count->second);
  }
  for (const auto& [word, count] : counts) perfdata.push_back(word + "=" + std::to_string(count) + ";;;0");
  for (const status::Budget& budget : all.budgets()) {
    const std::string limit = std::to_string(budget.limit());
    perfdata.push_back(
        Label("budget " + budget.name()) + "=" + std::to_string(budget.used()) + ";;;0;" + limit);
  }
}

std::vector<std::string> Perfdata(const status::Status& all, const status::Tunnel* tunnel) {
  std::vector<std::string> data;
  const status::Gateway& gateway = all.gateway();
  if (gateway.state() != "not_checked") {
    const double lost = gateway.probes_60s() == 0 ? 0 : 100.0 * gateway.lost_60s() / gateway.probes_60s();
    data.push_back(
        "gateway_rtt=" + (GatewayLost(all) ? "U" : Rounded(gateway.round_trip(), 4) + "s") + ";;;0");
    data.push_back("gateway_loss=" + Rounded(lost) + "%;;;0;100");
  }
  if (tunnel == nullptr) {
    AddTunnels(all, data);
    return data;
  }
  data.push_back("api_latency=" + Rounded(tunnel->recent_latency(), 4) + "s;;;0");
  const std::string threshold = std::to_string(tunnel->failure_threshold());
  data.push_back("failures=" + std::to_string(tunnel->failures()) + ";;" + threshold + ";0;" + threshold);
  return data;
}

// One line, however many tunnels there are.
std::string Summary(const std::vector<Finding>& findings, const std::string& otherwise) {
  constexpr std::size_t kShown = 4;
  std::vector<std::string> words;  // the worst first
  for (const Grade grade : {Grade::kCritical, Grade::kUnknown, Grade::kWarning}) {
    for (const Finding& finding : findings) {
      if (finding.grade == grade) words.push_back(finding.words);
    }
  }
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, words.size()); ++i) text += (i > 0 ? "; " : "") + words[i];
  if (words.size() > kShown) text += "; and " + std::to_string(words.size() - kShown) + " more";
  return words.empty() ? otherwise : text;
}

}  // namespace

HealthCheck Check(const status::Status& status, const std::optional<std::size_t>& tunnel) {
  const std::vector<std::string> names = ShortNames(TunnelsOf(status));
  std::vector<Finding> findings = JudgeWatching(status);
  const status::Tunnel* only = tunnel ? &status.tunnels(static_cast<int>(*tunnel)) : nullptr;
  std::string otherwise = CountTunnels(status);
  const auto paused =
      std::ranges::count_if(status.tunnels(), [](const status::Tunnel& t) { return t.paused_for() > 0; });
  if (paused > 0) otherwise += ", " + std::to_string(paused) + " paused";
  for (int i = 0; i < status.tunnels_size(); ++i) {
    if (only != nullptr && only != &status.tunnels(i)) continue;
    findings.push_back(JudgeTunnel(status, status.tunnels(i), names[static_cast<std::size_t>(i)]));
    if (only != nullptr) otherwise = findings.back().words;
  }
  const auto worst =
      std::ranges::max_element(findings, {}, [](const Finding& f) { return Weight(f.grade); });
  return {.grade = worst == findings.end() ? Grade::kOk : worst->grade,
      .text = Summary(findings, otherwise),
      .perfdata = Perfdata(status, only)};
}

HealthCheck NothingKnown(const std::string& why) {
  return {.grade = Grade::kUnknown, .text = why, .perfdata = {}};
}

std::string Describe(const HealthCheck& check) {
  std::string text = check.text;
  std::ranges::replace(text, '|', '/');  // begins the perfdata
  std::string line = std::string(Name(check.grade)) + " - " + text;
  for (const char* separator = " | "; const std::string& value : check.perfdata) {
    line += separator + value;
    separator = " ";
  }
  return line + "\n";
}

Json ToJson(const HealthCheck& check) {
  return Json::Object({{"state", Name(check.grade)}, {"exit_status", static_cast<int>(check.grade)},
      {"text", check.text}, {"perfdata", Json::Strings(check.perfdata)}});
}

}  // namespace failover
