// The judgement: fact, rule, history and the time in; a verdict out. Pure: no clock, no effect.
// What a start needs is all here, so this file and its table of cases answer every "why".
#pragma once

#include <optional>
#include <vector>

#include "common/clock.h"
#include "supervisor/unit_whitelist.h"
#include "words.pb.h"

namespace failover {

// One tunnel as the prober says that it is.
struct TunnelFact {
  const UnitRule* rule;       // the whitelist's own
  std::uint64_t observation;  // never 0
  GatewayState gateway;
  TunnelStatus status;
  std::string_view reason;  // why it is UNKNOWN, in the log's words; static storage
  bool primary_returned;    // for certain: PRIMARY_RETURNED of proto/health.proto
};

// What is remembered of a tunnel from one observation to the next.
struct TunnelState {
  std::uint64_t observation = 0;           // the newest one counted
  unsigned failures = 0;                   // failing observations in a row, up to the threshold
  std::optional<TimePoint> unknown_since;  // begin of uninterrupted UNKNOWN, gateway reachable
  std::optional<TimePoint> primary_since;  // begin of an uninterrupted return of the primary
  TimePoint paused_until;                  // by an order of the operator
  TimePoint drill_until;                   // likewise: one start by then, whatever the status is
  words::Verdict verdict = words::VERDICT_UNSPECIFIED;
  words::Failback failback = words::FAILBACK_NONE;
};

// What is remembered of a unit, across all tunnels that name it.
struct UnitHistory {
  std::vector<TimePoint> starts;                     // ascending; older than an hour may be missing
  words::StartOutcome outcome = words::NOT_STARTED;  // of the last start
};

// Judges a fact: the tunnel's new state, or nothing if the observation was counted before. HEALTHY
// sets the failure count to zero and touches nothing else; UNKNOWN neither counts nor resets; an
// unreachable gateway waits, whatever the tunnel's status. With a failback_service, of which
// `failback` is the history: whether the backup gives way to the primary, once after each of its
// starts, and not while it flaps.
std::optional<TunnelState> Decide(const TunnelFact& fact, TunnelState state, const UnitHistory& unit,
    const UnitHistory* failback, TimePoint now);

}  // namespace failover
