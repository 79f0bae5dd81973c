#include "ctl/history.h"

#include <algorithm>
#include <cstdlib>

#include "ctl/text.h"

namespace failover {
namespace {

enum class State { kUp, kDown, kUnknown };

State StateOf(const std::string& status) {
  if (status == "healthy" || status == "degraded") return State::kUp;
  return status == "down" || status == "inactive" ? State::kDown : State::kUnknown;
}

// "Time zone offset changed from +0100 to +0230": the last word, in seconds.
std::optional<long> OffsetIn(const std::string& text) {
  const std::string word = text.substr(text.rfind(' ') + 1);
  if (word.size() != 5 || (word[0] != '+' && word[0] != '-')) return std::nullopt;
  const long digits = std::strtol(word.c_str() + 1, nullptr, 10);
  const long seconds = (digits / 100) * 3600 + (digits % 100) * 60;
  return word[0] == '-' ? -seconds : seconds;
}

// What the log says of a tunnel, without the tunnel.
std::string Rest(const LogLine& line) {
  std::string text = line.text;
  for (const std::string& front :
      {"Tunnel " + line.tunnel + " (" + line.name + ")", "Tunnel " + line.tunnel}) {
    const std::size_t at = line.tunnel.empty() ? text.npos : text.find(front);
    if (at == text.npos) continue;
    text.erase(at, front.size());
    text.erase(0, text.find_first_not_of(" :"));
    break;
  }
  constexpr std::string_view kDrill = "DRILL: ";
  if (text.starts_with(kDrill)) text.replace(0, kDrill.size(), "drill");
  return Printable(text);
}

}  // namespace

std::optional<double> History::Track::available_percent() const {
  return up + down > 0 ? std::optional(100 * up / (up + down)) : std::nullopt;
}

std::time_t History::UnixTime(const LogLine& line) {
  std::tm time = line.time;
  const std::time_t unix_time = offset_ ? timegm(&time) - *offset_ : std::mktime(&time);
  return last_ = std::max(last_, unix_time);
}

void History::Account(Track& track, std::time_t until) const {
  const std::time_t from = std::max(track.since, since_);
  track.since = until;
  if (until <= from) return;
  const auto seconds = static_cast<double>(until - from);
  switch (blind() ? State::kUnknown : StateOf(track.status)) {
    case State::kUp: track.up += seconds; break;
    case State::kDown: track.down += seconds; break;
    case State::kUnknown: track.unknown += seconds; break;
  }
}

void History::AccountAll(std::time_t until) {
  for (auto& [id, track] : tracks_) Account(track, until);
}

void History::Add(std::time_t time, const std::string& tunnel, const std::string& words) {
  if (time >= since_) events_.push_back({time, tunnel, words});
}

void History::TakeStatus(const LogLine& line, std::time_t time) {
  const auto [entry, fresh] = tracks_.try_emplace(line.tunnel);
  Track& track = entry->second;
  if (fresh) track.since = time;
  track.name = Printable(line.name);
  if (track.status == line.status) return;  // the script, and log_every_check, say it every time
  Account(track, time);
  track.status = line.status;
  std::string words = Printable(line.status);
  const bool lasts = !track.outages.empty() && !track.outages.back().end;
  if (StateOf(line.status) == State::kUp && lasts) {
    track.outages.back().end = time;
    const std::time_t begin = track.outages.back().begin;
    words += ": outage of " + Duration(static_cast<double>(time - begin)) + " ends";
    if (time < since_) track.outages.pop_back();
  } else if (StateOf(line.status) == State::kDown && !lasts) {
    track.outages.push_back({.begin = time, .end = {}});
    words += ": outage begins";
  }
  Add(time, line.tunnel, words);
}

void History::TakeIntent(const LogLine& line, std::time_t time) {
  tunnel_of_[line.unit] = line.tunnel;
  if (time < since_) return;
  Track& track = tracks_[line.tunnel];
  std::string why;
  if (line.kind == LogLine::Kind::kDrill) {
    ++track.drills;
    why = "drill: ";
  } else if (line.kind == LogLine::Kind::kFailback) {
    ++track.failbacks;
    why = "failback: ";
  } else {
    ++track.starts;
  }
  Add(time, line.tunnel, why + "starting " + Printable(line.unit));
}

void History::TakeOutcome(const LogLine& line, std::time_t time) {
  const auto tunnel = tunnel_of_.find(line.unit);
  const std::string id = tunnel == tunnel_of_.end() ? "" : tunnel->second;
  if (line.kind == LogLine::Kind::kNotStarted && !id.empty() && time >= since_) ++tracks_[id].failed_starts;
  constexpr std::string_view kService = "Local service ";
  Add(time, id, Printable(std::string_view(line.text).substr(kService.size())));
}

void History::TakeBlindness(const LogLine& line, std::time_t time) {
  AccountAll(time);
  const bool lost = line.kind == LogLine::Kind::kBlind;
  (line.gateway ? gateway_lost_ : prober_silent_) = lost;
  Add(time, "", Printable(line.text));
}

void History::Take(const LogLine& line) {
  using Kind = LogLine::Kind;
  if (line.kind == Kind::kOther) return;
  if (line.kind == Kind::kBegin) offset_.reset();
  if (line.kind == Kind::kZone) offset_ = OffsetIn(line.text);
  const std::time_t time = UnixTime(line);
  if (begin_ == 0) begin_ = std::max(time, since_);
  switch (line.kind) {
    case Kind::kOther:
    case Kind::kZone: break;
    case Kind::kStatus: TakeStatus(line, time); break;
    case Kind::kIntent:
    case Kind::kFailback:
    case Kind::kDrill: TakeIntent(line, time); break;
    case Kind::kStarted:
    case Kind::kNotStarted: TakeOutcome(line, time); break;
    case Kind::kNews: Add(time, line.tunnel, Rest(line)); break;
    case Kind::kBlind:
    case Kind::kSeeing: TakeBlindness(line, time); break;
    case Kind::kBegin:
    case Kind::kEnd:
      AccountAll(time);
      // What it knew it says anew.
      for (auto& [id, track] : tracks_) track.status.clear();
      stopped_ = line.kind == Kind::kEnd;
      gateway_lost_ = prober_silent_ = false;
      Add(time, "", stopped_ ? "monitor stopped" : "monitor started");
      break;
  }
}

void History::End(std::time_t now) {
  last_ = std::max(last_, now);
  if (begin_ == 0) begin_ = std::max(now, since_);
  AccountAll(last_);
}

std::vector<NamedTunnel> History::tunnels() const {
  std::vector<NamedTunnel> tunnels;
  tunnels.reserve(tracks_.size());
  for (const auto& [id, track] : tracks_) tunnels.push_back({id, track.name, ""});
  return tunnels;
}

}  // namespace failover
