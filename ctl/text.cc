#include "ctl/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <iomanip>
#include <sstream>

#include "common/log.h"

namespace failover {
namespace {

constexpr double kYear9999 = 253402300799;  // where a date has four digits at last

struct CodePoint {
  char32_t value;
  std::size_t bytes;
};

// The first one of a text that is not empty. 0 bytes: it begins with none.
CodePoint Decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  std::size_t bytes = lead >= 0xe0 ? 3 : 2;
  if (lead >= 0xf0) bytes = 4;
  if (lead < 0xc2 || lead > 0xf4 || bytes > text.size()) return {lead, 0};
  auto value = static_cast<char32_t>(lead & (0xff >> (bytes + 1)));
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0) != 0x80) return {lead, 0};
    value = value << 6 | (next & 0x3f);
  }
  const bool longer = (bytes == 3 && value < 0x800) || (bytes == 4 && value < 0x10000);
  const bool none = value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff);
  return {value, longer || none ? 0 : bytes};
}

// A byte that begins no character stands for itself.
CodePoint First(std::string_view text) {
  const CodePoint point = Decode(text);
  return {point.value, std::max<std::size_t>(point.bytes, 1)};
}

// The blocks of Unicode's EastAsianWidth.txt that are wide and that labels are written in.
std::size_t Columns(char32_t c) {
  struct Range {
    char32_t first, last;
  };
  static constexpr std::array<Range, 8> kWide = {{{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf},
      {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0x1f300, 0x1faff}}};
  const bool combining = (c >= 0x300 && c <= 0x36f) || c == 0x200b || c == 0x200d || c == 0xfe0f;
  if (combining) return 0;
  return std::ranges::any_of(kWide, [c](Range r) { return c >= r.first && c <= r.last; }) ? 2 : 1;
}

// What a terminal would not show but obey.
bool IsObeyed(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
  const bool direction = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e ||
                         c == 0x200f || c == 0x061c;
  return control || direction;
}

}  // namespace

std::string Rounded(double value, int digits) {
  std::ostringstream text;
  text << std::setprecision(digits) << value;
  if (!text.str().contains('e')) return text.str();
  std::ostringstream whole;
  whole << std::fixed << std::setprecision(0) << value;
  return whole.str();
}

std::string Duration(double seconds) {
  struct Unit {
    std::int64_t length;
    const char *name, *part_name;
    std::int64_t part;
  };
  static constexpr std::array<Unit, 3> kUnits = {
      {{86400, " d", " h", 3600}, {3600, " h", " min", 60}, {60, " min", " s", 1}}};
  const double bounded = std::isfinite(seconds) ? std::clamp(seconds, 0.0, 1e11) : 0;
  if (bounded < 9.95) return Rounded(std::round(bounded * 10) / 10) + " s";
  const auto whole = static_cast<std::int64_t>(std::round(bounded));
  for (const Unit& unit : kUnits) {
    if (whole < unit.length) continue;
    const std::int64_t rest = whole % unit.length / unit.part;
    const std::string more = rest > 0 ? " " + std::to_string(rest) + unit.part_name : "";
    return std::to_string(whole / unit.length) + unit.name + more;
  }
  return std::to_string(whole) + " s";
}

std::string Brief(double seconds) {
  const std::string whole = Duration(seconds);
  return whole.substr(0, whole.find(' ', whole.find(' ') + 1));
}

std::string Latency(double seconds) {
  return seconds < 0.9995 ? Rounded(seconds * 1000) + " ms" : Rounded(seconds) + " s";
}

std::string DateTime(double unix_time) {
  const double bounded = std::isfinite(unix_time) ? std::clamp(unix_time, 0.0, kYear9999) : 0;
  return FormatLocalTime(static_cast<std::time_t>(std::round(bounded)));
}

std::string Ago(double now, double age) { return DateTime(now - age) + " (" + Duration(age) + " ago)"; }

std::string In(double now, double seconds) {
  return DateTime(now + seconds) + " (in " + Duration(seconds) + ")";
}

std::string Count(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string Join(const std::vector<std::string>& words, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? last : ", ";
    text += words[i];
  }
  return text;
}

std::size_t FirstCharacter(std::string_view text) { return text.empty() ? 0 : Decode(text).bytes; }

std::string Printable(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string printable;
  while (!text.empty()) {
    const CodePoint point = Decode(text);
    const std::string_view bytes = text.substr(0, std::max<std::size_t>(point.bytes, 1));
    text.remove_prefix(bytes.size());
    if (point.bytes > 0 && !IsObeyed(point.value)) {
      printable += bytes;
      continue;
    }
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      printable += std::string("\\x") + kDigits[byte >> 4] + kDigits[byte & 0xf];
    }
  }
  return printable;
}

std::size_t Width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const CodePoint point = First(text);
    columns += Columns(point.value);
    text.remove_prefix(point.bytes);
  }
  return columns;
}

std::string Pad(std::string text, std::size_t columns) {
  const std::size_t width = Width(text);
  return width < columns ? text.append(columns - width, ' ') : text;
}

std::string Cut(std::string_view text, std::size_t columns) {
  if (Width(text) <= columns) return std::string(text);
  std::size_t bytes = 0;
  for (std::size_t used = 1; bytes < text.size();) {  // one for the mark
    const CodePoint point = First(text.substr(bytes));
    used += Columns(point.value);
    if (used > columns) break;
    bytes += point.bytes;
  }
  return std::string(text.substr(0, bytes)) + "~";
}

std::string Wrap(std::string_view text, std::size_t columns, std::size_t indent) {
  std::string wrapped;
  std::size_t at = indent;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    const std::size_t width = Width(word);
    if (at > indent && at + 1 + width > columns) {
      wrapped += "\n" + std::string(indent, ' ');
      at = indent;
    } else if (at > indent) {
      wrapped += ' ';
      ++at;
    }
    wrapped += word;
    at += width;
  }
  return wrapped;
}

std::string UnitLabel(std::string_view unit) {
  return std::string(unit.substr(0, unit.ends_with(".service") ? unit.rfind('.') : unit.npos));
}

}  // namespace failover
