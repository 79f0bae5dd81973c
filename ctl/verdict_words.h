// What the supervisor's enums mean, in words. Pure; every value of proto/words.proto has some, and
// one of a newer version is shown as it came.
#pragma once

#include <string>
#include <string_view>

#include "words.pb.h"

namespace failover {

struct VerdictWords {
  std::string_view next;  // for a table: what happens now
  std::string_view why;   // one sentence
  std::string_view rule;  // the rule that decided, as README.md has it
};

VerdictWords WordsOf(words::Verdict verdict);
std::string_view WordsOf(words::Failback failback);     // one sentence; empty for FAILBACK_NONE
std::string_view WordsOf(words::StartOutcome outcome);  // "succeeded"

// By the names that the status has; one that this version does not know becomes the value 0.
words::Verdict VerdictNamed(const std::string& name);
words::Failback FailbackNamed(const std::string& name);
words::StartOutcome OutcomeNamed(const std::string& name);

}  // namespace failover
