// The last starts of each unit, kept in the runtime directory so that cooldown and hourly bound
// outlive this process: proto/record.proto. Runs as root; trusts its own directory (root, 0700), which
// is on a tmpfs: a new boot has an empty one, and a new boot clock.
#pragma once

#include <fstream>

#include "record.pb.h"
#include "supervisor/decision.h"

namespace failover {

// No file: no start yet. Nothing if the file is no such record: the caller must take it that the
// cooldown has just begun.
inline std::optional<UnitHistory> LoadStarts(const std::string& path, TimePoint now) {
  std::ifstream file(path, std::ios::binary);
  if (!file && errno == ENOENT) return UnitHistory{};
  record::Starts read;
  bool good = read.ParseFromIstream(&file) && read.outcome() != words::NOT_STARTED;
  UnitHistory history{.starts = {}, .outcome = read.outcome()};
  for (const std::int64_t ns : read.starts()) history.starts.emplace_back(std::chrono::nanoseconds(ns));
  good = good && words::StartOutcome_IsValid(read.outcome()) && std::ranges::is_sorted(history.starts);
  return good && (history.starts.empty() || history.starts.back() <= now) ? std::optional(history)
                                                                          : std::nullopt;
}

// Writes the file anew; false, with errno, if that failed. Not by a new name: a file that was torn
// here reads as a cooldown that has just begun.
inline bool SaveStarts(const std::string& path, const UnitHistory& history) {
  record::Starts record;
  for (const TimePoint start : history.starts) record.add_starts(start.time_since_epoch().count());
  record.set_outcome(history.outcome);
  std::ofstream out(path, std::ios::binary);
  return record.SerializeToOstream(&out) && out.flush();
}

}  // namespace failover
