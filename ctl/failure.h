// How a command of failoverctl ends. The numbers are documented in failoverctl(8); `check` alone has
// those of the monitoring plug-ins instead.
#pragma once

#include <expected>
#include <string>

#include "common/config.h"

namespace failover {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;         // asked for and not so: see each command
inline constexpr int kExitNoStatus = 69;      // EX_UNAVAILABLE, sysexits.h(3head)
inline constexpr int kExitNotPermitted = 77;  // EX_NOPERM

// One sentence for the operator with its remedy, and what the program ends with.
struct Failure {
  std::string message;
  int exit_status = kExitFailed;
};

}  // namespace failover
