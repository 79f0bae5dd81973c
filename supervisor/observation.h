// Where the root process meets the wire, and the only file that does: a packet from a peer that may
// lie becomes an Observation or a Refusal; verdicts become an Acknowledgement. Trusts only bounds.
#pragma once

#include <expected>
#include <span>

#include "supervisor/decision.h"

namespace failover {

inline constexpr int kMaxTunnelsPerPacket = 128;

struct Observation {
  std::uint64_t sequence;  // the one after `last_sequence`
  std::uint64_t instance;  // of the prober; observations are numbered anew with it
  GatewayState gateway;
  std::vector<TunnelFact> facts;  // at most kMaxTunnelsPerPacket, each of a configured tunnel
  std::size_t unknown_tunnels;    // skipped: not in our configuration
};

// `last_sequence`: of the newest report accepted on this connection, 0 at first.
std::expected<Observation, words::Refusal> Inspect(
    std::string_view packet, std::uint64_t last_sequence, const UnitWhitelist& whitelist);

// What is told of one tunnel: where it stands, and how its unit does.
struct Told {
  TunnelId tunnel;
  const TunnelState& state;
  const UnitHistory& unit;
};

// The answer to the report `sequence`, about at most kMaxTunnelsPerPacket tunnels.
std::string EncodeAcknowledgement(std::uint64_t sequence, const std::string& config_digest,
    std::span<const std::uint64_t> refusals, std::span<const Told> tunnels, TimePoint now);

}  // namespace failover
