#include "prober/report_queue.h"

#include <algorithm>
#include <limits>
#include <ranges>
#include <set>
#include <utility>

#include "health.pb.h"

namespace failover {
namespace {

std::uint32_t Microseconds(std::chrono::nanoseconds round_trip) {
  const auto us = std::chrono::ceil<std::chrono::microseconds>(round_trip).count();
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(us, 0, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

void ReportQueue::Configure(const Settings& settings) {
  digest_ = settings.digest;
  std::set<TunnelId> stay;
  for (const WatchedTunnel& tunnel : settings.tunnels) stay.insert(tunnel.id);
  in_packet_ = 0;
  std::erase_if(waiting_, [&](const auto* entry) { return !stay.contains(entry->first); });
  std::erase_if(tunnels_, [&](const auto& entry) { return !stay.contains(entry.first); });
}

void ReportQueue::SetGateway(
    GatewayState state, std::chrono::nanoseconds round_trip, const GatewaySums& sums) {
  gateway_ = state;
  round_trip_ = round_trip;
  gateway_sums_ = sums;
  gateway_news_ = News::kWaiting;
}

void ReportQueue::Observe(const TunnelId& id, const TunnelHealth& health, Primary primary) {
  auto& entry = *tunnels_.try_emplace(id).first;
  Observed& observed = entry.second;
  observed.health = health;
  observed.primary = primary;
  observed.number = ++observations_;
  if (std::exchange(observed.news, News::kWaiting) == News::kNone) waiting_.push_back(&entry);
}

void ReportQueue::BeginConnection() {
  sequence_ = 0;
  gateway_news_ = News::kWaiting;
  waiting_.clear();
  for (auto& entry : tunnels_) {
    entry.second.news = News::kWaiting;
    waiting_.push_back(&entry);
  }
}

std::optional<std::string> ReportQueue::Next() {
  if (!gateway_ || (waiting_.empty() && gateway_news_ == News::kNone)) return std::nullopt;
  wire::HealthReport report;
  in_packet_ = std::min(waiting_.size(), kMaxTunnelsInReport);
  packet_knows_ = observations_;
  for (const auto* entry : waiting_ | std::views::take(in_packet_)) {
    const auto& [id, observed] = *entry;
    wire::TunnelHealth& tunnel = *report.add_tunnels();
    tunnel.set_tunnel_id(std::string(id.bytes()));
    tunnel.set_observation(observed.number);
    tunnel.set_status(static_cast<wire::TunnelStatus>(observed.health.status));
    tunnel.set_reason(static_cast<wire::Reason>(observed.health.reason));
    tunnel.set_primary(static_cast<wire::Primary>(observed.primary));
  }
  report.set_sequence(sequence_ + 1);
  report.set_instance(instance_);
  report.set_gateway(static_cast<wire::GatewayState>(*gateway_));
  report.set_round_trip_us(Microseconds(round_trip_));
  report.set_echo_probes_60s(gateway_sums_.probes);
  report.set_echo_lost_60s(gateway_sums_.lost);
  report.set_round_trip_mean_us_60s(Microseconds(gateway_sums_.mean_round_trip));
  report.set_config_digest(digest_);
  return report.SerializeAsString();
}

void ReportQueue::Sent() {
  ++sequence_;
  gateway_news_ = News::kNone;
  for (; in_packet_ > 0; --in_packet_) {
    Tunnels::value_type* entry = waiting_.front();
    waiting_.pop_front();
    if (entry->second.number > packet_knows_) {
      waiting_.push_back(entry);
    } else {
      entry->second.news = News::kNone;
    }
  }
}

}  // namespace failover
