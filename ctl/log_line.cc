#include "ctl/log_line.h"

#include <array>
#include <charconv>

namespace failover {
namespace {

using Kind = LogLine::Kind;

constexpr std::size_t kStamp = 19;  // "2025-10-24 10:30:15"

std::optional<std::tm> ParseStamp(std::string_view text) {
  struct Part {
    std::size_t at, size;
    int std::tm::* to;
    int base;
  };
  static constexpr std::array<Part, 6> kParts = {
      {{0, 4, &std::tm::tm_year, 1900}, {5, 2, &std::tm::tm_mon, 1}, {8, 2, &std::tm::tm_mday, 0},
          {11, 2, &std::tm::tm_hour, 0}, {14, 2, &std::tm::tm_min, 0}, {17, 2, &std::tm::tm_sec, 0}}};
  if (text.size() < kStamp || text[4] != '-' || text[10] != ' ' || text[13] != ':') return std::nullopt;
  std::tm time{};
  for (const Part& part : kParts) {
    int value = 0;
    const char* begin = text.data() + part.at;
    if (std::from_chars(begin, begin + part.size, value).ptr != begin + part.size) return std::nullopt;
    time.*part.to = value - part.base;
  }
  time.tm_isdst = -1;
  return time;
}

// Where the label ends: a label may itself have any of the words that come after it, so it is the last
// place where they stand; but not in an order's reason, which may have any words too.
std::size_t EndOfLabel(std::string_view text) {
  const std::size_t reason = text.find("by order: ");
  for (const std::string_view part : {text.substr(0, reason), text}) {
    for (const std::string_view word :
        {") status: ", ") is ", ") has its primary back ", ") healthy again ", ") failed over ",
            ") not started: ", "): paused until ", "): pause ended, ", "): local service ", "), ", ") "}) {
      const std::size_t close = part.rfind(word);
      if (close != part.npos) return close;
    }
  }
  return text.npos;
}

// A UUID, or what somebody wrote in its place for the script; parts of it are shown, so nothing else.
bool IsId(std::string_view text) {
  constexpr std::string_view kAllowed = "0123456789-_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return !text.empty() && text.find_first_not_of(kAllowed) == text.npos;
}

// Takes "Tunnel ID" or "Tunnel ID (NAME)" off the front.
bool TakeTunnel(std::string_view& rest, LogLine& line) {
  constexpr std::string_view kTunnel = "Tunnel ";
  if (!rest.starts_with(kTunnel)) return false;
  std::string_view more = rest.substr(kTunnel.size());
  const std::size_t end = more.find_first_of(" :,");
  if (end == more.npos || !IsId(more.substr(0, end))) return false;
  line.tunnel = more.substr(0, end);
  more.remove_prefix(end);
  if (more.starts_with(" (")) {
    const std::size_t close = EndOfLabel(more);
    if (close == more.npos || close < 2) return false;
    line.name = more.substr(2, close - 2);
    more.remove_prefix(close + 1);
  }
  rest = more;
  return true;
}

std::string Word(std::string_view text) { return std::string(text.substr(0, text.find_first_of(" .:("))); }

Kind ParseTunnelLine(std::string_view rest, LogLine& line) {
  constexpr std::string_view kStatus = " status: ";
  constexpr std::string_view kService = "local service ";
  if (rest.starts_with(kStatus)) {
    line.status = Word(rest.substr(kStatus.size()));
    return Kind::kStatus;
  }
  for (const std::string_view news : {" healthy again ", " is still ", " failed over ", ": paused until ",
           ": pause ended, ", ": local service ", " not started: ", ", by order: "}) {
    if (rest.starts_with(news)) return Kind::kNews;
  }
  const std::size_t service = rest.rfind(kService);
  const bool intent = service != rest.npos && rest.substr(0, service).ends_with(". Starting ");
  if (!intent) return Kind::kOther;
  line.unit = rest.substr(service + kService.size());
  return rest.starts_with(" has its primary back ") ? Kind::kFailback : Kind::kIntent;
}

// "UNIT started: ...", "UNIT not started: ...", "UNIT outcome unknown: ...", "UNIT: outcome unknown; ...".
Kind ParseServiceLine(std::string_view rest, LogLine& line) {
  struct Form {
    std::string_view words;
    Kind kind;
  };
  static constexpr std::array<Form, 4> kForms = {
      {{" not started: ", Kind::kNotStarted}, {" started: ", Kind::kStarted},
          {" outcome unknown: ", Kind::kNotStarted}, {": outcome unknown; ", Kind::kNotStarted}}};
  for (const Form& form : kForms) {
    const std::size_t at = rest.find(form.words);
    if (at == rest.npos || rest.substr(0, at).contains(' ')) continue;
    line.unit = rest.substr(0, at);
    return form.kind;
  }
  return Kind::kOther;
}

Kind ParseRest(std::string_view rest, LogLine& line) {
  constexpr std::string_view kService = "Local service ";
  constexpr std::string_view kDrill = "DRILL: ";
  if (rest.starts_with(kDrill)) {
    rest.remove_prefix(kDrill.size());
    const Kind kind = TakeTunnel(rest, line) ? ParseTunnelLine(rest, line) : Kind::kOther;
    return kind == Kind::kIntent ? Kind::kDrill : kind;
  }
  if (rest.starts_with("Cloudflare Tunnel Monitor started")) return Kind::kBegin;
  if (rest.starts_with("Cloudflare Tunnel Monitor stopped")) return Kind::kEnd;
  if (rest.starts_with("Time zone offset changed")) return Kind::kZone;
  if (rest.starts_with("Gateway ")) {
    line.gateway = true;
    if (rest.contains(" unreachable")) return Kind::kBlind;
    return rest.ends_with(" reachable.") ? Kind::kSeeing : Kind::kOther;
  }
  if (rest.starts_with("Prober silent")) return Kind::kBlind;
  if (rest.starts_with("Prober reports again")) return Kind::kSeeing;
  if (rest.starts_with(kService)) return ParseServiceLine(rest.substr(kService.size()), line);
  if (TakeTunnel(rest, line)) return ParseTunnelLine(rest, line);
  const bool news = rest.starts_with("Configuration ") || rest.starts_with("Order refused: ");
  return news ? Kind::kNews : Kind::kOther;
}

}  // namespace

std::optional<LogLine> ParseLogLine(std::string_view text) {
  const auto time = ParseStamp(text);
  const std::size_t severity = text.find("] ");
  if (!time || text.size() < kStamp + 2 || text[kStamp + 1] != '[' || severity == text.npos)
    return std::nullopt;
  LogLine line{.time = *time, .text = std::string(text.substr(severity + 2))};
  line.kind = ParseRest(line.text, line);
  return line;
}

}  // namespace failover
