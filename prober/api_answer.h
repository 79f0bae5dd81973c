// What all answers of Cloudflare's API have in common: the JSON, the envelope around `result`, and
// the reasons for which there is none. Pure; runs in the prober. Answers are untrusted.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <expected>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/error.h"
#include "prober/http_answer.h"
#include "prober/tunnel_health.h"

namespace failover {

namespace dom = simdjson::dom;

// The object and what is in it are valid until the next call of either.
std::expected<dom::object, Error> ParseObject(std::string_view body);
std::expected<dom::object, Error> ParseObject(const std::string& body);

// A key that comes twice can mean either: readers differ in which one they take.
std::expected<void, Error> NoneTwice(
    const dom::object& object, std::initializer_list<std::string_view> keys);

// The member, or nothing if it is absent or null.
std::optional<dom::element> Member(const dom::object& object, std::string_view key);

// The envelope around every answer.
struct Envelope {
  enum class Success { kNo, kYes } success = Success::kNo;
  std::vector<std::int64_t> error_codes;
};

// Fails on anything that is not the JSON which the API documents.
std::expected<Envelope, Error> ReadEnvelope(const dom::object& root);
std::expected<Envelope, Error> ParseEnvelope(std::string_view body);

// The whole of an answer with HTTP 200, success and no error; else why there is none. Valid as above.
std::expected<dom::object, Reason> GoodAnswer(const HttpAnswer& answer);

// What `read` makes of a good answer; kMalformed if it fails.
template <typename Value>
std::expected<Value, Reason> Judge(
    const HttpAnswer& answer, std::expected<Value, Error> (*read)(const dom::object&)) {
  const auto root = GoodAnswer(answer);
  if (!root) return std::unexpected(root.error());
  auto value = read(*root);
  if (!value) return std::unexpected(Reason::kMalformed);
  return std::move(*value);
}

// The same without the HTTP around it.
template <typename Value>
std::expected<Value, Error> ParseBody(
    std::string_view body, std::expected<Value, Error> (*read)(const dom::object&)) {
  const auto root = ParseObject(body);
  if (!root) return std::unexpected(root.error());
  const auto envelope = ReadEnvelope(*root);
  if (!envelope) return std::unexpected(envelope.error());
  if (envelope->success == Envelope::Success::kNo) return Fail("success: false");
  return read(*root);
}

}  // namespace failover
