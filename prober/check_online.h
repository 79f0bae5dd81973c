// --check-online: asks Cloudflare once for every tunnel and prints what came back.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "prober/http_answer.h"
#include "prober/options.h"
#include "prober/settings.h"
#include "prober/tunnel_health.h"

namespace failover {

struct OnlineResult {
  std::string tunnel;  // the label
  TunnelHealth health;
  HttpAnswer answer;
};

// One question for each tunnel, within the API budgets: more than 864 tunnels of one budget take
// longer than 5 minutes, and after a rate limit the rest of a budget is not asked. In the order of
// the configuration.
std::vector<OnlineResult> AskOnce(const Settings& settings);

// A line for each tunnel, or a JSON array.
void Print(const std::vector<OnlineResult>& results, Options::Format format, std::ostream& out);

// 0 if every tunnel gave a known status, else 1.
int ExitStatus(const std::vector<OnlineResult>& results);

}  // namespace failover
