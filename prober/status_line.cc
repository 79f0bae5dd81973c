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
  std::map<TunnelStatus, std::size_t> counts;
  for (const auto& [id, health] : facts.healths) ++counts[health.status];
  if (facts.tunnels > facts.healths.size()) counts[TunnelStatus{}] += facts.tunnels - facts.healths.size();
  return Summarize(counts);
}

std::string Started(const StatusFacts& facts) {
  const auto count = std::ranges::count_if(facts.verdicts.verdicts(), [&](const auto& entry) {
    const TunnelVerdict& verdict = entry.second;
    return verdict.failures > 0 && verdict.last_outcome == words::SUCCEEDED &&
           facts.healths.contains(entry.first);
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
