#include "supervisor/failover.h"

#include <ranges>

#include "supervisor/start_record.h"

namespace failover {

using std::chrono_literals::operator""s;

Failover::Failover(AuditLog& log, std::string records, Effects effects)
    : log_(log), records_(std::move(records)), effects_(std::move(effects)), last_report_(effects_.now()) {}

void Failover::Configure(const config::Configuration& settings, const std::string& digest) {
  const UnitWhitelist& list = whitelist_.emplace(settings);
  digest_ = digest;
  patience_ = std::max<std::chrono::nanoseconds>(15s, 3 * Seconds(settings.check_interval()));
  // Whoever asks for every check gets each, as long as the prober asks at a sane pace.
  const double pace = settings.log_every_check() ? 2 / settings.check_interval() : 1 / 30.0;
  const auto count = static_cast<unsigned>(settings.tunnels_size());
  log_.Bound(20 + 10 * count, 1 + static_cast<unsigned>(pace * count));
  const auto gone = [&](const TunnelId& id) { return list.Find(id) == nullptr; };
  std::erase_if(tunnels_, [&](const auto& tunnel) { return gone(tunnel.first); });
  std::erase_if(untold_, gone);
  for (const auto& [id, rule] : list.rules()) tunnels_[id];
  for (const UnitName& unit : list.units()) Load(unit);
}

void Failover::Load(const UnitName& unit) {
  const auto [entry, fresh] = units_.try_emplace(unit);
  if (!fresh) return;
  UnitHistory& history = entry->second;
  const std::string service = "Local service " + unit.label() + ": ";
  const auto loaded = LoadStarts(records_, unit, effects_.now());
  history = loaded.value_or(UnitHistory{.starts = {effects_.now()}, .outcome = StartOutcome::kUnknown});
  if (!loaded) log_.Record(Severity::kWarning, service + "its cooldown begins: " + loaded.error().message);
  if (history.outcome != StartOutcome::kPending) return;
  history.outcome = StartOutcome::kUnknown;
  const std::string what = "outcome unknown; the supervisor ended before systemctl did";
  log_.Record(Severity::kError, service + what + "; see: systemctl status " + unit.str());
  Save(unit);
}

std::expected<void, Refusal> Failover::OnPacket(std::string_view packet, std::uint64_t& sequence) {
  const auto observation = Inspect(packet, sequence, *whitelist_);
  if (!observation) return std::unexpected(observation.error());
  sequence_ = sequence = observation->sequence;
  owes_answer_ = true;
  unknown_tunnels_ += observation->unknown_tunnels;
  if (std::exchange(instance_, observation->instance) != observation->instance) {
    for (auto& [id, tunnel] : tunnels_) tunnel.history.observation = 0;
  }
  SayGateway(observation->gateway == GatewayState::kUnreachable);
  last_report_ = effects_.now();
  if (std::exchange(silent_, false)) log_.Record(Severity::kInfo, "Prober reports again.");
  std::vector<const UnitRule*> intended;
  for (const TunnelFact& fact : observation->facts) {
    if (Judge(fact)) intended.push_back(fact.rule);
  }
  const bool synced = intended.empty() || log_.Sync();  // once for all starts of a report
  for (const UnitRule* rule : intended) {
    const bool recorded = synced && Save(rule->unit);
    if (recorded) effects_.start(rule->unit);
    if (recorded) continue;
    // It counts for the cooldown all the same, or each report would write the same lines again.
    tunnels_.at(rule->id).verdict = Verdict::kWaitNoRecord;
    OnStarted(rule->unit, StartOutcome::kFailed, "not started: the start cannot be recorded");
  }
  Answer();
  return {};
}

// True: a start is intended and said to be so. It counts at once, so that the report's next fact
// about this unit meets the cooldown.
bool Failover::Judge(const TunnelFact& fact) {
  const UnitRule& rule = *fact.rule;
  Tunnel& tunnel = tunnels_.at(rule.id);
  UnitHistory& unit = units_.at(rule.unit);
  const TimePoint now = effects_.now();
  const auto decided = Decide(fact, tunnel.history, unit, now);
  if (!decided) return false;
  SayStatus(tunnel, fact, decided->first);
  tunnel = {decided->second, decided->first, fact.status, fact.reason};
  untold_.insert(rule.id);
  if (tunnel.verdict != Verdict::kStart) return false;
  const std::string is = fact.status == TunnelStatus::kUnknown ? " is too long " : " is ";
  const std::string intent = rule.title() + is + Name(fact.status) + ". " + effects_.intent;
  if (!log_.Record(Severity::kError, intent + " local service " + rule.unit.label())) {
    tunnel.verdict = Verdict::kWaitNoRecord;
    return false;
  }
  std::erase_if(unit.starts, [&](TimePoint start) { return now - start >= 3600s; });
  unit.starts.push_back(now);
  unit.outcome = StartOutcome::kPending;
  return true;
}

void Failover::OnStarted(const UnitName& unit, StartOutcome outcome, const std::string& words) {
  const bool started = outcome == StartOutcome::kSucceeded;
  log_.Tell(started ? Severity::kInfo : Severity::kError, "Local service " + unit.label() + " " + words);
  if (started) last_start_ = unit.label() + " started " + FormatLocalTime(std::time(nullptr), "%H:%M:%S");
  units_.at(unit).outcome = outcome;
  units_.at(unit).starts.back() = effects_.now();  // it may have waited for its turn
  Save(unit);
  for (const auto& [id, rule] : whitelist_->rules()) {
    if (rule.unit == unit) untold_.insert(id);
  }
  Answer();
}

bool Failover::Save(const UnitName& unit) {
  const auto saved = SaveStarts(records_, unit, units_.at(unit));
  if (!saved) LOG(ERROR) << "Record of starts: " << saved.error().message << "; see df and ls -l";
  return saved.has_value();
}

void Failover::ForgetUnknown() {
  for (auto& [id, tunnel] : tunnels_) tunnel.history.unknown_since.reset();
}

void Failover::Tick() {
  log_.Tick();
  Answer();  // what found no room before
  if (silent_ || effects_.now() - last_report_ < patience_) return;
  silent_ = true;
  ForgetUnknown();  // it is not unknown without interruption
  const std::string what = " s. Nothing is started meanwhile; see: systemctl status failover-prober";
  log_.Record(Severity::kError, "Prober silent for " + std::to_string(patience_ / 1s) + what);
}

void Failover::SayGateway(bool lost) {
  if (lost) ForgetUnknown();
  if (std::exchange(gateway_lost_, lost) == lost) return;
  const std::string name = "Gateway " + whitelist_->settings().gateway_ip();
  const std::string what = lost ? " unreachable. Skipping tunnel monitoring." : " reachable.";
  log_.Say(lost ? Severity::kWarning : Severity::kInfo, name + what);
}

void Failover::SayStatus(const Tunnel& before, const TunnelFact& fact, Verdict verdict) {
  const bool unknown = fact.status == TunnelStatus::kUnknown;
  const std::string title = fact.rule->title();
  const std::string why = unknown ? " (" + std::string(fact.reason) + ")" : "";
  const bool news = before.status != fact.status || before.reason != fact.reason;
  const bool said = news || whitelist_->settings().log_every_check();
  const auto severity = unknown ? Severity::kWarning : Severity::kInfo;
  if (said) log_.Say(severity, title + " status: " + Name(fact.status) + why);
  if (verdict != Verdict::kWaitHourlyLimit || before.verdict == verdict) return;
  const std::string but = ", but local service " + fact.rule->unit.label() + " has been started ";
  log_.Say(Severity::kError, title + " is " + Name(fact.status) + but + "max_starts_per_hour times");
}

void Failover::Answer() {
  while (owes_answer_ || (sequence_ > 0 && !untold_.empty())) {
    std::vector<TunnelVerdict> verdicts;
    for (const TunnelId& id : untold_ | std::views::take(kMaxTunnelsPerPacket)) {
      const Tunnel& tunnel = tunnels_.at(id);
      const UnitHistory& unit = units_.at(whitelist_->Find(id)->unit);
      const TimePoint last = unit.starts.empty() ? effects_.now() : unit.starts.back();
      verdicts.emplace_back(id, tunnel.verdict, tunnel.history, unit.outcome, effects_.now() - last);
    }
    const std::string packet = EncodeAcknowledgement(sequence_, digest_, unknown_tunnels_, verdicts);
    if (effects_.send(packet) != SendResult::kSent) return;
    owes_answer_ = false;
    for (const TunnelVerdict& verdict : verdicts) untold_.erase(verdict.tunnel);
  }
}

std::string Failover::Summary() const {
  std::map<TunnelStatus, int> counts;
  for (const auto& [id, tunnel] : tunnels_) ++counts[tunnel.status];
  std::string text = std::to_string(tunnels_.size()) + (tunnels_.size() == 1 ? " tunnel" : " tunnels");
  for (std::string separator = ": "; const auto& [status, count] : counts) {
    text += std::exchange(separator, ", ") + std::to_string(count) + " " + Name(status);
  }
  if (!last_start_.empty()) text += " (" + last_start_ + ")";
  if (gateway_lost_) text += "; gateway unreachable";
  if (!log_.working()) text += "; the audit log cannot be written: NOTHING IS STARTED";
  return text;
}

}  // namespace failover
