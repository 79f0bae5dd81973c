#include "prober/report_queue.h"

#include <algorithm>
#include <limits>
#include <set>

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
  std::erase_if(tunnels_, [&](const auto& entry) { return !stay.contains(entry.first); });
}

void ReportQueue::SetGateway(GatewayState state, std::chrono::nanoseconds round_trip) {
  gateway_ = state;
  round_trip_ = round_trip;
  gateway_news_ = News::kWaiting;
}

void ReportQueue::Observe(const TunnelId& id, const TunnelHealth& health, Primary primary) {
  tunnels_[id] = {.health = health, .primary = primary, .number = ++observations_, .news = News::kWaiting};
}

void ReportQueue::BeginConnection() {
  sequence_ = 0;
  gateway_news_ = News::kWaiting;
  for (auto& [id, observed] : tunnels_) observed.news = News::kWaiting;
}

std::optional<std::string> ReportQueue::Next() {
  if (!gateway_) return std::nullopt;
  wire::HealthReport report;
  for (auto& [id, observed] : tunnels_) {
    if (observed.news == News::kNone) continue;
    if (report.tunnels_size() == kMaxTunnelsInReport) {
      observed.news = News::kWaiting;
      continue;
    }
    observed.news = News::kInPacket;
    wire::TunnelHealth& entry = *report.add_tunnels();
    entry.set_tunnel_id(std::string(id.bytes()));
    entry.set_observation(observed.number);
    entry.set_status(static_cast<wire::TunnelStatus>(observed.health.status));
    entry.set_reason(static_cast<wire::Reason>(observed.health.reason));
    entry.set_primary(static_cast<wire::Primary>(observed.primary));
  }
  if (report.tunnels().empty() && gateway_news_ == News::kNone) return std::nullopt;
  gateway_news_ = News::kInPacket;
  report.set_sequence(sequence_ + 1);
  report.set_instance(instance_);
  report.set_gateway(static_cast<wire::GatewayState>(*gateway_));
  report.set_round_trip_us(Microseconds(round_trip_));
  report.set_config_digest(digest_);
  return report.SerializeAsString();
}

void ReportQueue::Sent() {
  ++sequence_;
  gateway_news_ = News::kNone;
  for (auto& [id, observed] : tunnels_) {
    if (observed.news == News::kInPacket) observed.news = News::kNone;
  }
}

}  // namespace failover
