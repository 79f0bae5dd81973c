#include "supervisor/failover.h"

#include <ranges>

#include "supervisor/start_record.h"

namespace failover {

using namespace std::chrono_literals;

Failover::Failover(AuditLog& log, std::string state, Effects effects)
    : log_(log), state_(std::move(state)), effects_(std::move(effects)), last_report_(effects_.now()) {}

void Failover::Configure(config::Configuration settings, const std::string& digest) {
  digest_ = digest;
  // Whoever asks for every check gets each, as long as the prober asks at a sane pace.
  const double pace = settings.log_every_check() ? 2 / settings.check_interval() : 1 / 30.0;
  const auto count = static_cast<unsigned>(settings.tunnels_size());
  log_.budget.Bound(20 + 10 * count, 1 + static_cast<unsigned>(pace * count));
  const UnitWhitelist& list = whitelist_.emplace(std::move(settings));
  const auto gone = [&](const TunnelId& id) { return list.Find(id) == nullptr; };
  std::erase_if(tunnels_, [&](const auto& tunnel) { return gone(tunnel.first); });
  std::erase_if(untold_, gone);
  for (const auto& [unit, tunnels] : list.units()) Load(unit);
  for (const auto& [id, rule] : list.rules()) tunnels_[id];
}

void Failover::Load(const UnitName& unit) {
  const auto [entry, fresh] = units_.try_emplace(unit);
  if (!fresh) return;
  const std::string path = state_ + "/starts/" + unit.str();
  const auto loaded = LoadStarts(path, effects_.now());
  entry->second = loaded.value_or(UnitHistory{{effects_.now()}, words::PENDING});
  if (entry->second.outcome != words::PENDING) return;
  entry->second.outcome = words::OUTCOME_UNKNOWN;
  const std::string why = loaded ? "outcome unknown; the supervisor ended before systemctl did"
                                 : "its cooldown begins: " + path + " is not a record of starts";
  const std::string what = "Local service " + unit.label() + ": " + why;
  log_.Record(Severity::kError, what + "; see: systemctl status " + unit.str());
  Save(unit);
}

std::expected<void, words::Refusal> Failover::OnPacket(std::string_view packet, std::uint64_t& sequence) {
  const auto observation = Inspect(packet, sequence, *whitelist_);
  if (!observation) return std::unexpected(observation.error());
  sequence_ = sequence = observation->sequence;
  owes_answer_ = true;
  log_.refusals[words::UNKNOWN_TUNNEL] += observation->unknown_tunnels;
  if (std::exchange(instance_, observation->instance) != observation->instance) {
    for (auto& [id, tunnel] : tunnels_) tunnel.observation = 0;
  }
  const bool lost = observation->gateway == GatewayState::kUnreachable;
  if (lost) ForgetIntervals();
  const std::string what = lost ? " unreachable. Skipping tunnel monitoring." : " reachable.";
  const std::string line = "Gateway " + whitelist_->settings().gateway_ip() + what;
  if (std::exchange(gateway_lost_, lost) != lost)
    log_.Say(lost ? Severity::kWarning : Severity::kInfo, line);
  last_report_ = effects_.now();
  if (std::exchange(silent_, false)) log_.Record(Severity::kInfo, "Prober reports again.");
  Intents intended;
  for (const TunnelFact& fact : observation->facts) Judge(fact, intended);
  Act(intended);
  Answer();
  return {};
}

// Starts what was intended and recorded, once that is on the disk.
void Failover::Act(const Intents& intended) {
  const bool synced = intended.empty() || log_.Sync();  // once for all starts of a report
  for (const auto& [tunnel, unit] : intended) {
    const bool recorded = synced && Save(unit);
    if (recorded) effects_.start(unit);
    if (recorded) continue;
    // It counts for the cooldown all the same, or each report would write the same lines again.
    tunnel.verdict = words::WAIT_NO_RECORD;
    OnStarted(unit, words::FAILED, "not started: the start cannot be recorded");
  }
}

void Failover::Judge(const TunnelFact& fact, Intents& intended) {
  const UnitRule& rule = *fact.rule;
  Tunnel& tunnel = tunnels_.at(rule.id);
  const UnitHistory* failback = rule.failback ? &units_.at(*rule.failback) : nullptr;
  const TimePoint now = effects_.now();
  const bool drill = now < tunnel.drill_until;
  const auto decided = Decide(fact, static_cast<TunnelState&>(tunnel), units_.at(rule.unit), failback, now);
  if (!decided) return;
  SayStatus(tunnel, fact, *decided);
  static_cast<TunnelState&>(tunnel) = *decided;
  std::tie(tunnel.status, tunnel.reason) = std::tie(fact.status, fact.reason);
  untold_.insert(rule.id);
  SayRecovery(rule, tunnel);
  const std::string title = (drill ? "DRILL: " : "") + rule.title;
  const std::string is = fact.status == TunnelStatus::kUnknown ? " is too long " : " is ";
  if (tunnel.verdict != words::START) {
    if (drill) log_.Record(Severity::kWarning, title + " not started: " + Verdict_Name(tunnel.verdict));
  } else if (Intend(Severity::kError, title + is + Name(fact.status), rule.unit)) {
    intended.emplace_back(tunnel, rule.unit);
    if (!tunnel.failed_over && !drill) tunnel.failed_over = now;
  } else {
    tunnel.verdict = words::WAIT_NO_RECORD;
  }
  if (tunnel.failback != words::FAILBACK_STARTED) return;
  const std::string back = " has its primary back for " + FormatSeconds(now - *tunnel.primary_since);
  if (Intend(Severity::kInfo, title + back, *rule.failback)) intended.emplace_back(tunnel, *rule.failback);
}

// True: a start is recorded as intended. It counts at once, so that the report's next fact about
// this unit meets the cooldown.
bool Failover::Intend(Severity severity, const std::string& why, const UnitName& unit) {
  const std::string what = ". " + effects_.intent + " local service " + unit.label();
  if (!log_.Record(severity, why + what)) return false;
  UnitHistory& history = units_.at(unit);
  const TimePoint now = effects_.now();
  std::erase_if(history.starts, [&](TimePoint start) { return now - start >= 3600s; });
  history.starts.push_back(now);
  history.outcome = words::PENDING;
  return true;
}

void Failover::OnStarted(const UnitName& unit, words::StartOutcome outcome, const std::string& words) {
  const bool started = outcome == words::SUCCEEDED;
  log_.Record(started ? Severity::kInfo : Severity::kError, "Local service " + unit.label() + " " + words);
  if (started) last_start_ = unit.label() + " started " + FormatLocalTime(std::time(nullptr), "%H:%M:%S");
  UnitHistory& history = units_.at(unit);
  const TimePoint intended = std::exchange(history.starts.back(), effects_.now());  // it may have waited
  history.outcome = outcome;
  Save(unit);
  if (!whitelist_->units().contains(unit)) return;  // a reload took it away meanwhile
  for (const TunnelId& id : whitelist_->units().at(unit)) {
    Tunnel& tunnel = tunnels_.at(id);
    if (!started && tunnel.failed_over == intended) tunnel.failed_over.reset();
    untold_.insert(id);
  }
  Answer();
}

bool Failover::Save(const UnitName& unit) {
  const std::string path = state_ + "/starts/" + unit.str();
  const bool saved = SaveStarts(path, units_.at(unit));
  if (!saved) PLOG(ERROR) << path << ": see df and ls -l";
  return saved;
}

// Nothing goes on without interruption when nothing is heard.
void Failover::ForgetIntervals() {
  for (auto& [id, tunnel] : tunnels_) {
    tunnel.unknown_since.reset();
    tunnel.primary_since.reset();
  }
}

void Failover::Tick() {
  log_.budget.Tick();
  Obey(ReadOrders(state_ + "/orders", effects_.now()));
  Answer();  // what found no room before
  for (auto& [id, tunnel] : tunnels_) SayRecovery(*whitelist_->Find(id), tunnel);
  const std::chrono::nanoseconds interval = Seconds(whitelist_->settings().check_interval());
  const auto patience = std::max<std::chrono::nanoseconds>(15s, 3 * interval);
  if (silent_ || effects_.now() - last_report_ < patience) return;
  silent_ = true;
  ForgetIntervals();
  const std::string what = " s. Nothing is started meanwhile; see: systemctl status failover-prober";
  log_.Record(Severity::kError, "Prober silent for " + std::to_string(patience / 1s) + what);
}

void Failover::SayStatus(const Tunnel& old, const TunnelFact& fact, const TunnelState& now) {
  const UnitRule& rule = *fact.rule;
  const bool unknown = fact.status == TunnelStatus::kUnknown;
  const std::string why = unknown ? " (" + std::string(fact.reason) + ")" : "";
  const bool news = old.status != fact.status || old.reason != fact.reason || rule.all.log_every_check();
  const auto severity = unknown ? Severity::kWarning : Severity::kInfo;
  if (news) log_.Say(severity, rule.title + " status: " + Name(fact.status) + why);
  const std::string but = rule.title + ": local service " + rule.unit.label() + " has been started ";
  const bool often = now.verdict == words::WAIT_HOURLY_LIMIT && old.verdict != now.verdict;
  if (often) log_.Say(Severity::kError, but + "max_starts_per_hour times");
  const bool flaps = now.failback == words::FAILBACK_FLAPPING && old.failback != now.failback;
  const std::string stays = " failed over 3 times within an hour: stays on its backup";
  if (flaps) log_.Say(Severity::kError, rule.title + stays);
}

void Failover::SayRecovery(const UnitRule& rule, Tunnel& tunnel) {
  if (!tunnel.failed_over) return;
  const std::chrono::nanoseconds time = effects_.now() - *tunnel.failed_over;
  const std::string start = " " + FormatSeconds(time) + " after " + rule.unit.label() + " was started";
  const bool late = time >= Seconds(rule.all.recovery_deadline());
  if (tunnel.status == TunnelStatus::kHealthy) {
    log_.Record(Severity::kInfo, rule.title + " healthy again" + start);
    tunnel.failed_over.reset();
    tunnel.late = false;
  } else if (late && !std::exchange(tunnel.late, true)) {
    const std::string is = rule.title + " is still " + Name(tunnel.status);
    log_.Record(Severity::kError, is + start + "; see: systemctl status " + rule.unit.str());
  }
}

// Whatever stands in the directory is in force, and nothing else.
void Failover::Obey(const Orders& orders) {
  for (const std::string& fault : orders.faults) log_.Record(Severity::kError, "Order refused: " + fault);
  for (const std::string& path : orders.spent) std::remove(path.c_str());
  for (auto& [id, tunnel] : tunnels_) {
    const auto drill = orders.drills.find(id);
    const auto pause = orders.pauses.find(id);
    const bool paused = pause != orders.pauses.end();
    const TimePoint until(Seconds(paused ? pause->second.until() : 0));
    const TimePoint before = std::exchange(tunnel.paused_until, until);
    if (drill == orders.drills.end() && before == until) continue;
    const std::string& title = whitelist_->Find(id)->title;
    if (drill != orders.drills.end()) {
      tunnel.drill_until = TimePoint(Seconds(drill->second.until()));
      log_.Record(Severity::kWarning, "DRILL: " + title + ", by order: " + drill->second.reason());
    }
    if (before == until) continue;
    untold_.insert(id);
    const auto end = std::time(nullptr) + (until - effects_.now()) / 1s;
    const std::string over = before > effects_.now() ? "by order" : "its time is over";
    const std::string given = FormatLocalTime(end) + " by order: " + (paused ? pause->second.reason() : "");
    const std::string what = paused ? ": paused until " + given : ": pause ended, " + over;
    log_.Record(Severity::kWarning, title + what);
  }
}

void Failover::Answer() {
  while (owes_answer_ || (sequence_ > 0 && !untold_.empty())) {
    std::vector<Told> tunnels;
    for (const TunnelId& id : untold_ | std::views::take(kMaxTunnelsPerPacket)) {
      tunnels.emplace_back(id, tunnels_.at(id), units_.at(whitelist_->Find(id)->unit));
    }
    const auto packet = EncodeAcknowledgement(sequence_, digest_, log_.refusals, tunnels, effects_.now());
    if (!effects_.send(packet)) return;
    owes_answer_ = false;
    for (const Told& told : tunnels) untold_.erase(told.tunnel);
  }
}

std::string Failover::Summary() const {
  std::map<TunnelStatus, std::size_t> counts;
  for (const auto& [id, tunnel] : tunnels_) ++counts[tunnel.status];
  std::string text = Summarize(counts);
  if (!last_start_.empty()) text += " (" + last_start_ + ")";
  if (gateway_lost_) text += "; gateway unreachable";
  if (!log_.working()) text += "; the audit log cannot be written: NOTHING IS STARTED";
  return text;
}

}  // namespace failover
