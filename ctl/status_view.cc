#include "ctl/status_view.h"

#include <algorithm>
#include <map>

#include "ctl/sparkline.h"
#include "ctl/table.h"
#include "ctl/text.h"
#include "ctl/tunnel_name.h"
#include "ctl/verdict_words.h"

namespace failover {
namespace {

constexpr std::size_t kLabel = 12;  // columns of "Gateway     "
constexpr std::size_t kLongestName = 24;
constexpr std::size_t kSparkBars = 30;

std::string Line(const Terminal& terminal, const std::string& label, const std::string& text) {
  return Pad(terminal.Paint(Tint::kTitle, label),
             kLabel + terminal.Paint(Tint::kTitle, label).size() - label.size()) +
         text + "\n";
}

std::vector<double> Values(const google::protobuf::RepeatedField<double>& field) {
  return {field.begin(), field.end()};
}

std::string Sparkle(const google::protobuf::RepeatedField<double>& field, const Terminal& terminal) {
  const std::vector<double> values = Values(field);
  const std::string line = Sparkline(values, kSparkBars, terminal.charset);
  const auto first = values.end() - static_cast<std::ptrdiff_t>(std::min(kSparkBars, values.size()));
  return values.empty() ? "" : line + " " + Latency(*std::max_element(first, values.end())) + " at most";
}

std::string GatewayLine(const status::Status& all, const Terminal& terminal) {
  const status::Gateway& gateway = all.gateway();
  const std::string name = GatewayName(gateway);
  const std::string age = " for " + Duration(gateway.since());
  const std::string loss = ", " + std::to_string(gateway.lost_60s()) + " of " +
                           std::to_string(gateway.probes_60s()) + " lost in 60 s";
  const std::string mean = " (mean " + Latency(gateway.round_trip_mean_60s()) + ")";
  if (gateway.state() == "reachable") {
    return name + " " + terminal.Paint(Tint::kGood, "reachable") + age + ", " +
           Latency(gateway.round_trip()) + mean + loss;
  }
  if (gateway.state() == "unreachable") {
    return name + " " + terminal.Paint(Tint::kBad, "UNREACHABLE") + age + " (since " +
           DateTime(all.time() - gateway.since()) + ")" + loss;
  }
  if (gateway.state() == "not_checked") return "not checked (gateway_check is false)";
  return name + " not asked yet";
}

std::string SupervisorLine(const status::Supervisor& supervisor, const Terminal& terminal) {
  const auto age = [](double seconds) { return seconds > 0 ? Duration(seconds) + " ago" : "never"; };
  const bool connected = supervisor.state() == "connected";
  std::string state = connected ? "connected" : "NOT CONNECTED, nothing can be started";
  if (supervisor.state() == "connecting") state = "does not answer yet";
  std::string text = terminal.Paint(connected ? Tint::kGood : Tint::kBad, state) + ", last report " +
                     age(supervisor.last_report_age());
  if (supervisor.last_acknowledgement_age() > 0) {
    text += ", acknowledged " + age(supervisor.last_acknowledgement_age()) + " (took " +
            Latency(supervisor.acknowledgement_latency()) + ")";
  }
  return text;
}

std::string ConfigurationLine(const status::Status& all, const Terminal& terminal) {
  const status::Configuration& config = all.configuration();
  if (!config.last_reload_succeeded()) {
    return terminal.Paint(Tint::kBad, "the last reload was REFUSED, the old one is in force") + ", " +
           Duration(config.last_reload_age()) + " ago; see: failoverctl reload";
  }
  const std::string since = "loaded " + Ago(all.time(), config.last_reload_age());
  if (config.supervisor_digest().empty()) return "in force in the prober, " + since;
  if (config.digest() == config.supervisor_digest()) return "the same on both sides, " + since;
  return terminal.Paint(Tint::kWarn, "DIFFERENT in prober and supervisor") + ", " + since +
         "; run: failoverctl reload";
}

std::string BudgetLine(const status::Budget& budget, const Terminal& terminal) {
  std::string text = std::to_string(budget.used()) + " of " + std::to_string(budget.limit()) +
                     " requests in 300 s, asked every " + Rounded(budget.interval()) + " s";
  if (budget.interval() > budget.check_interval() * 1.001) {
    text += terminal.Paint(
        Tint::kWarn, " (STRETCHED, check_interval is " + Rounded(budget.check_interval()) + " s)");
  }
  if (budget.paused_for() > 0) {
    text += terminal.Paint(Tint::kBad, ", REFUSED for " + Duration(budget.paused_for()) + " more");
  }
  return text + "  [" + budget.name() + "]";
}

std::string RefusalLine(const status::Supervisor& supervisor) {
  const std::map<std::string, std::uint64_t> sorted(
      supervisor.refusals().begin(), supervisor.refusals().end());
  std::vector<std::string> words;
  for (const auto& [name, count] : sorted) {
    if (count > 0) words.push_back(std::to_string(count) + " " + name);
  }
  return Join(words, ", ");
}

std::string Connectors(const status::Tunnel& tunnel) {
  if (!tunnel.has_connectors()) return "";
  const status::Connectors& connectors = tunnel.connectors();
  return std::to_string(connectors.count()) + (connectors.own_known() ? " (ours), " : ", ") +
         connectors.primary();
}

std::string Next(const status::Status& all, const status::Tunnel& tunnel) {
  const words::Verdict verdict = VerdictNamed(tunnel.verdict());
  const double rest = all.configuration().cooldown() - tunnel.last_start_age();
  if (tunnel.paused_for() > 0) return "paused, " + Brief(tunnel.paused_for());
  if (GatewayLost(all)) return std::string(WordsOf(words::WAIT_GATEWAY).next);
  if (all.supervisor().state() != "connected") return "no supervisor";  // its last word is an old one
  if (verdict == words::WAIT_COOLDOWN && rest > 0) return "again in " + Brief(rest);
  std::string words(WordsOf(verdict).next);
  if (verdict != words::WAIT_CONFIRMING) return words;
  return words + " " + std::to_string(tunnel.failures()) + "/" + std::to_string(tunnel.failure_threshold());
}

std::string BriefLastStart(const status::Tunnel& tunnel) {
  const words::StartOutcome outcome = OutcomeNamed(tunnel.last_start_outcome());
  const std::string words(outcome == words::SUCCEEDED ? "ok" : WordsOf(outcome));
  return outcome == words::NOT_STARTED ? words : Brief(tunnel.last_start_age()) + " ago, " + words;
}

Tint TintOfNext(const status::Tunnel& tunnel) {
  switch (VerdictNamed(tunnel.verdict())) {
    case words::WAIT_HOURLY_LIMIT:
    case words::WAIT_NO_RECORD: return Tint::kBad;
    case words::WAIT_HEALTHY: return tunnel.paused_for() > 0 ? Tint::kWarn : Tint::kDim;
    default: return Tint::kWarn;
  }
}

std::vector<Cell> Row(const status::Status& all, const status::Tunnel& tunnel, const std::string& name,
    const StatusView& view, const Terminal& terminal) {
  const bool asked = tunnel.status() != "not_asked_yet";
  const std::string reason = tunnel.reason().empty() ? "" : " (" + tunnel.reason() + ")";
  const Tint tint = GatewayLost(all) ? Tint::kDim : TintOf(tunnel.status());
  const bool sparkle = view.sparklines == StatusView::Sparklines::kYes;
  const words::StartOutcome outcome = OutcomeNamed(tunnel.last_start_outcome());
  const bool bad = outcome == words::FAILED || outcome == words::TIMED_OUT || outcome == words::IGNORED;
  return {Cut(name, kLongestName), Cell((asked ? tunnel.status() : "not asked yet") + reason, tint),
      asked ? Brief(tunnel.since()) : "-", asked ? Brief(tunnel.last_check_age()) : "-",
      UnitLabel(tunnel.unit()), Cell(BriefLastStart(tunnel), bad ? Tint::kBad : Tint::kNone),
      Cell(Next(all, tunnel), TintOfNext(tunnel)), Connectors(tunnel),
      sparkle ? Sparkle(tunnel.recent_latencies(), terminal) : ""};
}

// What has no room in the row.
std::vector<std::string> Notes(const status::Status& all, const status::Tunnel& tunnel) {
  std::vector<std::string> notes;
  if (!tunnel.explanation().empty()) notes.push_back(tunnel.explanation());
  if (tunnel.paused_for() > 0) notes.push_back("paused until " + In(all.time(), tunnel.paused_for()));
  if (tunnel.has_connectors() && !tunnel.connectors().uncertainty().empty()) {
    notes.push_back("connectors: " + tunnel.connectors().uncertainty());
  }
  const std::string_view failback = WordsOf(FailbackNamed(tunnel.failback()));
  if (!failback.empty()) notes.push_back("failback: " + std::string(failback));
  return notes;
}

std::string Head(const status::Status& all, const StatusView& view, const Terminal& terminal) {
  std::string text = Line(terminal, "Time",
      DateTime(all.time()) + ", failover-monitor " + all.program_version() + ", prober up " +
          Duration(all.uptime()));
  text += Line(terminal, "Gateway", GatewayLine(all, terminal));
  const std::string trips = Sparkle(all.gateway().recent_round_trips(), terminal);
  if (view.sparklines == StatusView::Sparklines::kYes && !trips.empty()) text += Line(terminal, "", trips);
  text += Line(terminal, "Supervisor", SupervisorLine(all.supervisor(), terminal));
  const std::string refused = RefusalLine(all.supervisor());
  if (!refused.empty()) text += Line(terminal, "Refused", refused);
  text += Line(terminal, "Config", ConfigurationLine(all, terminal));
  for (const std::string& fault : all.configuration().faults()) text += Line(terminal, "", fault);
  for (const status::Budget& budget : all.budgets()) {
    text += Line(terminal, "API budget", BudgetLine(budget, terminal));
  }
  return text + Line(terminal, "Tunnels", CountTunnels(all));
}

// "home, office and 3 more".
std::string Some(std::vector<std::string> names) {
  constexpr std::size_t kShown = 4;
  if (names.size() <= kShown) return Join(names);
  const std::size_t more = names.size() - kShown;
  names.resize(kShown);
  return Join(names, ", ") + " and " + std::to_string(more) + " more";
}

// Notes with the tunnels that they are about: what concerns all is said once.
class NoteBook {
 public:
  void Add(const std::string& note, const std::string& name) {
    const auto [known, fresh] = at_.try_emplace(note, notes_.size());
    if (fresh) notes_.emplace_back(note, Names{});
    notes_[known->second].second.push_back(name);
  }
  std::string Print(const Terminal& terminal) const {
    std::string text = notes_.empty() ? "" : "\n";
    for (const auto& [note, names] : notes_)
      text += Wrap(Some(names) + ": " + note, terminal.columns, 2) + "\n";
    return text;
  }

