// A tunnel's id: a UUID as 16 bytes in the order of its text (RFC 9562), by libuuid. Parsed from
// configuration, API answers and packets; the type itself carries no trust.
#pragma once

#include <uuid/uuid.h>

#include <array>
#include <optional>
#include <string>

namespace failover {

class TunnelId {
 public:
  // 8-4-4-4-12 hex digits, either case; nothing else.
  static std::optional<TunnelId> Parse(std::string_view text) {
    TunnelId id;
    const bool good = uuid_parse_range(text.begin(), text.end(), id.bytes_.data()) == 0;
    return good ? std::optional(id) : std::nullopt;
  }

  // Exactly 16 bytes; nothing else.
  static std::optional<TunnelId> FromBytes(std::string_view bytes) {
    TunnelId id;
    if (bytes.size() != id.bytes_.size()) return std::nullopt;
    bytes.copy(reinterpret_cast<char*>(id.bytes_.data()), bytes.size());
    return id;
  }

  std::string ToString() const {  // lower case
    std::array<char, UUID_STR_LEN> text{};
    uuid_unparse_lower(bytes_.data(), text.data());
    return text.data();
  }

  std::string_view bytes() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }

  friend auto operator<=>(const TunnelId&, const TunnelId&) = default;

 private:
  TunnelId() = default;

  std::array<unsigned char, sizeof(uuid_t)> bytes_{};
};

}  // namespace failover
