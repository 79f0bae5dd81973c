#include "ctl/explanation.h"

#include <algorithm>

#include "ctl/status_view.h"
#include "ctl/text.h"
#include "ctl/tunnel_name.h"
#include "ctl/verdict_words.h"

namespace failover {
namespace {

constexpr double kHour = 3600;

// One tunnel, and what of the whole bears upon it.
struct Case {
  const status::Status& all;
  const status::Tunnel& tunnel;
  const status::Configuration& config = all.configuration();
  words::Verdict verdict = VerdictNamed(tunnel.verdict());
  bool ever_started = OutcomeNamed(tunnel.last_start_outcome()) != words::NOT_STARTED;
  bool full_hour = verdict == words::WAIT_HOURLY_LIMIT;  // how many there were is not told

  double cooldown_rest() const { return ever_started ? config.cooldown() - tunnel.last_start_age() : 0; }
  unsigned missing_failures() const {
    return tunnel.failure_threshold() - std::min(tunnel.failures(), tunnel.failure_threshold());
  }
  std::string statuses() const {
    return Join({tunnel.failover_on().begin(), tunnel.failover_on().end()}, " or ");
  }
  bool failing() const {
    return std::ranges::find(tunnel.failover_on(), tunnel.status()) != tunnel.failover_on().end();
  }
  bool unknown() const { return tunnel.status() == "unknown"; }
  bool gateway_lost() const { return GatewayLost(all); }
  bool confirmed() const { return failing() && missing_failures() == 0; }
};

std::string StatusSentence(const Case& c) {
  if (c.tunnel.status() == "not_asked_yet") return "not asked yet";
  const std::string reason = c.tunnel.reason().empty() ? "" : " (" + c.tunnel.reason() + ")";
  return c.tunnel.status() + reason + " for " + Duration(c.tunnel.since()) + " (since " +
         DateTime(c.all.time() - c.tunnel.since()) + "), answered " + Duration(c.tunnel.last_check_age()) +
         " ago";
}

std::vector<std::pair<std::string, std::string>> Counters(const Case& c) {
  std::vector<std::pair<std::string, std::string>> rows;
  rows.emplace_back("failing answers in a row", std::to_string(c.tunnel.failures()) + " of " +
                                                    std::to_string(c.tunnel.failure_threshold()) +
                                                    " (failure_threshold), of " + c.statuses());
  const double patience = c.config.unknown_is_down_after();
  if (c.unknown()) {
    const std::string bound = patience > 0 ? " of " + Duration(patience) + " (unknown_is_down_after)"
                                           : ", however long (unknown_is_down_after is 0)";
    rows.emplace_back("unknown for", Duration(c.tunnel.since()) + bound);
  }
  rows.emplace_back("last start of " + UnitLabel(c.tunnel.unit()),
      c.ever_started ? Ago(c.all.time(), c.tunnel.last_start_age()) + ", " +
                           std::string(WordsOf(OutcomeNamed(c.tunnel.last_start_outcome())))
                     : "never");
  std::string end = c.ever_started ? ", over" : ", never begun";
  if (const double rest = c.cooldown_rest(); rest > 0) end = ", over at " + In(c.all.time(), rest);
  rows.emplace_back("cooldown", Duration(c.config.cooldown()) + end);
  const std::string most = std::to_string(c.config.max_starts_per_hour());
  rows.emplace_back("starts in an hour",
      (c.full_hour ? most + " of " + most : "at most " + most) + " (max_starts_per_hour)");
  return rows;
}

// What must happen beside the passing of time.
std::vector<std::string> Needed(const Case& c) {
  std::vector<std::string> needed;
  const std::string times = Count(c.missing_failures(), c.tunnel.failures() > 0 ? "more time" : "time");
  if (c.all.supervisor().state() != "connected") needed.emplace_back("the supervisor is connected again");
  if (c.gateway_lost()) needed.push_back("the gateway " + GatewayName(c.all.gateway()) + " answers again");
  if (c.unknown() && c.config.unknown_is_down_after() > 0) {
    needed.push_back(
        "it stays unknown for " + Duration(c.config.unknown_is_down_after() - c.tunnel.since()) +
        " more (unknown_is_down_after), or Cloudflare says " + c.statuses() + " " + times + " in a row");
  } else if (c.failing() && c.missing_failures() > 0) {
    needed.push_back("Cloudflare says " + c.statuses() + " " + times + " in a row, asked every " +
                     Duration(c.config.confirm_interval()));
  } else if (!c.failing()) {
    needed.push_back("Cloudflare says " + c.statuses() + " " + times + " in a row");
  } else {
    needed.emplace_back("the tunnel goes on failing");
  }
  if (c.verdict == words::WAIT_UNDER_WAY) needed.emplace_back("systemctl ends, whatever comes of it");
  if (c.tunnel.paused_for() > 0) {
    needed.push_back(
        "the pause ends: " + In(c.all.time(), c.tunnel.paused_for()) + ", or failoverctl resume");
  }
  if (c.cooldown_rest() > 0)
    needed.push_back("the cooldown is over: " + In(c.all.time(), c.cooldown_rest()));
  if (c.full_hour) needed.emplace_back("the oldest of the starts of this hour is an hour old");
  if (c.verdict == words::WAIT_NO_RECORD) {
    needed.emplace_back("the audit log can be written again; see: df /var/log/failover-monitor");
  }
  return needed;
}

std::optional<double> Earliest(const Case& c) {
  if (c.gateway_lost() || c.all.supervisor().state() != "connected") return std::nullopt;
  if (c.verdict == words::WAIT_NO_RECORD) return std::nullopt;
  const double patience = c.config.unknown_is_down_after();
  double earliest = 0;
  if (c.unknown() && patience > 0) {
    earliest = patience - c.tunnel.since();
  } else if (!c.failing()) {
    return std::nullopt;
  } else {
    earliest = c.missing_failures() * c.config.confirm_interval();
  }
  return std::max({earliest, c.cooldown_rest(), c.tunnel.paused_for(), 0.0});
}

std::string NextStart(const Case& c, const std::optional<double>& earliest) {
  if (!earliest) {
    const bool waits = c.failing() || c.unknown() || c.gateway_lost();
    return waits ? "not before what is named below" : "none in sight";
  }
  const bool hourly = c.full_hour && c.config.max_starts_per_hour() > 1;
  const std::string late = hourly ? ", or later: at the latest when the newest start is an hour old, " +
                                        In(c.all.time(), kHour - c.tunnel.last_start_age())
                                  : "";
  const double when =
      c.full_hour && !hourly ? std::max(*earliest, kHour - c.tunnel.last_start_age()) : *earliest;
  if (when <= 0) return "with the next answer that says so" + late;
  return "not before " + In(c.all.time(), when) + late;
}

std::vector<std::string> Notes(const Case& c) {
  std::vector<std::string> notes;
  if (!c.tunnel.explanation().empty()) notes.push_back(c.tunnel.explanation());
  if (c.tunnel.paused_for() > 0) {
    notes.push_back("paused by an operator until " + In(c.all.time(), c.tunnel.paused_for()) +
                    "; failoverctl resume ends it");
  }
  if (!c.tunnel.failback_unit().empty()) {
    const std::string_view words = WordsOf(FailbackNamed(c.tunnel.failback()));
    notes.push_back("failback to " + UnitLabel(c.tunnel.failback_unit()) + ": " +
                    (words.empty() ? "nothing to do, the backup was not started since the last one"
                                   : std::string(words)) +
                    " (failback_after " + Duration(c.config.failback_after()) + ")");
  }
  if (c.tunnel.has_connectors()) {
    const status::Connectors& connectors = c.tunnel.connectors();
    notes.push_back(Count(connectors.count(), "connector") + " in Cloudflare's list, " +
                    (connectors.own_known() ? "our own among them" : "our own not known") + "; primary " +
                    connectors.primary() +
                    (connectors.uncertainty().empty() ? "" : ": " + connectors.uncertainty()));
  }
  if (c.config.digest() != c.config.supervisor_digest() && !c.config.supervisor_digest().empty()) {
    notes.emplace_back("prober and supervisor have different configurations; run: failoverctl reload");
  }
  return notes;
}

}  // namespace

Explanation Explain(const status::Status& status, const status::Tunnel& tunnel) {
  const Case c{.all = status, .tunnel = tunnel};
  const VerdictWords words = WordsOf(c.verdict);
  Explanation explanation{.tunnel = FullName({tunnel.id(), tunnel.name(), tunnel.unit()}),
      .status = StatusSentence(c),
      .verdict = tunnel.verdict().empty() ? "VERDICT_UNSPECIFIED" : tunnel.verdict(),
      .why = std::string(words.why),
      .rule = std::string(words.rule),
      .counters = Counters(c),
      .earliest = Earliest(c),
      .next_start = {},
      .needed = Needed(c),
      .notes = Notes(c)};
  if (status.supervisor().state() != "connected") {
    explanation.why += " (the last word of a supervisor that is away)";
    explanation.rule = "without a supervisor nothing is started; see: systemctl status failover-monitor";
  }
  // The newest verdict is of the last answer; a lost gateway is newer.
  if (c.gateway_lost() && c.verdict != words::WAIT_GATEWAY) {
    const VerdictWords gateway = WordsOf(words::WAIT_GATEWAY);
    explanation.why = std::string(gateway.why) + " (the verdict is that of the last answer)";
    explanation.rule = gateway.rule;
  }
  explanation.next_start = NextStart(c, explanation.earliest);
  return explanation;
}

std::string Describe(const Explanation& explanation, const Terminal& terminal) {
  constexpr std::size_t kIndent = 12;
  std::string text;
  const auto line = [&](const std::string& label, const std::string& words) {
    const std::size_t indent = words.starts_with("- ") ? kIndent + 2 : kIndent;
    text += terminal.Paint(Tint::kTitle, label) + std::string(kIndent - label.size(), ' ') +
            Wrap(words, terminal.columns, indent) + "\n";
  };
  line("Tunnel", explanation.tunnel);
  line("Status", explanation.status);
  line("Verdict", explanation.verdict + ": " + explanation.why);
  line("Rule", explanation.rule);
  std::size_t width = 0;
  for (const auto& [name, value] : explanation.counters) width = std::max(width, Width(name));
  for (const char* label = "Counters"; const auto& [name, value] : explanation.counters) {
    line(label, Pad(name, width) + "  " + value);
    label = "";
  }
  line("Next start", explanation.next_start);
  for (const char* label = "Needs"; const std::string& needed : explanation.needed) {
    line(label, "- " + needed);
    label = "";
  }
  for (const char* label = "Also"; const std::string& note : explanation.notes) {
    line(label, "- " + note);
    label = "";
  }
  return text;
}

Json ToJson(const Explanation& explanation) {
  Json::Members counters;
  counters.reserve(explanation.counters.size());
  for (const auto& [name, value] : explanation.counters) counters.emplace_back(name, value);
  return Json::Object(
      {{"tunnel", explanation.tunnel}, {"status", explanation.status}, {"verdict", explanation.verdict},
          {"why", explanation.why}, {"rule", explanation.rule}, {"counters", Json::Object(counters)},
          {"earliest_start_in", explanation.earliest ? Json(*explanation.earliest) : Json()},
          {"next_start", explanation.next_start}, {"needed", Json::Strings(explanation.needed)},
          {"notes", Json::Strings(explanation.notes)}});
}

}  // namespace failover
