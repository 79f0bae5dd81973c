// The log of a daemon: glog, on standard error alone, with the line format of the Python script
// that this replaces: "2025-10-24 10:30:15 [INFO] text", local time. glog's own files stay off.
#pragma once

#include <ctime>
#include <string>

namespace failover {

// Once, first thing in main(). Also sends protobuf's own messages nowhere: a peer could fill a
// disk with them.
void InitLog(const char* program);

// Local time as strftime(3) writes it; follows a changed /etc/localtime.
std::string FormatLocalTime(std::time_t time, const char* format = "%Y-%m-%d %H:%M:%S");

// "<6>" where standard error is the journal's, which takes it as a line's priority, sd-daemon(3);
// nothing elsewhere. `severity` as glog names it.
std::string Priority(std::string_view severity);

// One line whatever comes in: control characters, U+0080 to U+009F among them, become \xHH.
std::string Escape(std::string_view text);

}  // namespace failover
