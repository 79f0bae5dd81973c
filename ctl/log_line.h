// One line of the audit log, understood: README.md, "The log". Written by root, and by the script
// before it; a line that is none of ours is none of these. Pure.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace failover {

struct LogLine {
  enum class Kind {
    kOther,
    kStatus,      // "Tunnel ID status: down"
    kIntent,      // "Tunnel ID is down. Starting local service UNIT"
    kFailback,    // "Tunnel ID has its primary back for 120.00 s. Starting local service UNIT"
    kStarted,     // "Local service UNIT started: ..."
    kNotStarted,  // "Local service UNIT not started: ...", "... outcome unknown ..."
    kDrill,       // "DRILL: Tunnel ID is healthy. Starting local service UNIT"
    kNews,        // what else belongs on a time line: "healthy again ...", "paused until ...", "reloaded"
    kBlind,       // gateway unreachable, prober silent
    kSeeing,      // gateway reachable, prober reports again
    kBegin,       // the monitor started
    kEnd,         // the monitor stopped
    kZone,        // "Time zone offset changed from +0100 to +0200"
  } kind = Kind::kOther;
  std::tm time{};        // local, as written
  std::string tunnel;    // UUID (the script's log has whatever stood there); empty: about all
  std::string name;      // its label
  std::string status;    // kStatus: "down"
  std::string unit;      // "cloudflared_1"
  std::string text;      // the whole, behind time and severity
  bool gateway = false;  // kBlind, kSeeing: of the gateway, not of the prober
};

// Nothing for what has no time in front.
std::optional<LogLine> ParseLogLine(std::string_view line);

}  // namespace failover
