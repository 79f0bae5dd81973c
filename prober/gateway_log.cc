#include "prober/gateway_log.h"

#include <utility>

namespace failover {
namespace {

std::string Addresses(const std::vector<GatewayAddress>& addresses) {
  return addresses.empty() ? "none" : Join(addresses);
}

std::string Title(const GatewayFacts& facts) {
  const bool found = facts.choice.source == GatewaySource::kDefaultRoute && !facts.asked.empty();
  return "Gateway " + facts.choice.ToString() + (found ? " (" + Join(facts.asked) + ")" : "");
}

}  // namespace

std::vector<GatewayLine> GatewayLog::News(const GatewayFacts& facts, const std::string& trouble) {
  std::vector<GatewayLine> lines;
  const bool same_choice = choice_ == facts.choice;
  const auto before = std::exchange(asked_, facts.asked);
  choice_ = facts.choice;
  if (!same_choice) state_.reset();
  const bool same_state = state_ == facts.state;
  if (same_choice && before != asked_) {
    const bool reason = same_state && asked_.empty();  // else the next line says it
    lines.push_back({.severity = GatewayLine::Severity::kInfo,
        .text = "Gateway " + facts.choice.ToString() + ": " + Addresses(asked_) + " (was " +
                Addresses(before) + ")" + (reason ? ". " + trouble : "")});
  }
  if (!facts.state || same_state) return lines;
  const bool first = !state_;
  state_ = facts.state;
  switch (*facts.state) {
    case GatewayState::kNotChecked: break;
    case GatewayState::kReachable:
      lines.push_back({.severity = GatewayLine::Severity::kInfo,
          .text = Title(facts) + " reachable" + (first ? "." : " again.")});
      break;
    case GatewayState::kUnreachable:
      lines.push_back({.severity = GatewayLine::Severity::kWarning,
          .text = Title(facts) + " unreachable. Skipping tunnel monitoring." +
                  (trouble.empty() ? "" : " " + trouble)});
      break;
  }
  return lines;
}

}  // namespace failover
