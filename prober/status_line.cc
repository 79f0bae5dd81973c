#include "prober/status_line.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

namespace failover {
namespace {

std::string Count(std::size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what);
}

std::string Tunnels(const StatusFacts& facts) {
  static constexpr std::array kStatuses = {TunnelStatus::kHealthy, TunnelStatus::kDegraded,
      TunnelStatus::kDown, TunnelStatus::kInactive, TunnelStatus::kUnknown};
  std::string text = Count(facts.tunnels, facts.tunnels == 1 ? "tunnel" : "tunnels");
  std::string_view separator = ": ";
  for (const TunnelStatus status : kStatuses) {
    const auto count = std::ranges::count_if(
        facts.healths, [&](const auto& entry) { return entry.second.status == status; });
    if (count == 0) continue;
    text += std::string(separator) + Count(static_cast<std::size_t>(count), Name(status));
    separator = ", ";
  }
  const std::size_t unasked = facts.tunnels - std::min(facts.tunnels, facts.healths.size());
  if (unasked > 0) text += std::string(separator) + Count(unasked, "not asked yet");
  return text;
}

std::string Started(const StatusFacts& facts) {
  const auto count = std::ranges::count_if(facts.healths, [&](const auto& entry) {
    const auto found = facts.verdicts.verdicts().find(entry.first);
    return found != facts.verdicts.verdicts().end() && found->second.failures > 0 &&
           found->second.last_outcome == wire::SUCCEEDED;
  });
  return count == 0 ? "" : " (" + Count(static_cast<std::size_t>(count), "backed up") + ")";
}

// One significant digit, in milliseconds.
std::string Roughly(std::chrono::nanoseconds round_trip) {
  const double ms = std::chrono::duration<double, std::milli>(round_trip).count();
  const double unit = std::pow(10.0, std::floor(std::log10(ms)));
  std::ostringstream text;
  text << std::round(ms / unit) * unit << " ms";
  return text.str();
}

std::string Measured(const GatewaySums& sums) {
  if (sums.probes == 0) return "";
  const auto lost = std::lround(100.0 * sums.lost / sums.probes);
  const bool answered = sums.mean_round_trip > std::chrono::nanoseconds::zero();
  return " (" + std::to_string(lost) + " % lost" + (answered ? ", " + Roughly(sums.mean_round_trip) : "") +
         ")";
}

std::string Gateway(const StatusFacts& facts) {
  if (!facts.gateway) return "gateway not asked yet";
  switch (*facts.gateway) {
    case GatewayState::kReachable: return "gateway reachable" + Measured(facts.gateway_sums);
    case GatewayState::kUnreachable: return "gateway unreachable" + Measured(facts.gateway_sums);
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
  return Tunnels(facts) + Started(facts) + "; " + Gateway(facts) + "; " + Supervisor(facts);
}

}  // namespace failover
