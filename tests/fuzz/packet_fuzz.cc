// Inspect() on any packet: what root acts on is bounded, configured and in range.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/config.h"
#include "health.pb.h"
#include "supervisor/observation.h"
#include "tests/fuzz/property.h"

namespace failover {
namespace {

UnitWhitelist MakeWhitelist() {
  const auto config = ParseConfig(R"({"gateway_check": false, "tunnels": [
      {"account_id": "0123456789abcdef0123456789abcdef", "token": "x", "service": "one",
       "tunnel_id": "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415"},
      {"account_id": "0123456789abcdef0123456789abcdef", "token": "x", "service": "two",
       "tunnel_id": "00000000-0000-0000-0000-000000000001"}]})",
      "F");
  MustHold(config.has_value(), "the target's own configuration is valid");
  return UnitWhitelist(config->settings);
}

// Most inputs would only ever be out of sequence: the state is made to suit the packet.
std::uint64_t SequenceBefore(std::string_view packet) {
  wire::HealthReport report;
  const bool parsed = report.ParseFromArray(packet.data(), static_cast<int>(packet.size()));
  return parsed && report.sequence() > 0 ? report.sequence() - 1 : 0;
}

void CheckFact(const TunnelFact& fact, const Observation& observation, const UnitWhitelist& whitelist) {
  MustHold(fact.rule != nullptr && whitelist.Find(fact.rule->id) == fact.rule, "the whitelist's own rule");
  MustHold(fact.observation > 0, "a numbered observation");
  MustHold(fact.gateway == observation.gateway, "the report's gateway");
  MustHold(wire::TunnelStatus_IsValid(static_cast<int>(fact.status)) && static_cast<int>(fact.status) != 0,
      "a status");
  wire::Reason reason = wire::REASON_UNSPECIFIED;
  MustHold(wire::Reason_Parse(std::string(fact.reason), &reason) && reason != wire::REASON_UNSPECIFIED,
      "a reason");
  MustHold(
      (fact.status == TunnelStatus::kUnknown) == (reason != wire::none), "a reason exactly for UNKNOWN");
}

void TryPacket(std::string_view packet) {
  static const UnitWhitelist whitelist = MakeWhitelist();
  const std::uint64_t before = SequenceBefore(packet);
  const auto observation = Inspect(packet, before, whitelist);
  if (!observation) {
    MustHold(words::Refusal_IsValid(observation.error()), "a reason for the refusal");
    return;
  }
  MustHold(observation->sequence == before + 1, "the next in sequence");
  MustHold(observation->instance != 0, "an instance");
  MustHold(wire::GatewayState_IsValid(static_cast<int>(observation->gateway)) &&
               static_cast<int>(observation->gateway) != 0,
      "a gateway state");
  MustHold(observation->facts.size() + observation->unknown_tunnels <= kMaxTunnelsPerPacket,
      "at most 128 tunnels");
  for (const TunnelFact& fact : observation->facts) CheckFact(fact, *observation, whitelist);
  MustHold(!Inspect(packet, observation->sequence, whitelist), "a replay is refused");
}

}  // namespace
}  // namespace failover

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  failover::ProtobufMustBeSilent();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  failover::TryPacket({reinterpret_cast<const char*>(data), size});
  return 0;
}
