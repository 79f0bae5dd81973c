// A tunnel's id: a UUID as 16 bytes in the order of its text (RFC 9562). Parsed from
// configuration, API answers and packets; the type itself carries no trust.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace failover {

class TunnelId {
 public:
  static constexpr std::size_t kSize = 16;

  // 8-4-4-4-12 hex digits, either case; nothing else.
  static std::optional<TunnelId> Parse(std::string_view text);
  // Exactly kSize bytes; nothing else.
  static std::optional<TunnelId> FromBytes(std::string_view bytes);

  std::string ToString() const;  // lower case
  std::string_view bytes() const { return {bytes_.data(), bytes_.size()}; }

  friend auto operator<=>(const TunnelId&, const TunnelId&) = default;

 private:
  TunnelId() = default;

  std::array<char, kSize> bytes_{};
};

}  // namespace failover
