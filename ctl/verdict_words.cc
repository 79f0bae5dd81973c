#include "ctl/verdict_words.h"

#include <algorithm>
#include <array>
#include <utility>

namespace failover {
namespace {

template <typename Enum, typename Words, std::size_t Size>
using Table = std::array<std::pair<Enum, Words>, Size>;

constexpr Table<words::Verdict, VerdictWords, 12> kVerdicts = {
    {{words::VERDICT_UNSPECIFIED,
         {"not judged yet", "the supervisor has said nothing about the tunnel yet",
             "the supervisor judges each answer about the tunnel when it is reported"}},
        {words::WAIT_HEALTHY, {"nothing to do", "Cloudflare says that the tunnel is healthy",
                                  "healthy sets the failure count to zero and starts nothing"}},
        {words::WAIT_NOT_IN_FAILOVER_ON,
            {"not in failover_on", "the tunnel is not healthy, but its status is not in failover_on",
                "only a status in failover_on counts as a failure"}},
        {words::WAIT_UNKNOWN, {"waits", "nothing is known about the tunnel, and unknown is not down",
                                  "unknown neither counts nor resets, and starts nothing"}},
        {words::WAIT_GATEWAY,
            {"waits for gateway", "the gateway does not answer, so this host's own network may be the fault",
                "without the gateway nobody is asked and nothing is started"}},
        {words::WAIT_CONFIRMING,
            {"confirms", "the tunnel fails, but not yet as often in a row as failure_threshold asks",
                "failure_threshold failing answers in a row confirm a failure"}},
        {words::WAIT_UNDER_WAY,
            {"start under way", "the failure is confirmed, and systemctl is at work on the unit",
                "never two starts of one unit at a time"}},
        {words::WAIT_COOLDOWN,
            {"cooldown", "the failure is confirmed, and the unit was started less than cooldown ago",
                "a unit is not started again within its cooldown"}},
        {words::WAIT_HOURLY_LIMIT,
            {"HOURLY LIMIT", "the failure is confirmed, but the unit was started max_starts_per_hour times",
                "at most max_starts_per_hour starts of one unit in any hour"}},
        {words::START,
            {"started now", "the unit was started for this observation",
                "failing as often as failure_threshold asks, unknown for too long, or a drill: its unit is "
                "started"}},
        {words::WAIT_NO_RECORD,
            {"CANNOT RECORD", "the failure is confirmed, but the start cannot be written down",
                "no record, no start: audit log and start record are written before systemctl runs"}},
        {words::WAIT_PAUSED, {"paused", "the failure is confirmed, but an operator has paused the tunnel",
                                 "while a pause lasts, nothing is started for the tunnel"}}}};

constexpr Table<words::Failback, std::string_view, 6> kFailbacks = {{{words::FAILBACK_NONE, ""},
    {words::FAILBACK_AWAY, "the primary is not known to be there again"},
    {words::FAILBACK_STEADYING, "the primary is there again; it must stay so for failback_after"},
    {words::FAILBACK_FLAPPING, "failed over 3 times in an hour: stays on its backup until an hour of quiet"},
    {words::FAILBACK_WAITING, "due, but paused, in cooldown, at its hourly bound or not to be recorded"},
    {words::FAILBACK_STARTED, "the failback unit was started"}}};

constexpr Table<words::StartOutcome, std::string_view, 7> kOutcomes = {
    {{words::NOT_STARTED, "never"}, {words::PENDING, "under way"}, {words::SUCCEEDED, "succeeded"},
        {words::FAILED, "FAILED"}, {words::TIMED_OUT, "TIMED OUT"}, {words::IGNORED, "IGNORED"},
        {words::OUTCOME_UNKNOWN, "outcome unknown"}}};

// Of a value that the table does not have, the words are those of its first.
template <typename Enum, typename Words, std::size_t Size>
Words Find(const Table<Enum, Words, Size>& table, Enum value) {
  const auto found = std::ranges::find(table, value, &std::pair<Enum, Words>::first);
  return found == table.end() ? table.front().second : found->second;
}

}  // namespace

VerdictWords WordsOf(words::Verdict verdict) { return Find(kVerdicts, verdict); }

std::string_view WordsOf(words::Failback failback) { return Find(kFailbacks, failback); }

std::string_view WordsOf(words::StartOutcome outcome) { return Find(kOutcomes, outcome); }

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
