// What the audit log tells of the past: changes, starts, outages, availability. Pure: lines in, in
// their order; the log's times are local ones and become Unix times here.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ctl/log_line.h"
#include "ctl/tunnel_name.h"

namespace failover {

class History {
 public:
  struct Span {
    std::time_t begin = 0;
    std::optional<std::time_t> end;  // nothing: it lasts
  };
  struct Track {
    std::string name;    // the last label
    std::string status;  // the last one that was said; empty: none since the monitor began
    std::time_t since = 0;
    double up = 0;       // seconds: healthy or degraded, which serves
    double down = 0;     // down or inactive
    double unknown = 0;  // unknown, gateway lost, prober silent, monitor not running
    std::vector<Span> outages;
    unsigned starts = 0, drills = 0, failbacks = 0;  // on purpose of a failover, of an order, of a return
    unsigned failed_starts = 0;                      // of all these

    enum class State { kUp, kDown, kUnknown };
    struct Piece {
      std::time_t begin, end;
      State state;
    };
    std::vector<Piece> pieces;  // the last that were added to up, down and unknown

    // Of the time in which something was known; nothing: there was none.
    std::optional<double> available_percent() const;
  };
  struct Event {
    std::time_t time;
    std::string tunnel;  // UUID; empty: all
    std::string words;
  };

  // What was before `since` is read for the state that it left, and not counted. A line that is later
  // than `now` has it from a wrong clock.
  History(std::time_t since, std::time_t now) : since_(since), now_(now) {}

  void Take(const LogLine& line);
  void End();  // after the last line

  const std::map<std::string, Track>& tracks() const { return tracks_; }  // by UUID
  const std::vector<Event>& events() const { return events_; }
  std::time_t begin() const { return begin_; }  // of what is counted
  std::vector<NamedTunnel> tunnels() const;

 private:
  std::time_t UnixTime(const LogLine& line);
  void GoBack(std::time_t time);
  void Account(Track& track, std::time_t until) const;
  void TakeBeginOrEnd(const LogLine& line, std::time_t time, std::time_t before);
  void AccountAll(std::time_t until);
  void TakeStatus(const LogLine& line, std::time_t time);
  void TakeIntent(const LogLine& line, std::time_t time);
  void TakeOutcome(const LogLine& line, std::time_t time);
  void TakeBlindness(const LogLine& line, std::time_t time);
  void Add(std::time_t time, const std::string& tunnel, const std::string& words);
  bool blind() const { return gateway_lost_ || prober_silent_ || stopped_; }

  std::time_t since_, now_;
  std::time_t begin_ = 0;
  std::time_t last_ = 0;  // of the newest line: goes back only if its last leap was a wrong one
  std::time_t before_leap_ = 0;
  std::optional<long> offset_;  // from UTC in seconds, where the log has said it
  bool gateway_lost_ = false;
  bool prober_silent_ = false;
  bool stopped_ = false;
  std::map<std::string, Track> tracks_;
  std::map<std::string, std::string> tunnel_of_;  // unit -> the tunnel that it was last started for
  std::vector<Event> events_;
};

}  // namespace failover
