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

// {base}/accounts/{account}/cfd_tunnel?..., page from 1: all tunnels that are not deleted.
inline constexpr unsigned kTunnelsPerPage = 1000;  // as many as the API gives
std::string ListUrl(std::string_view base, std::string_view account, unsigned page);

enum class Existence { kExists, kDeleted };

// `result` of a successful answer.
struct TunnelFacts {
  TunnelId id;
  Existence existence = Existence::kExists;
  std::string status;  // the API's word, not yet judged; empty if deleted
};

// Fails on anything that is not the JSON which the API documents.
std::expected<TunnelFacts, Error> ParseTunnel(std::string_view body);

// One page of the list of an account's tunnels.
struct ListedTunnel {
  TunnelId id;
  TunnelHealth health;  // UNKNOWN if the rest of the item is not as documented
};
struct TunnelList {
  std::vector<ListedTunnel> tunnels;
  std::uint64_t unreadable = 0;  // items without an id: any tunnel may be among them
  // result_info, as the peer says it.
  std::uint64_t count = 0;
  std::uint64_t page = 0;
  std::uint64_t per_page = 0;  // never 0
  std::uint64_t total_count = 0;
};
std::expected<TunnelList, Error> ParseTunnelList(std::string_view body);

// The verdict on an answer to the question about `asked`. Only HTTP 200 with success, no error,
// the tunnel's own id, no deleted_at and a known status gives anything but UNKNOWN.
TunnelHealth JudgeAnswer(const HttpAnswer& answer, const TunnelId& asked);
// The same for an answer to the question about a page: the page, or why there is none.
std::expected<TunnelList, Reason> JudgeList(const HttpAnswer& answer);

}  // namespace failover
