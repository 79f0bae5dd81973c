// The way of a fact through the root process: inspected, judged, recorded, acted on, answered.
// Runs as root. Trusts the whitelist, the clock and its own records; packets are a peer's word.
#pragma once

#include <set>

#include "common/orders.h"
#include "common/seqpacket.h"
#include "supervisor/audit_log.h"
#include "supervisor/observation.h"

namespace failover {

class Failover {
 public:
  struct Effects {
    std::function<TimePoint()> now;
    // Its outcome comes back through OnStarted().
    std::function<void(const UnitName&)> start;
    std::function<bool(std::string_view packet)> send;
    std::string intent = "Starting";  // --dry-run: "Would start"
  };

  // `log` outlives this. `state`: the directory that has
  // starts/ (supervisor/start_record.h) and orders/ (proto/order.proto).
  Failover(AuditLog& log, std::string state, Effects effects);

  // Sets or replaces what is watched; history stays for what stays. Says what it finds of starts
  // whose outcome nobody saw.
  void Configure(config::Configuration settings, const std::string& digest);

  // One packet of the prober; `sequence` belongs to its connection.
  std::expected<void, words::Refusal> OnPacket(std::string_view packet, std::uint64_t& sequence);
  void OnStarted(const UnitName& unit, words::StartOutcome outcome, const std::string& words);
  // To be called every second: takes orders, notes that the prober is silent or that a tunnel does
  // not recover, answers what could not be answered.
  void Tick();

  const UnitWhitelist& whitelist() const { return *whitelist_; }
  // "2 tunnels: 1 healthy, 1 down (cloudflared_2 started 10:30:22)"
  std::string Summary() const;

 private:
  struct Tunnel : TunnelState {
    TunnelStatus status{};
    std::string_view reason;
    std::optional<TimePoint> failed_over;  // first start of the failover, until healthy again
    bool late = false;                     // recovery_deadline is over, and that was said
  };
  using Intents = std::vector<std::pair<Tunnel&, const UnitName&>>;

  void Judge(const TunnelFact& fact, Intents& intended);
  bool Intend(Severity severity, const std::string& why, const UnitName& unit);
  void Act(const Intents& intended);
  void Obey(const Orders& orders);
  void ForgetIntervals();
  void Answer();  // sends what the prober has not been told yet, as far as `send` takes it
  bool Save(const UnitName& unit);
  void Load(const UnitName& unit);
  void SayStatus(const Tunnel& old, const TunnelFact& fact, const TunnelState& now);
  void SayRecovery(const UnitRule& rule, Tunnel& tunnel);

  AuditLog& log_;
  std::string state_;
  Effects effects_;
  std::optional<UnitWhitelist> whitelist_;
  std::string digest_;

  std::map<TunnelId, Tunnel> tunnels_;
  std::map<UnitName, UnitHistory> units_;
  std::uint64_t instance_ = 0;  // of the prober
  TimePoint last_report_;
  bool silent_ = false;
  bool gateway_lost_ = false;
  std::string last_start_;

  std::uint64_t sequence_ = 0;  // of the newest report
  bool owes_answer_ = false;    // to that report
  std::set<TunnelId> untold_;   // tunnels whose verdict or outcome is new
};

}  // namespace failover
