#include "ctl/verdict_words.h"

namespace failover {

VerdictWords WordsOf(words::Verdict verdict) {
  using namespace words;
  switch (verdict) {
    case WAIT_HEALTHY:
      return {"nothing to do", "Cloudflare says that the tunnel is healthy",
          "healthy sets the failure count to zero and starts nothing"};
    case WAIT_NOT_IN_FAILOVER_ON:
      return {"not in failover_on", "the tunnel is not healthy, but its status is not in failover_on",
          "only a status in failover_on counts as a failure"};
    case WAIT_UNKNOWN:
      return {"waits", "nothing is known about the tunnel, and unknown is not down",
          "unknown neither counts nor resets, and starts nothing"};
    case WAIT_GATEWAY:
      return {"waits for gateway",
          "the gateway does not answer, so this host's own network may be the fault",
          "without the gateway nobody is asked and nothing is started"};
    case WAIT_CONFIRMING:
      return {"confirms", "the tunnel fails, but not yet as often in a row as failure_threshold asks",
          "failure_threshold failing answers in a row confirm a failure"};
    case WAIT_UNDER_WAY:
      return {"start under way", "the failure is confirmed, and systemctl is at work on the unit",
          "never two starts of one unit at a time"};
    case WAIT_COOLDOWN:
      return {"cooldown", "the failure is confirmed, and the unit was started less than cooldown ago",
          "a unit is not started again within its cooldown"};
    case WAIT_HOURLY_LIMIT:
      return {"HOURLY LIMIT", "the failure is confirmed, but the unit was started max_starts_per_hour times",
          "at most max_starts_per_hour starts of one unit in any hour"};
    case START:
      return {"started now", "the unit was started for this observation",
          "failing as often as failure_threshold asks, unknown for too long, or a drill: its unit is "
          "started"};
    case WAIT_NO_RECORD:
      return {"CANNOT RECORD", "the failure is confirmed, but the start cannot be written down",
          "no record, no start: audit log and start record are written before systemctl runs"};
    case WAIT_PAUSED:
      return {"paused", "the failure is confirmed, but an operator has paused the tunnel",
          "while a pause lasts, nothing is started for the tunnel"};
    case VERDICT_UNSPECIFIED: break;
    case Verdict_INT_MIN_SENTINEL_DO_NOT_USE_:
    case Verdict_INT_MAX_SENTINEL_DO_NOT_USE_: break;
  }
  return {"not judged yet", "the supervisor has said nothing about the tunnel yet",
      "the supervisor judges each answer about the tunnel when it is reported"};
}

std::string_view WordsOf(words::Failback failback) {
  using namespace words;
  switch (failback) {
    case FAILBACK_NONE: return "";
    case FAILBACK_AWAY: return "the primary is not known to be there again";
    case FAILBACK_STEADYING: return "the primary is there again; it must stay so for failback_after";
    case FAILBACK_FLAPPING:
      return "failed over 3 times in an hour: stays on its backup until an hour of quiet";
    case FAILBACK_WAITING: return "due, but paused, in cooldown, at its hourly bound or not to be recorded";
    case FAILBACK_STARTED: return "the failback unit was started";
    case Failback_INT_MIN_SENTINEL_DO_NOT_USE_:
    case Failback_INT_MAX_SENTINEL_DO_NOT_USE_: break;
  }
  return "";
}

std::string_view WordsOf(words::StartOutcome outcome) {
  using namespace words;
  switch (outcome) {
    case NOT_STARTED: return "never";
    case PENDING: return "under way";
    case SUCCEEDED: return "succeeded";
    case FAILED: return "FAILED";
    case TIMED_OUT: return "TIMED OUT";
    case IGNORED: return "IGNORED";
    case OUTCOME_UNKNOWN: return "outcome unknown";
    case StartOutcome_INT_MIN_SENTINEL_DO_NOT_USE_:
    case StartOutcome_INT_MAX_SENTINEL_DO_NOT_USE_: break;
  }
  return "outcome unknown";
}

words::Verdict VerdictNamed(const std::string& name) {
  words::Verdict verdict{};
  return words::Verdict_Parse(name, &verdict) ? verdict : words::VERDICT_UNSPECIFIED;
}

words::Failback FailbackNamed(const std::string& name) {
  words::Failback failback{};
  return words::Failback_Parse(name, &failback) ? failback : words::FAILBACK_NONE;
}

words::StartOutcome OutcomeNamed(const std::string& name) {
  words::StartOutcome outcome{};
  return words::StartOutcome_Parse(name, &outcome) ? outcome : words::NOT_STARTED;
}

}  // namespace failover
