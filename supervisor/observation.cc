#include "supervisor/observation.h"

#include "common/seqpacket.h"
#include "health.pb.h"

namespace failover {

static std::expected<TunnelFact, words::Refusal> InspectTunnel(
    const wire::TunnelHealth& health, GatewayState gateway, const UnitWhitelist& whitelist) {
  const auto id = TunnelId::FromBytes(health.tunnel_id());
  if (!id) return std::unexpected(words::BAD_TUNNEL_ID);
  if (health.observation() == 0) return std::unexpected(words::NO_OBSERVATION);
  const bool status = wire::TunnelStatus_IsValid(health.status()) && health.status() != 0;
  const bool reason = wire::Reason_IsValid(health.reason()) && health.reason() != 0;
  if (!status || !reason) return std::unexpected(words::BAD_STATUS);
  const bool contradicts = (health.status() == wire::UNKNOWN) == (health.reason() == wire::none);
  if (contradicts) return std::unexpected(words::CONTRADICTION);
  return TunnelFact{whitelist.Find(*id), health.observation(), gateway,
      static_cast<TunnelStatus>(health.status()), wire::Reason_Name(health.reason()),
      health.primary() == wire::PRIMARY_RETURNED};
}

std::expected<Observation, words::Refusal> Inspect(
    std::string_view packet, std::uint64_t last_sequence, const UnitWhitelist& whitelist) {
  wire::HealthReport report;
  if (packet.size() > kMaxPacket) return std::unexpected(words::LARGER_THAN_16_KIB);
  const bool parsed = report.ParseFromArray(packet.data(), static_cast<int>(packet.size()));
  if (!parsed) return std::unexpected(words::NOT_A_HEALTH_REPORT);
  if (report.sequence() != last_sequence + 1) return std::unexpected(words::OUT_OF_SEQUENCE);
  if (report.instance() == 0) return std::unexpected(words::NO_INSTANCE);
  const bool gateway = wire::GatewayState_IsValid(report.gateway()) && report.gateway() != 0;
  if (!gateway) return std::unexpected(words::BAD_GATEWAY_STATE);
  if (report.tunnels_size() > kMaxTunnelsPerPacket) return std::unexpected(words::MORE_THAN_128_TUNNELS);
  Observation observation{
      report.sequence(), report.instance(), static_cast<GatewayState>(report.gateway()), {}, 0};
  for (const wire::TunnelHealth& health : report.tunnels()) {
    const auto fact = InspectTunnel(health, observation.gateway, whitelist);
    if (!fact) return std::unexpected(fact.error());
    if (fact->rule != nullptr) observation.facts.push_back(*fact);
    if (fact->rule == nullptr) ++observation.unknown_tunnels;
  }
  return observation;
}

static std::uint64_t Milliseconds(std::chrono::nanoseconds time) {
  return static_cast<std::uint64_t>(std::max(time / std::chrono::milliseconds(1), 0L));
}

std::string EncodeAcknowledgement(std::uint64_t sequence, const std::string& config_digest,
    std::span<const std::uint64_t> refusals, std::span<const Told> tunnels, TimePoint now) {
  wire::Acknowledgement answer;
  answer.set_sequence(sequence);
  answer.set_config_digest(config_digest);
  answer.mutable_refusals()->Assign(refusals.begin(), refusals.end());
  for (const auto& [id, state, unit] : tunnels) {
    wire::TunnelVerdict& told = *answer.add_tunnels();
    told.set_tunnel_id(std::string(id.bytes()));
    told.set_verdict(state.verdict);
    told.set_failback(state.failback);
    told.set_failures(state.failures);
    told.set_observation(state.observation);
    told.set_paused_for_ms(Milliseconds(state.paused_until - now));
    told.set_last_outcome(unit.outcome);
    if (!unit.starts.empty()) told.set_last_start_age_ms(Milliseconds(now - unit.starts.back()));
  }
  return answer.SerializeAsString();
}

}  // namespace failover
