// GET /status: proto/status.proto as JSON, in pieces, so that 10,000 tunnels do not hold the loop.
// Pure: reads a StatusView, which never shows it a token.
#pragma once

#include <cstddef>
#include <string>

#include "prober/status_view.h"
#include "status.pb.h"

namespace failover {

inline constexpr std::size_t kTunnelsInPiece = 20;

enum class Piece { kLast, kMoreFollow };

// Appends the piece of that number, from 0; together, in order, they are one JSON object.
Piece AppendStatus(const StatusView& view, std::size_t number, std::string& out);

// All but the tunnels.
status::Status MakeStatus(const StatusView& view);
// The tunnel at that place in the settings.
status::Tunnel MakeTunnelStatus(const StatusView& view, std::size_t index);

// "healthy", and "not_asked_yet" before the first answer.
std::string StateName(const TunnelStory& story);
std::string StateName(const GatewayFacts& facts);

}  // namespace failover
