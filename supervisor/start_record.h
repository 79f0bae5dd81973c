// The last starts of each unit, kept in the runtime directory so that cooldown and hourly bound
// outlive this process. Runs as root; trusts its own directory (root, 0700), which is on a tmpfs: a
// new boot has an empty one, and a new boot clock.
// A file per unit, named as the unit: "OUTCOME TIME TIME ...\n"; the outcome's number, then the
// starts by the boot clock in nanoseconds, ascending.
#pragma once

#include <fstream>
#include <sstream>

#include "common/error.h"
#include "supervisor/decision.h"

namespace failover {

// No file: no start yet. A file that cannot be read or understood is an Error: the caller must take
// it that the cooldown has just begun. `dir` ends in a slash.
inline std::expected<UnitHistory, Error> LoadStarts(
    const std::string& dir, const UnitName& unit, TimePoint now) {
  const std::string path = dir + unit.str();
  std::ifstream file(path);
  if (!file && errno == ENOENT) return UnitHistory{};
  std::string line;
  std::getline(file, line);
  std::istringstream in(line + "\n");  // so that a number too large is not also the end
  UnitHistory history;
  int outcome = 0;
  in >> outcome;
  for (std::int64_t ns = 0; in >> ns;) history.starts.emplace_back(std::chrono::nanoseconds(ns));
  const bool whole = file.good() && in.eof() && std::ranges::is_sorted(history.starts);
  const bool known = outcome > 0 && outcome <= static_cast<int>(StartOutcome::kUnknown);
  const bool past = history.starts.empty() || history.starts.back() <= now;
  if (!whole || !known || !past) return Fail(path + " is not a record of starts");
  history.outcome = static_cast<StartOutcome>(outcome);
  return history;
}

// Writes the unit's file anew.
inline std::expected<void, Error> SaveStarts(
    const std::string& dir, const UnitName& unit, const UnitHistory& history) {
  // Not by a new name: a file that was torn here reads as a cooldown that has just begun.
  std::ofstream out(dir + unit.str(), std::ios::trunc);
  out << static_cast<int>(history.outcome);
  for (const TimePoint start : history.starts) out << ' ' << start.time_since_epoch().count();
  out << '\n';
  out.close();
  if (!out) return FailErrno(dir + unit.str());
  return {};
}

}  // namespace failover
