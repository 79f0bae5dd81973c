#include "common/tunnel_id.h"

#include <algorithm>
#include <charconv>

namespace failover {

static bool IsDash(std::size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

std::optional<TunnelId> TunnelId::Parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  TunnelId id;
  std::size_t at = 0;
  for (char& byte : id.bytes_) {
    if (IsDash(at) && text[at++] != '-') return std::nullopt;
    unsigned value = 0;
    const char* end = text.data() + at + 2;
    if (std::from_chars(text.data() + at, end, value, 16).ptr != end) return std::nullopt;
    byte = static_cast<char>(value);
    at += 2;
  }
  return id;
}

std::optional<TunnelId> TunnelId::FromBytes(std::string_view bytes) {
  if (bytes.size() != kSize) return std::nullopt;
  TunnelId id;
  std::ranges::copy(bytes, id.bytes_.begin());
  return id;
}

std::string TunnelId::ToString() const {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes_) {
    if (IsDash(text.size())) text += '-';
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[static_cast<unsigned char>(c) & 0xf];
  }
  return text;
}

}  // namespace failover
