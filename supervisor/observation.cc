#include "supervisor/observation.h"

#include "common/seqpacket.h"
#include "health.pb.h"

namespace failover {

static std::expected<TunnelFact, Refusal> InspectTunnel(
    const wire::TunnelHealth& health, GatewayState gateway, const UnitWhitelist& whitelist) {
  const auto id = TunnelId::FromBytes(health.tunnel_id());
  if (!id) return std::unexpected("a tunnel id that is not 16 bytes");
  if (health.observation() == 0) return std::unexpected("an observation without a number");
  const bool status = wire::TunnelStatus_IsValid(health.status()) && health.status() != 0;
  const bool reason = wire::Reason_IsValid(health.reason()) && health.reason() != 0;
  if (!status || !reason) return std::unexpected("an unknown tunnel status or reason");
  const bool contradicts = (health.status() == wire::UNKNOWN) == (health.reason() == wire::none);
  if (contradicts) return std::unexpected("a reason that contradicts the status");
  return TunnelFact{whitelist.Find(*id), health.observation(), gateway,
      static_cast<TunnelStatus>(health.status()), wire::Reason_Name(health.reason())};
}

std::expected<Observation, Refusal> Inspect(
    std::string_view packet, std::uint64_t last_sequence, const UnitWhitelist& whitelist) {
  wire::HealthReport report;
  if (packet.size() > kMaxPacket) return std::unexpected("larger than 16 KiB");
  const bool parsed = report.ParseFromArray(packet.data(), static_cast<int>(packet.size()));
  if (!parsed) return std::unexpected("not a health report");
  if (report.sequence() != last_sequence + 1) return std::unexpected("out of sequence");
  if (report.instance() == 0) return std::unexpected("no prober instance");
  const bool gateway = wire::GatewayState_IsValid(report.gateway()) && report.gateway() != 0;
  if (!gateway) return std::unexpected("an unknown gateway state");
  if (report.tunnels_size() > kMaxTunnelsPerPacket) return std::unexpected("more than 128 tunnels");
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

std::string EncodeAcknowledgement(std::uint64_t sequence, const std::string& config_digest,
    std::uint64_t unknown_tunnels, std::span<const TunnelVerdict> verdicts) {
  wire::Acknowledgement answer;
  answer.set_sequence(sequence);
  answer.set_config_digest(config_digest);
  answer.set_unknown_tunnels(unknown_tunnels);
  for (const TunnelVerdict& verdict : verdicts) {
    wire::TunnelVerdict& tunnel = *answer.add_tunnels();
    tunnel.set_tunnel_id(std::string(verdict.tunnel.bytes()));
    tunnel.set_verdict(static_cast<wire::Verdict>(verdict.verdict));
    tunnel.set_failures(verdict.history.failures);
    tunnel.set_observation(verdict.history.observation);
    tunnel.set_last_outcome(static_cast<wire::StartOutcome>(verdict.outcome));
    tunnel.set_last_start_age_ms(static_cast<std::uint64_t>(verdict.start_age.count() / 1'000'000));
  }
  return answer.SerializeAsString();
}

}  // namespace failover
