#include "ctl/history.h"

#include <algorithm>
#include <cstdlib>

#include "ctl/text.h"

namespace failover {
namespace {

using State = History::Track::State;

// Less than this is no leap: clocks are set by a little all the time, and summer time ends.
constexpr std::time_t kLeap = 3600;
// A clock that is wrong for longer than these last is believed: memory must not grow with the log.
constexpr std::size_t kKeptPieces = 64;

State StateOf(const std::string& status) {
  if (status == "healthy" || status == "degraded") return State::kUp;
  return status == "down" || status == "inactive" ? State::kDown : State::kUnknown;
}

double& Sum(History::Track& track, State state) {
  switch (state) {
    case State::kUp: return track.up;
    case State::kDown: return track.down;
    case State::kUnknown: return track.unknown;
  }
  __builtin_unreachable();
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
  std::time_t unix_time = offset_ ? timegm(&time) - *offset_ : std::mktime(&time);
  if (unix_time > now_ + kLeap) unix_time = last_ > 0 ? last_ : now_;
  // A clock that was ahead comes back to where it leapt from, or later. One that is behind, as after a
  // boot without a battery, falls into what is well known: that stands, and time waits.
  if (unix_time < last_ - kLeap && unix_time >= before_leap_) GoBack(unix_time);
  if (unix_time > last_ + kLeap) before_leap_ = last_;
  return last_ = std::max(last_, unix_time);
}

// What was counted after this has not been.
void History::GoBack(std::time_t time) {
  last_ = time;
  begin_ = std::max(std::min(begin_, time), since_);
  for (auto& [id, track] : tracks_) {
    track.since = std::min(track.since, time);
    while (!track.pieces.empty() && track.pieces.back().end > time) {
      Track::Piece& piece = track.pieces.back();
      const std::time_t end = std::max(piece.begin, time);
      Sum(track, piece.state) -= static_cast<double>(piece.end - end);
      piece.end = end;
      if (piece.begin < end) break;
      track.pieces.pop_back();
    }
    for (Span& outage : track.outages) {
      outage.begin = std::min(outage.begin, time);
      if (outage.end) outage.end = std::min(*outage.end, time);
    }
  }
}

void History::Account(Track& track, std::time_t until) const {
  const std::time_t from = std::max(track.since, since_);
  track.since = until;
  if (until <= from) return;
  const State state = blind() ? State::kUnknown : StateOf(track.status);
  Sum(track, state) += static_cast<double>(until - from);
  track.pieces.push_back({from, until, state});
  if (track.pieces.size() > kKeptPieces) track.pieces.erase(track.pieces.begin());
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

void History::TakeBeginOrEnd(const LogLine& line, std::time_t time, std::time_t before) {
  const bool ends = line.kind == LogLine::Kind::kEnd;
  const bool cut_off = !ends && !stopped_ && before > 0;
  if (cut_off) {  // by a loss of power, say: after its last line nobody knows
    AccountAll(std::min(before, time));
    stopped_ = true;
  }
  AccountAll(time);
  // What it knew it says anew.
  for (auto& [id, track] : tracks_) track.status.clear();
  stopped_ = ends;
  gateway_lost_ = prober_silent_ = false;
  const std::string started = cut_off ? "monitor started; its end before was not logged" : "monitor started";
  Add(time, "", ends ? "monitor stopped" : started);
}

void History::Take(const LogLine& line) {
  using Kind = LogLine::Kind;
  if (line.kind == Kind::kBegin) offset_.reset();
  if (line.kind == Kind::kZone) offset_ = OffsetIn(line.text);
  const std::time_t before = last_;
  const std::time_t time = UnixTime(line);
  if (line.kind == Kind::kOther) return;  // tells only that somebody lived
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
    case Kind::kEnd: TakeBeginOrEnd(line, time, before); break;
  }
}

void History::End() {
  last_ = std::max(last_, now_);
  if (begin_ == 0) begin_ = std::max(now_, since_);
  AccountAll(last_);
}

std::vector<NamedTunnel> History::tunnels() const {
  std::vector<NamedTunnel> tunnels;
  tunnels.reserve(tracks_.size());
  for (const auto& [id, track] : tracks_) tunnels.push_back({id, track.name, ""});
  return tunnels;
}

}  // namespace failover
