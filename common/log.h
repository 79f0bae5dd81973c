// The log of a daemon: glog, on standard error alone, with the line format of the Python script
// that this replaces: "2025-10-24 10:30:15 [INFO] text", local time. glog's own files stay off.
#pragma once

#include <chrono>
#include <ctime>
#include <string>

namespace failover {

// Once, first thing in main(). Also sends protobuf's own messages nowhere: a peer could fill a
// disk with them.
void InitLog(const char* program);

// Local time as strftime(3) writes it; follows a changed /etc/localtime.
std::string FormatLocalTime(std::time_t time, const char* format = "%Y-%m-%d %H:%M:%S");

// As short as it is exact: "3600.001", "3".
std::string Number(double value);

// "8.42 s"
std::string FormatSeconds(std::chrono::duration<double> time);

// One line whatever comes in: control characters, U+0080 to U+009F among them, become \xHH.
std::string Escape(std::string_view text);

}  // namespace failover
