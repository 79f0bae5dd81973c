// What cloudflared's /ready on this host says: the addresses to ask, and the connector's id in an
// answer. Pure; runs in the prober. Any local user may have taken the port: an id from here is a
// claim, and believed only where it stands in the tunnel's own list.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "prober/connections.h"
#include "prober/http_answer.h"

namespace failover {

// `local_metrics` as the configuration allows it: "auto" is five ports of 127.0.0.1, of which
// cloudflared takes the first free one; "localhost" is 127.0.0.1, whatever a resolver would say.
std::vector<std::string> ReadyUrls(std::string_view local_metrics);

// Fails on anything that is not what cloudflared's /ready says.
std::expected<ConnectorId, Error> ParseReady(std::string_view body);
// The same for a whole answer: 200, or 503 of a connector that has no connection.
std::expected<ConnectorId, Error> JudgeReady(const HttpAnswer& answer);

}  // namespace failover
