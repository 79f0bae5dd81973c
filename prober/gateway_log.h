// What changes about the gateway, in lines for the prober's log. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "prober/gateway_facts.h"

namespace failover {

struct GatewayLine {
  enum class Severity { kInfo, kWarning } severity = Severity::kInfo;
  std::string text;
};

class GatewayLog {
 public:
  // The lines for what is new since the last call. `trouble`: why somebody could not be asked.
  std::vector<GatewayLine> News(const GatewayFacts& facts, const std::string& trouble);

 private:
  std::optional<GatewayChoice> choice_;
  std::optional<GatewayState> state_;
  std::vector<GatewayAddress> asked_;
};

}  // namespace failover
