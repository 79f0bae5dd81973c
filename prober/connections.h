// Who is connected to a tunnel, as Cloudflare lists it: the address to ask, and what an answer
// says. Pure; runs in the prober. Answers are untrusted: an answer that is not exactly as
// documented is none, because a list that lacks something proves nothing.
#pragma once

#include <compare>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "common/tunnel_id.h"
#include "prober/cloudflare_time.h"
#include "prober/http_answer.h"
#include "prober/tunnel_health.h"

namespace failover {

// {base}/accounts/{account}/cfd_tunnel/{tunnel}/connections
std::string ConnectionsUrl(std::string_view base, std::string_view account, const TunnelId& tunnel);

// One process of cloudflared: a random UUID, new at every start. Not to be taken for a tunnel's.
class ConnectorId {
 public:
  static std::optional<ConnectorId> Parse(std::string_view text) {
    const auto uuid = TunnelId::Parse(text);
    return uuid ? std::optional(ConnectorId(*uuid)) : std::nullopt;
  }
  std::string ToString() const { return uuid_.ToString(); }

  friend auto operator<=>(const ConnectorId&, const ConnectorId&) = default;

 private:
  explicit ConnectorId(const TunnelId& uuid) : uuid_(uuid) {}

  TunnelId uuid_;
};

struct Connection {
  CloudflareTime opened_at;
  // Cloudflare goes on listing a connection that was lost, for minutes.
  enum class State { kServes, kPendingReconnect } state = State::kServes;
};

struct Connector {
  ConnectorId id;
  std::vector<Connection> connections = {};
};

using Connectors = std::vector<Connector>;

// Fails on anything that is not the JSON which the API documents.
std::expected<Connectors, Error> ParseConnections(std::string_view body);
// The list in an answer, or why there is none.
std::expected<Connectors, Reason> JudgeConnections(const HttpAnswer& answer);

}  // namespace failover
