// Cloudflare's API without the network: the address to ask, and what an answer says. Pure; runs in
// the prober. Answers are untrusted: whatever is not exactly as documented is UNKNOWN.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "common/tunnel_id.h"
#include "prober/http_answer.h"
#include "prober/tunnel_health.h"

namespace failover {

// {base}/accounts/{account}/cfd_tunnel/{tunnel}
std::string TunnelUrl(std::string_view base, std::string_view account, const TunnelId& tunnel);

enum class Existence { kExists, kDeleted };

// `result` of a successful answer.
struct TunnelFacts {
  TunnelId id;
  Existence existence = Existence::kExists;
  std::string status;  // the API's word, not yet judged; empty if deleted
};

// The envelope around every answer.
struct Envelope {
  enum class Success { kNo, kYes } success = Success::kNo;
  std::vector<std::int64_t> error_codes;
};

// Fail on anything that is not the JSON which the API documents.
std::expected<Envelope, Error> ParseEnvelope(std::string_view body);
std::expected<TunnelFacts, Error> ParseTunnel(std::string_view body);

// The verdict on an answer to the question about `asked`. Only HTTP 200 with success, no error,
// the tunnel's own id, no deleted_at and a known status gives anything but UNKNOWN.
TunnelHealth JudgeAnswer(const HttpAnswer& answer, const TunnelId& asked);

}  // namespace failover
