#include "supervisor/start_record.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "common/config.h"

namespace failover {

std::expected<UnitHistory, Error> LoadStarts(
    const std::string& directory, const UnitName& unit, TimePoint now) {
  const std::string path = directory + unit.str();
  if (access(path.c_str(), F_OK) != 0 && errno == ENOENT) return UnitHistory{};
  const auto file = ReadRegularFile(path, std::size_t{128} * 1024);
  if (!file) return std::unexpected(file.error());
  std::istringstream in(file->text);
  UnitHistory history;
  int outcome = 0;
  in >> outcome;
  for (std::int64_t ns = 0; in >> ns;) history.starts.emplace_back(std::chrono::nanoseconds(ns));
  const bool whole = in.eof() && file->text.ends_with('\n');
  const bool known = outcome > 0 && outcome <= static_cast<int>(StartOutcome::kUnknown);
  const bool past = history.starts.empty() || history.starts.back() <= now;
  if (!whole || !known || !past) return Fail(path + " is not a record of starts");
  history.outcome = static_cast<StartOutcome>(outcome);
  return history;
}

std::expected<void, Error> SaveStarts(
    const std::string& directory, const UnitName& unit, const UnitHistory& history) {
  // Not by a new name: a file that was torn here reads as a cooldown that has just begun.
  std::ofstream out(directory + unit.str(), std::ios::trunc);
  out << static_cast<int>(history.outcome);
  for (const TimePoint start : history.starts) out << ' ' << start.time_since_epoch().count();
  out << '\n';
  out.close();
  if (!out) return FailErrno(directory + unit.str());
  return {};
}

}  // namespace failover
