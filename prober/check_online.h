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

// One question for each tunnel, at most 100 at a time, in the order of the configuration.
std::vector<OnlineResult> AskOnce(const Settings& settings);

// A line for each tunnel, or a JSON array.
void Print(const std::vector<OnlineResult>& results, Options::Format format, std::ostream& out);

// 0 if every tunnel gave a known status, else 1.
int ExitStatus(const std::vector<OnlineResult>& results);

}  // namespace failover
