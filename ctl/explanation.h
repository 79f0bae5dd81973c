// `failoverctl explain TUNNEL`: why the present verdict, and what would have to happen. Pure: a
// status in, sentences out.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ctl/json.h"
#include "ctl/terminal.h"
#include "status.pb.h"

namespace failover {

struct Explanation {
  std::string tunnel;   // "home (UUID)"
  std::string status;   // "down for 12 s (since ...), asked 0.4 s ago"
  std::string verdict;  // "WAIT_COOLDOWN"
  std::string why;
  std::string rule;
  std::vector<std::pair<std::string, std::string>> counters;  // name, and value against threshold
  // When the unit could be started at the earliest, from now; nothing: not by time alone.
  std::optional<double> earliest;
  std::string next_start;           // the same in words
  std::vector<std::string> needed;  // for a start: what is still missing
  std::vector<std::string> notes;   // pause, failback, connectors, what is wrong elsewhere
};

Explanation Explain(const status::Status& status, const status::Tunnel& tunnel);

std::string Describe(const Explanation& explanation, const Terminal& terminal);
Json ToJson(const Explanation& explanation);

}  // namespace failover