 private:
  using Names = std::vector<std::string>;
  using Entry = std::pair<std::string, Names>;
  std::vector<Entry> notes_;  // in the order of their first one
  std::map<std::string, std::size_t> at_;
};

}  // namespace

std::string DescribeStatus(const status::Status& status, const StatusView& view, const Terminal& terminal) {
  const std::vector<std::string> names = ShortNames(TunnelsOf(status));
  Table table(
      {"TUNNEL", "STATUS", "SINCE", "CHECKED", "UNIT", "LAST START", "NEXT", "CONNECTORS", "LATENCY"});
  NoteBook notes;
  for (int i = 0; i < status.tunnels_size(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (view.tunnel && *view.tunnel != at) continue;
    const status::Tunnel& tunnel = status.tunnels(i);
    table.Add(Row(status, tunnel, names[at], view, terminal));
    if (view.tunnel) notes.Add("id " + tunnel.id() + ", account " + tunnel.account_id(), names[at]);
    for (const std::string& note : Notes(status, tunnel)) notes.Add(note, names[at]);
  }
  const std::string rows = status.tunnels_size() > 0 ? "\n" + table.Print(terminal) : "";
  return Head(status, view, terminal) + rows + notes.Print(terminal);
}

Tint TintOf(const std::string& tunnel_status) {
  if (tunnel_status == "healthy") return Tint::kGood;
  if (tunnel_status == "down" || tunnel_status == "inactive") return Tint::kBad;
  return Tint::kWarn;
}

std::string CountTunnels(const status::Status& status) {
  std::vector<std::pair<std::string, int>> counts;  // in the order of their first one
  std::map<std::string, std::size_t> at;
  for (const status::Tunnel& tunnel : status.tunnels()) {
    const std::string word = tunnel.status() == "not_asked_yet" ? "not asked yet" : tunnel.status();
    const auto [known, fresh] = at.try_emplace(word, counts.size());
    if (fresh) counts.emplace_back(word, 0);
    ++counts[known->second].second;
  }
  std::string tunnels = Count(static_cast<std::size_t>(status.tunnels_size()), "tunnel");
  if (counts.empty()) return tunnels;
  std::vector<std::string> words;
  words.reserve(counts.size());
  for (const auto& [word, count] : counts) words.push_back(std::to_string(count) + " " + word);
  return tunnels + (GatewayLost(status) ? ", last known: " : ": ") + Join(words, ", ");
}

bool GatewayLost(const status::Status& status) { return status.gateway().state() == "unreachable"; }

std::string GatewayName(const status::Gateway& gateway) {
  if (!gateway.answered_by().empty() && gateway.state() == "reachable") return gateway.answered_by();
  const std::string names = Join({gateway.addresses().begin(), gateway.addresses().end()}, " or ");
  return names.empty() ? "of the default route" : names;
}

std::string LastStart(const status::Tunnel& tunnel) {
  const words::StartOutcome outcome = OutcomeNamed(tunnel.last_start_outcome());
  const std::string words(WordsOf(outcome));
  return outcome == words::NOT_STARTED ? words : Duration(tunnel.last_start_age()) + " ago, " + words;
}

}  // namespace failover
