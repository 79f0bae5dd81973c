#include "prober/status_line.h"

#include <algorithm>
#include <array>

namespace failover {
namespace {

std::string Count(std::size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what);
}

std::string Tunnels(const StatusFacts& facts) {
  static constexpr std::array kStatuses = {TunnelStatus::kHealthy, TunnelStatus::kDegraded,
      TunnelStatus::kDown, TunnelStatus::kInactive, TunnelStatus::kUnknown};
  std::map<TunnelStatus, std::size_t> counts;
  for (const auto& [id, health] : facts.healths) ++counts[health.status];
  std::string text = Count(facts.tunnels, facts.tunnels == 1 ? "tunnel" : "tunnels");
  std::string_view separator = ": ";
  for (const TunnelStatus status : kStatuses) {
    if (counts[status] == 0) continue;
    text += std::string(separator) + Count(counts[status], Name(status));
    separator = ", ";
  }
  const std::size_t unasked = facts.tunnels - std::min(facts.tunnels, facts.healths.size());
  if (unasked > 0) text += std::string(separator) + Count(unasked, "not asked yet");
  return text;
}

std::string Started(const StatusFacts& facts) {
  const auto count = std::ranges::count_if(facts.verdicts.verdicts(), [&](const auto& entry) {
    const TunnelVerdict& verdict = entry.second;
    return verdict.failures > 0 && verdict.last_outcome == wire::SUCCEEDED &&
           facts.healths.contains(entry.first);
  });
  return count == 0 ? "" : " (" + Count(static_cast<std::size_t>(count), "backed up") + ")";
}

std::string_view Gateway(std::optional<GatewayState> state) {
  if (!state) return "gateway not asked yet";
  switch (*state) {
    case GatewayState::kReachable: return "gateway reachable";
    case GatewayState::kUnreachable: return "gateway unreachable";
    case GatewayState::kNotChecked: return "gateway not checked";
  }
  __builtin_unreachable();
}

std::string Supervisor(const StatusFacts& facts) {
  switch (facts.supervisor) {
    case ReportClient::State::kAway: return "no supervisor";
    case ReportClient::State::kConnecting: return "supervisor does not answer yet";
    case ReportClient::State::kConnected: break;
  }
  const bool same = facts.verdicts.config_digest() == facts.digest;
  return same ? "supervisor connected" : "supervisor has another version of the configuration";
}

}  // namespace

std::string DescribeStatus(const StatusFacts& facts) {
  return Tunnels(facts) + Started(facts) + "; " + std::string(Gateway(facts.gateway)) + "; " +
         Supervisor(facts);
}

}  // namespace failover
