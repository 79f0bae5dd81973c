#include "supervisor/failover.h"

#include "common/log.h"
#include "supervisor/start_record.h"

namespace failover {

using std::chrono_literals::operator""s;

Failover::Failover(AuditLog& log, std::string records, Effects effects)
    : log_(log), records_(std::move(records)), effects_(std::move(effects)), last_report_(effects_.now()) {}

void Failover::Configure(const config::Configuration& settings, const std::string& digest) {
  const UnitWhitelist& list = whitelist_.emplace(settings);
  digest_ = digest;
  patience_ = std::max<std::chrono::nanoseconds>(15s, 3 * Seconds(settings.check_interval()));
  const auto count = static_cast<unsigned>(settings.tunnels_size());
  // Whoever asks for every check gets each, as long as the prober asks at a sane pace.
  log_.Bound(20 + 10 * count, settings.log_every_check() ? 1 + 5 * count : 1 + count / 30);
  const auto gone = [&](const TunnelId& id) { return list.Find(id) == nullptr; };
  std::erase_if(tunnels_, [&](const auto& tunnel) { return gone(tunnel.first); });
  std::erase_if(untold_, gone);
  std::erase_if(units_, [&](const auto& unit) {
    return !list.Contains(unit.first) && unit.second.outcome != StartOutcome::kPending;
  });
  for (const auto& [id, rule] : list.rules()) tunnels_[id];
  for (const UnitName& unit : list.units()) Load(unit);
}

void Failover::Load(const UnitName& unit) {
  const auto [entry, fresh] = units_.try_emplace(unit);
  if (!fresh) return;
  const std::string service = "Local service " + unit.label() + ": ";
  const auto loaded = LoadStarts(records_, unit, effects_.now());
  if (loaded) entry->second = *loaded;
  if (!loaded) {
    entry->second = {.starts = {effects_.now()}, .outcome = StartOutcome::kUnknown};
    log_.Record(Severity::kWarning, service + "its cooldown begins now: " + loaded.error().message);
  }
  if (entry->second.outcome != StartOutcome::kPending) return;
  log_.Record(Severity::kError, service + "outcome unknown; the supervisor ended before systemctl did; " +
                                    "see: systemctl status " + unit.str());
  entry->second.outcome = StartOutcome::kUnknown;
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
  SayGateway(observation->gateway);
  if (observation->gateway == GatewayState::kUnreachable) ForgetUnknown();
  last_report_ = effects_.now();
  if (std::exchange(silent_, false)) log_.Record(Severity::kInfo, "Prober reports again.");
  std::vector<TunnelFact> intended;
  for (const TunnelFact& fact : observation->facts) {
    if (Judge(fact)) intended.push_back(fact);
  }
  if (!intended.empty()) CommitStarts(intended);
  return {};
}

// True: a start is intended and said to be so. It counts at once, so that the report's next fact
// about this unit meets the cooldown.
bool Failover::Judge(const TunnelFact& fact) {
  Tunnel& tunnel = tunnels_.at(fact.rule->id);
  UnitHistory& unit = units_.at(fact.rule->unit);
  const TimePoint now = effects_.now();
  const auto decided = Decide(fact, tunnel.history, unit, now);
  if (!decided) return false;
  SayStatus(tunnel, fact, decided->first);
  tunnel = {
      .history = decided->second, .verdict = decided->first, .status = fact.status, .reason = fact.reason};
  untold_.insert(fact.rule->id);
  if (tunnel.verdict != Verdict::kStart) return false;
  const std::string is = fact.status == TunnelStatus::kUnknown ? " is too long " : " is ";
  const std::string intent = fact.rule->title() + is + Name(fact.status) + ". " + effects_.intent;
  if (!log_.Record(Severity::kError, intent + " local service " + fact.rule->unit.label())) {
    tunnel.verdict = Verdict::kWaitNoRecord;
    return false;
  }
  std::erase_if(unit.starts, [&](TimePoint start) { return now - start >= 3600s; });
  unit.starts.push_back(now);
  unit.outcome = StartOutcome::kPending;
  return true;
}

// One fdatasync for all starts of a report, then each unit's own record, then the start.
void Failover::CommitStarts(const std::vector<TunnelFact>& intended) {
  const bool synced = log_.Sync();
  for (const TunnelFact& fact : intended) {
    const UnitName& unit = fact.rule->unit;
    if (!synced || !Save(unit)) {
      // It counts for the cooldown all the same, or each report would write the same lines again.
      tunnels_.at(fact.rule->id).verdict = Verdict::kWaitNoRecord;
      OnStarted(unit, StartOutcome::kFailed, "not started: the start cannot be recorded");
    } else {
      last_start_ = unit.label() + " started " + FormatLocalTime(std::time(nullptr), "%H:%M:%S");
      effects_.start(unit);
    }
  }
}

void Failover::OnStarted(const UnitName& unit, StartOutcome outcome, const std::string& words) {
  const auto severity = outcome == StartOutcome::kSucceeded ? Severity::kInfo : Severity::kError;
  log_.Record(severity, "Local service " + unit.label() + " " + words);
  units_.at(unit).outcome = outcome;
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
  if (silent_ || effects_.now() - last_report_ < patience_) return;
  silent_ = true;
  ForgetUnknown();  // it is not unknown without interruption
  const std::string what = " s. Nothing is started meanwhile; see: systemctl status failover-prober";
  log_.Record(Severity::kError, "Prober silent for " + std::to_string(patience_ / 1s) + what);
}

void Failover::SayGateway(GatewayState gateway) {
  const bool lost = gateway == GatewayState::kUnreachable;
  const std::string name = "Gateway " + whitelist_->settings().gateway_ip();
  if (lost == (std::exchange(gateway_, gateway) == GatewayState::kUnreachable)) return;
  if (lost) log_.Say(Severity::kWarning, name + " unreachable. Skipping tunnel monitoring.");
  if (!lost) log_.Say(Severity::kInfo, name + " reachable.");
}

void Failover::SayStatus(const Tunnel& before, const TunnelFact& fact, Verdict verdict) {
  const bool unknown = fact.status == TunnelStatus::kUnknown;
  const std::string title = fact.rule->title();
  const std::string why = unknown ? " (" + std::string(fact.reason) + ")" : "";
  const bool news = before.status != fact.status || before.reason != fact.reason;
  if (news || whitelist_->settings().log_every_check()) {
    log_.Say(unknown ? Severity::kWarning : Severity::kInfo, title + " status: " + Name(fact.status) + why);
  }
  if (verdict == Verdict::kWaitHourlyLimit && before.verdict != verdict) {
    log_.Say(Severity::kError, title + " is " + Name(fact.status) + ", but local service " +
                                   fact.rule->unit.label() + " has been started max_starts_per_hour times");
  }
}

void Failover::Answer() {
  while (owes_answer_ || (sequence_ > 0 && !untold_.empty())) {
    std::vector<TunnelVerdict> verdicts;
    for (const TunnelId& id : untold_) {
      const Tunnel& tunnel = tunnels_.at(id);
      const UnitHistory& unit = units_.at(whitelist_->Find(id)->unit);
      const TimePoint last = unit.starts.empty() ? TimePoint() : unit.starts.back();
      const auto age = effects_.now() - last;
      verdicts.emplace_back(id, tunnel.verdict, tunnel.history, unit.outcome, age);
      if (verdicts.size() == kMaxTunnelsPerPacket) break;
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
  std::string text = std::to_string(tunnels_.size()) + (tunnels_.size() == 1 ? " tunnel:" : " tunnels:");
  for (const auto& [status, count] : counts) text += " " + std::to_string(count) + " " + Name(status) + ",";
  text.back() = ' ';
  if (!last_start_.empty()) text += "(" + last_start_ + ") ";
  if (gateway_ == GatewayState::kUnreachable) text += "gateway unreachable ";
  if (!log_.working()) text += "the audit log cannot be written: NOTHING IS STARTED ";
  text.pop_back();
  return text;
}

}  // namespace failover
