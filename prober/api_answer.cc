#include "prober/api_answer.h"

#include <algorithm>
#include <initializer_list>
#include <string>

namespace failover {
namespace {

// More than any list of the documented size needs; a parser that grew past it for a peer's whim is
// made anew.
constexpr std::size_t kKeptCapacity = std::size_t{2} * 1024 * 1024;  // bytes of a body

// Of all bodies, one after another: buffers made for each would cost more in page faults than the
// parsing does. What it hands out is valid until it is asked for again.
dom::parser& Parser(std::size_t size) {
  static dom::parser parser;
  if (parser.capacity() > kKeptCapacity && size <= kKeptCapacity) parser = dom::parser();
  return parser;
}

std::expected<dom::object, Error> Object(simdjson::simdjson_result<dom::element> parsed) {
  dom::object root;
  if (const auto error = parsed.get(root)) return Fail(simdjson::error_message(error));
  return root;
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

}  // namespace

// simdjson reads past the end: it copies the body where there is no room for that.
std::expected<dom::object, Error> ParseObject(std::string_view body) {
  return Object(Parser(body.size()).parse(body.data(), body.size()));
}
std::expected<dom::object, Error> ParseObject(const std::string& body) {
  return Object(Parser(body.size()).parse(body));
}

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

std::optional<dom::element> Member(const dom::object& object, std::string_view key) {
  dom::element element;
  if (object.at_key(key).get(element) != simdjson::SUCCESS || element.is_null()) return std::nullopt;
  return element;
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

std::expected<Envelope, Error> ParseEnvelope(std::string_view body) {
  const auto root = ParseObject(body);
  if (!root) return std::unexpected(root.error());
  return ReadEnvelope(*root);
}

std::expected<dom::object, Reason> GoodAnswer(const HttpAnswer& answer) {
  if (const Reason reason = ReasonOf(answer.transport); reason != Reason::kNone) {
    return std::unexpected(reason);
  }
  const auto root = ParseObject(answer.body);
  std::optional<Envelope> envelope;
  if (root) {
    if (auto parsed = ReadEnvelope(*root)) envelope = std::move(*parsed);
  }
  if (answer.status != 200 || !envelope || envelope->success == Envelope::Success::kNo ||
      !envelope->error_codes.empty()) {
    return std::unexpected(ReasonOfRefusal(answer.status, envelope));
  }
  return *root;
}

}  // namespace failover
