#include "ctl/history_view.h"

#include <algorithm>
#include <cmath>

#include "ctl/duration.h"
#include "ctl/log_files.h"
#include "ctl/table.h"
#include "ctl/text.h"

namespace failover {
namespace {

double Length(const History::Span& outage, std::time_t now) {
  return static_cast<double>(outage.end.value_or(now) - outage.begin);
}

// Never rounded up to 100: that would hide an outage.
std::string Percent(const std::optional<double>& percent) {
  if (!percent) return "not known";
  if (*percent >= 100) return "100 %";
  return Rounded(std::floor(*percent * 1000) / 1000, 5) + " %";
}

std::string LongestOutage(const History::Track& track, std::time_t now) {
  double longest = 0;
  for (const auto& outage : track.outages) longest = std::max(longest, Length(outage, now));
  return track.outages.empty() ? "-" : Duration(longest);
}

std::string Starts(const History::Track& track) {
  const auto some = [](unsigned count, const char* what) {
    return count > 0 ? ", " + std::to_string(count) + " " + what : "";
  };
  return std::to_string(track.starts) + some(track.drills, "drilled") + some(track.failbacks, "back") +
         some(track.failed_starts, "failed");
}

}  // namespace

std::string Describe(
    const History& history, const std::string& tunnel, std::time_t now, const Terminal& terminal) {
  const std::vector<NamedTunnel> tunnels = history.tunnels();
  const std::vector<std::string> names = ShortNames(tunnels);
  std::map<std::string, std::string> name_of = {{"", ""}};
  for (std::size_t i = 0; i < tunnels.size(); ++i) name_of[tunnels[i].id] = names[i];
  Table events({"TIME", "TUNNEL", "EVENT"});
  for (const History::Event& event : history.events()) {
    const bool wanted = tunnel.empty() || event.tunnel.empty() || event.tunnel == tunnel;
    if (!wanted) continue;
    events.Add({DateTime(static_cast<double>(event.time)), name_of[event.tunnel], Cut(event.words, 120)});
  }
  Table table({"TUNNEL", "AVAILABLE", "OUTAGES", "LONGEST", "DOWN", "NOT KNOWN", "STARTS", "NOW"});
  for (const auto& [id, track] : history.tracks()) {
    if (!tunnel.empty() && tunnel != id) continue;
    const std::string status = track.status.empty() ? "not known" : Printable(track.status);
    table.Add({name_of[id], Percent(track.available_percent()), std::to_string(track.outages.size()),
        LongestOutage(track, now), Duration(track.down), Duration(track.unknown), Starts(track), status});
  }
  const auto begin = static_cast<double>(history.begin());
  const double whole = static_cast<double>(now) - begin;
  const std::string footer = "From " + DateTime(begin) + " to " + DateTime(static_cast<double>(now)) + " (" +
                             Duration(whole) +
                             "). Available: healthy or degraded, of the time in which something was known.";
  return events.Print(terminal) + "\n" + table.Print(terminal) + "\n" + Wrap(footer, terminal.columns, 0) +
         "\n";
}

Json ToJson(const History& history, const std::string& tunnel, std::time_t now) {
  std::vector<Json> tracks;
  for (const auto& [id, track] : history.tracks()) {
    if (!tunnel.empty() && tunnel != id) continue;
    std::vector<Json> outages;
    outages.reserve(track.outages.size());
    for (const auto& outage : track.outages) {
      outages.push_back(Json::Object({{"begin", outage.begin},
          {"end", outage.end ? Json(*outage.end) : Json()}, {"seconds", Length(outage, now)}}));
    }
    const auto percent = track.available_percent();
    tracks.push_back(Json::Object({{"id", Printable(id)}, {"name", track.name},
        {"status", Printable(track.status)}, {"available_percent", percent ? Json(*percent) : Json()},
        {"up_seconds", track.up}, {"down_seconds", track.down}, {"unknown_seconds", track.unknown},
        {"outages", Json::List(outages)}, {"starts", track.starts}, {"failed_starts", track.failed_starts},
        {"drills", track.drills}, {"failbacks", track.failbacks}}));
  }
  std::vector<Json> events;
  for (const History::Event& event : history.events()) {
    const bool wanted = tunnel.empty() || event.tunnel.empty() || event.tunnel == tunnel;
    if (!wanted) continue;
    events.push_back(
        Json::Object({{"time", event.time}, {"tunnel", Printable(event.tunnel)}, {"event", event.words}}));
  }
  return Json::Object({{"begin", history.begin()}, {"end", now}, {"tunnels", Json::List(tracks)},
      {"events", Json::List(events)}});
}

Outcome ShowHistory(const World& world) {
  const std::time_t now = std::time(nullptr);
  const std::string& since = world.options.since;
  const auto begin = since.empty() ? std::expected<std::time_t, Error>(0) : ParseSince(since, now);
  if (!begin) return Failed("--since: " + begin.error().message, kExitUsage);
  History history(*begin, now);
  const auto read = ReadLog(world.options.audit_log, [&](std::string_view text) {
    if (const auto line = ParseLogLine(text)) history.Take(*line);
  });
  if (!read) return std::unexpected(read.error());
  for (const std::string& name : *read) {
    world.err << name << ": only a part of it could be read; see: gzip -t " << name << "\n";
  }
  history.End();
  std::string tunnel;
  if (!world.options.tunnel.empty()) {
    const std::vector<NamedTunnel> tunnels = history.tunnels();
    const auto found = FindTunnel(tunnels, world.options.tunnel);
    if (!found) return Failed(found.error().message + " (by the log)");
    tunnel = tunnels[*found].id;
  }
  world.out << (world.json() ? ToJson(history, tunnel, now).text() + "\n"
                             : Describe(history, tunnel, now, world.terminal));
  return kExitDone;
}

}  // namespace failover
