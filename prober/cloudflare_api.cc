#include "prober/cloudflare_api.h"

#include <array>
#include <optional>
#include <utility>

#include "prober/api_answer.h"

namespace failover {
namespace {

std::expected<std::string_view, Error> Text(const dom::object& object, std::string_view key) {
  std::string_view text;
  const auto member = Member(object, key);
  if (member && member->get(text) == simdjson::SUCCESS) return text;
  return Fail("result." + std::string(key) + ": not a string");
}

TunnelHealth JudgeFacts(const TunnelFacts& facts, const TunnelId& asked) {
  static constexpr std::array kStatuses = {
      TunnelStatus::kHealthy, TunnelStatus::kDegraded, TunnelStatus::kDown, TunnelStatus::kInactive};
  if (facts.id != asked) return Unknown(Reason::kWrongTunnel);
  if (facts.existence == Existence::kDeleted) return Unknown(Reason::kDeleted);
  for (const TunnelStatus status : kStatuses) {
    if (facts.status == Name(status)) return Known(status);
  }
  return Unknown(Reason::kUnknownStatus);
}

// An object of the API about one tunnel.
std::expected<TunnelFacts, Error> ReadTunnel(const dom::object& tunnel) {
  if (const auto once = NoneTwice(tunnel, {"id", "deleted_at", "status"}); !once) {
    return std::unexpected(once.error());
  }
  const auto id_text = Text(tunnel, "id");
  if (!id_text) return std::unexpected(id_text.error());
  const auto id = TunnelId::Parse(*id_text);
  if (!id) return Fail("result.id: not a UUID");
  if (Member(tunnel, "deleted_at")) {
    if (const auto deleted = Text(tunnel, "deleted_at"); !deleted) {
      return std::unexpected(deleted.error());
    }
    return TunnelFacts{.id = *id, .existence = Existence::kDeleted, .status = {}};
  }
  const auto status = Text(tunnel, "status");
  if (!status) return std::unexpected(status.error());
  return TunnelFacts{.id = *id, .existence = Existence::kExists, .status = std::string(*status)};
}

std::expected<TunnelFacts, Error> ReadResult(const dom::object& root) {
  dom::object result;
  const auto member = Member(root, "result");
  if (!member || member->get(result) != simdjson::SUCCESS) return Fail("result: not an object");
  return ReadTunnel(result);
}

// Nothing if it is not even known which tunnel the item is about.
std::optional<ListedTunnel> ReadItem(const dom::element& item) {
  dom::object object;
  if (item.get(object) != simdjson::SUCCESS) return std::nullopt;
  if (const auto facts = ReadTunnel(object)) {
    return ListedTunnel{.id = facts->id, .health = JudgeFacts(*facts, facts->id)};
  }
  const auto id_text = Text(object, "id");
  const auto id = id_text && NoneTwice(object, {"id"}) ? TunnelId::Parse(*id_text) : std::nullopt;
  if (!id) return std::nullopt;
  return ListedTunnel{.id = *id, .health = Unknown(Reason::kMalformed)};
}

std::expected<std::uint64_t, Error> Number(const dom::object& object, std::string_view key) {
  std::uint64_t number = 0;
  const auto member = Member(object, key);
  if (member && member->get(number) == simdjson::SUCCESS) return number;
  return Fail("result_info." + std::string(key) + ": not a number");
}

std::expected<TunnelList, Error> ReadList(const dom::object& root) {
  dom::array items;
  const auto result = Member(root, "result");
  if (!result || result->get(items) != simdjson::SUCCESS) return Fail("result: not a list");
  dom::object info;
  const auto member = Member(root, "result_info");
  if (!member || member->get(info) != simdjson::SUCCESS) return Fail("result_info: not an object");
  if (const auto once = NoneTwice(info, {"count", "page", "per_page", "total_count"}); !once) {
    return std::unexpected(once.error());
  }
  TunnelList list;
  for (const auto& [key, number] : {std::pair("count", &list.count), std::pair("page", &list.page),
           std::pair("per_page", &list.per_page), std::pair("total_count", &list.total_count)}) {
    const auto read = Number(info, key);
    if (!read) return std::unexpected(read.error());
    *number = *read;
  }
  if (list.per_page == 0) return Fail("result_info.per_page: is 0");
  for (const dom::element item : items) {
    if (auto tunnel = ReadItem(item)) {
      list.tunnels.push_back(*tunnel);
    } else {
      ++list.unreadable;
    }
  }
  return list;
}

}  // namespace

std::string TunnelUrl(std::string_view base, std::string_view account, const TunnelId& tunnel) {
  while (base.ends_with('/')) base.remove_suffix(1);
  return std::string(base) + "/accounts/" + std::string(account) + "/cfd_tunnel/" + tunnel.ToString();
}

std::string ListUrl(std::string_view base, std::string_view account, unsigned page) {
  while (base.ends_with('/')) base.remove_suffix(1);
  return std::string(base) + "/accounts/" + std::string(account) +
         "/cfd_tunnel?is_deleted=false&per_page=" + std::to_string(kTunnelsPerPage) +
         "&page=" + std::to_string(page);
}

std::expected<TunnelFacts, Error> ParseTunnel(std::string_view body) { return ParseBody(body, &ReadResult); }

std::expected<TunnelList, Error> ParseTunnelList(std::string_view body) {
  return ParseBody(body, &ReadList);
}

TunnelHealth JudgeAnswer(const HttpAnswer& answer, const TunnelId& asked) {
  const auto facts = Judge(answer, &ReadResult);
  return facts ? JudgeFacts(*facts, asked) : Unknown(facts.error());
}

std::expected<TunnelList, Reason> JudgeList(const HttpAnswer& answer) { return Judge(answer, &ReadList); }

}  // namespace failover
