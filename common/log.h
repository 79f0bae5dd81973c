// The log of a daemon: glog, on standard error alone, with the line format of the Python script
// that this replaces: "2025-10-24 10:30:15 [INFO] text", local time. glog's own files stay off.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace failover {

// Once, first thing in main(). Also sends protobuf's own messages nowhere: a peer could fill a
// disk with them.
void InitLog(const char* program);

// Local time as strftime(3) writes it; follows a changed /etc/localtime.
inline std::string FormatLocalTime(std::time_t time, const char* format = "%Y-%m-%d %H:%M:%S") {
  return (std::ostringstream() << std::put_time(std::localtime(&time), format)).str();
}

// As short as it is exact: "3600.001", "3".
inline std::string Number(double value) {
  return (std::ostringstream() << std::setprecision(15) << value).str();
}

// "8.42 s"
inline std::string FormatSeconds(std::chrono::duration<double> time) {
  return Number(std::round(time.count() * 100) / 100) + " s";
}

// "<6>" where standard error is the journal's, which takes it as a line's priority, sd-daemon(3);
// nothing elsewhere. `severity` as glog names it.
inline std::string Priority(std::string_view severity) {
  struct stat error{};
  const char* const stream = fstat(STDERR_FILENO, &error) == 0 ? std::getenv("JOURNAL_STREAM") : nullptr;
  const std::string ours = std::to_string(error.st_dev) + ":" + std::to_string(error.st_ino);
  if (stream == nullptr || stream != ours) return "";
  return {'<', "2346"[std::string_view("FEWI").find(severity.front())], '>'};
}

// One line whatever comes in: control characters, U+0080 to U+009F among them, become \xHH.
std::string Escape(std::string_view text);

}  // namespace failover
