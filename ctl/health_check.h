// `failoverctl check [TUNNEL]`: one line and an exit status by the conventions of monitoring plug-ins
// (monitoring-plugins.org, "Plugin Output for Nagios"). Pure: a status in, a judgement out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ctl/json.h"
#include "status.pb.h"

namespace failover {

// The numbers are the exit statuses.
enum class Grade { kOk = 0, kWarning = 1, kCritical = 2, kUnknown = 3 };

struct HealthCheck {
  Grade grade = Grade::kOk;
  std::string text;
  std::vector<std::string> perfdata;  // "gateway_rtt=0.00042s;;;0"
};

// Of one tunnel, by its index, or of all together.
HealthCheck Check(const status::Status& status, const std::optional<std::size_t>& tunnel);

// What is said when there is no status to judge.
HealthCheck NothingKnown(const std::string& why);

std::string Describe(const HealthCheck& check);  // one line, ended
Json ToJson(const HealthCheck& check);

}  // namespace failover
