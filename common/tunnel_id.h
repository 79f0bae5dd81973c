// A tunnel's id: a UUID as 16 bytes in the order of its text (RFC 9562). Parsed from
// configuration, API answers and packets; the type itself carries no trust.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <compare>
#include <optional>
#include <string>

namespace failover {

class TunnelId {
 public:
  static constexpr std::size_t kSize = 16;

  // 8-4-4-4-12 hex digits, either case; nothing else.
  static std::optional<TunnelId> Parse(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    TunnelId id;
    for (const char* at = text.data(); char& byte : id.bytes_) {
      const bool dash = IsDash(at - text.data());
      if (dash && *at != '-') return std::nullopt;
      at += dash ? 1 : 0;
      unsigned value = 0;
      if (std::from_chars(at, at + 2, value, 16).ptr != at + 2) return std::nullopt;
      byte = static_cast<char>(value);
      at += 2;
    }
    return id;
  }

  // Exactly kSize bytes; nothing else.
  static std::optional<TunnelId> FromBytes(std::string_view bytes) {
    TunnelId id;
    if (bytes.size() != kSize) return std::nullopt;
    std::ranges::copy(bytes, id.bytes_.begin());
    return id;
  }

  std::string ToString() const {  // lower case
    std::string text;
    for (const char c : bytes_) {
      if (IsDash(std::ssize(text))) text += '-';
      for (const int half : {c >> 4 & 0xf, c & 0xf}) text += "0123456789abcdef"[half];
    }
    return text;
  }

  std::string_view bytes() const { return {bytes_.data(), bytes_.size()}; }

  friend auto operator<=>(const TunnelId&, const TunnelId&) = default;

 private:
  TunnelId() = default;
  static bool IsDash(std::ptrdiff_t at) { return at == 8 || at == 13 || at == 18 || at == 23; }

  std::array<char, kSize> bytes_{};
};

}  // namespace failover
