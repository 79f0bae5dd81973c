// The judgement: fact, rule, history and the time in; a verdict out. Pure: no clock, no effect.
// What a start needs is all here, so this file and its table of cases answer every "why".
#pragma once

#include <optional>
#include <vector>

#include "common/clock.h"
#include "supervisor/unit_whitelist.h"

namespace failover {

// Numbers and meanings: proto/health.proto.
enum class Verdict {
  kNone,
  kWaitHealthy,
  kWaitNotInFailoverOn,
  kWaitUnknown,
  kWaitGateway,
  kWaitConfirming,
  kWaitUnderWay,
  kWaitCooldown,
  kWaitHourlyLimit,
  kStart,
  kWaitNoRecord  // never decided here: the start could not be recorded afterwards
};

// Numbers and meanings: proto/health.proto.
enum class StartOutcome { kNone, kPending, kSucceeded, kFailed, kTimedOut, kIgnored, kUnknown };

// One tunnel as the prober says that it is.
struct TunnelFact {
  const UnitRule* rule;       // the whitelist's own
  std::uint64_t observation;  // never 0
  GatewayState gateway;
  TunnelStatus status;
  std::string_view reason;  // why it is UNKNOWN, in the log's words; static storage
};

// What is remembered of a tunnel from one observation to the next.
struct TunnelHistory {
  std::uint64_t observation = 0;           // the newest one counted
  unsigned failures = 0;                   // failing observations in a row, up to the threshold
  std::optional<TimePoint> unknown_since;  // begin of uninterrupted UNKNOWN, gateway reachable
};

// What is remembered of a unit, across all tunnels that name it.
struct UnitHistory {
  std::vector<TimePoint> starts;               // ascending; older than an hour may be missing
  StartOutcome outcome = StartOutcome::kNone;  // of the last start
};

// Nothing if the observation was counted before. HEALTHY sets the failure count to zero and touches
// nothing else; UNKNOWN neither counts nor resets; an unreachable gateway waits, whatever the
// tunnel's status.
std::optional<std::pair<Verdict, TunnelHistory>> Decide(
    const TunnelFact& fact, TunnelHistory history, const UnitHistory& unit, TimePoint now);

}  // namespace failover
