#include "prober/cloudflare_api.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <utility>

namespace failover {
namespace {

namespace dom = simdjson::dom;

// The caller's parser owns the memory behind the element.
std::expected<dom::object, Error> ParseObject(dom::parser& parser, std::string_view body) {
  dom::object root;
  // parse() copies the body into a buffer with the padding that simdjson reads past the end.
  if (const auto error = parser.parse(body.data(), body.size()).get(root)) {
    return Fail(simdjson::error_message(error));
  }
  return root;
}

// A key that comes twice can mean either: readers differ in which one they take.
std::expected<void, Error> NoneTwice(
    const dom::object& object, std::initializer_list<std::string_view> keys) {
  std::uint64_t seen = 0;
  for (const dom::key_value_pair field : object) {
    const auto* const found = std::ranges::find(keys, field.key);
    if (found == keys.end()) continue;
    const std::uint64_t bit = std::uint64_t{1} << (found - keys.begin());
    if ((seen & bit) != 0) return Fail(std::string(field.key) + ": more than once");
    seen |= bit;
  }
  return {};
}

// The member, or nothing if it is absent or null.
std::optional<dom::element> Member(const dom::object& object, std::string_view key) {
  dom::element element;
  if (object.at_key(key).get(element) != simdjson::SUCCESS || element.is_null()) return std::nullopt;
  return element;
}

std::expected<std::vector<std::int64_t>, Error> ErrorCodes(const dom::object& root) {
  std::vector<std::int64_t> codes;
  const auto errors = Member(root, "errors");
  if (!errors) return codes;
  dom::array items;
  if (errors->get(items) != simdjson::SUCCESS) return Fail("errors: not a list");
  for (const dom::element item : items) {
    std::int64_t code = 0;
    if (item["code"].get(code) != simdjson::SUCCESS) return Fail("errors: an item without a code");
    codes.push_back(code);
  }
  return codes;
}

std::expected<Envelope, Error> ReadEnvelope(const dom::object& root) {
  if (const auto once = NoneTwice(root, {"success", "errors", "result", "result_info"}); !once) {
    return std::unexpected(once.error());
  }
  bool success = false;
  const auto member = Member(root, "success");
  if (!member || member->get(success) != simdjson::SUCCESS) return Fail("success: not a boolean");
  auto codes = ErrorCodes(root);
  if (!codes) return std::unexpected(codes.error());
  return Envelope{.success = success ? Envelope::Success::kYes : Envelope::Success::kNo,
      .error_codes = std::move(*codes)};
}

std::expected<std::string_view, Error> Text(const dom::object& object, std::string_view key) {
  std::string_view text;
  const auto member = Member(object, key);
  if (member && member->get(text) == simdjson::SUCCESS) return text;
  return Fail("result." + std::string(key) + ": not a string");
}

bool HasAny(const Envelope& envelope, std::initializer_list<std::int64_t> codes) {
  return std::ranges::find_first_of(envelope.error_codes, codes) != envelope.error_codes.end();
}

// Answers that carry no statement about the tunnel. Rate limits come first: they can come with any
// HTTP status, and ours is to be quiet then whatever else was said.
Reason ReasonOfRefusal(int status, const std::optional<Envelope>& envelope) {
  const auto has = [&](std::initializer_list<std::int64_t> codes) {
    return envelope && HasAny(*envelope, codes);
  };
  if (status == 429 || has({971, 10100, 10429})) return Reason::kRateLimited;
  if (status >= 300 && status < 400) return Reason::kRedirected;
  if (status >= 500 && status < 600) return Reason::kServerError;
  if (has({10000, 9109, 6003})) return Reason::kUnauthorized;
  if (has({1002, 7000, 7003})) return Reason::kNotFound;
  if (status == 401 || status == 403) return Reason::kUnauthorized;
  if (status == 404) return Reason::kNotFound;
  if (status == 200 && !envelope) return Reason::kMalformed;
  return Reason::kRejected;
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

// What `read` makes of the body of a good answer; without one, why.
template <typename Value>
std::expected<Value, Reason> JudgeBody(
    const HttpAnswer& answer, std::expected<Value, Error> (*read)(const dom::object&)) {
  dom::parser parser;
  const auto root = ParseObject(parser, answer.body);
  std::optional<Envelope> envelope;
  if (root) {
    if (auto parsed = ReadEnvelope(*root)) envelope = std::move(*parsed);
  }
  if (answer.status != 200 || !envelope || envelope->success == Envelope::Success::kNo ||
      !envelope->error_codes.empty()) {
    return std::unexpected(ReasonOfRefusal(answer.status, envelope));
  }
  auto value = read(*root);
  if (!value) return std::unexpected(Reason::kMalformed);
  return std::move(*value);
}

// Why there is no answer; kNone if there is one.
Reason ReasonOf(Transport transport) {
  switch (transport) {
    case Transport::kAnswered: return Reason::kNone;
    case Transport::kTimeout: return Reason::kTimeout;
    case Transport::kConnect: return Reason::kConnect;
    case Transport::kTls: return Reason::kTls;
    case Transport::kDns: return Reason::kDns;
    case Transport::kInterrupted: return Reason::kInterrupted;
    case Transport::kTooLarge: return Reason::kTooLarge;
    case Transport::kInternal: return Reason::kInternal;
  }
  __builtin_unreachable();
}

template <typename Value>
std::expected<Value, Reason> Judge(
    const HttpAnswer& answer, std::expected<Value, Error> (*read)(const dom::object&)) {
  if (const Reason reason = ReasonOf(answer.transport); reason != Reason::kNone) {
    return std::unexpected(reason);
  }
  return JudgeBody(answer, read);
}

// The same without the HTTP around it.
template <typename Value>
std::expected<Value, Error> Parse(
    std::string_view body, std::expected<Value, Error> (*read)(const dom::object&)) {
  dom::parser parser;
  const auto root = ParseObject(parser, body);
  if (!root) return std::unexpected(root.error());
  const auto envelope = ReadEnvelope(*root);
  if (!envelope) return std::unexpected(envelope.error());
  if (envelope->success == Envelope::Success::kNo) return Fail("success: false");
  return read(*root);
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

std::expected<Envelope, Error> ParseEnvelope(std::string_view body) {
  dom::parser parser;
  const auto root = ParseObject(parser, body);
  if (!root) return std::unexpected(root.error());
  return ReadEnvelope(*root);
}

std::expected<TunnelFacts, Error> ParseTunnel(std::string_view body) { return Parse(body, &ReadResult); }

std::expected<TunnelList, Error> ParseTunnelList(std::string_view body) { return Parse(body, &ReadList); }

TunnelHealth JudgeAnswer(const HttpAnswer& answer, const TunnelId& asked) {
  const auto facts = Judge(answer, &ReadResult);
  return facts ? JudgeFacts(*facts, asked) : Unknown(facts.error());
}

std::expected<TunnelList, Reason> JudgeList(const HttpAnswer& answer) { return Judge(answer, &ReadList); }

}  // namespace failover
