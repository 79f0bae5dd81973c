// The one place of ctl that runs other programs: a fixed path, a fixed list of arguments, a fixed
// environment, no shell, a deadline, a bounded output. Runs them as whoever calls, which may be root.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "common/error.h"

namespace failover {

struct CommandResult {
  int exit_status = 0;  // 128 and the signal, if one ended it
  std::string output;   // standard output, at most kMaxCommandOutput bytes
  std::string errors;   // standard error, likewise
};

inline constexpr std::size_t kMaxCommandOutput = std::size_t{8} * 1024 * 1024;  // bytes

// `program` is an absolute path; its standard input is /dev/null. Past the deadline it is killed, and
// that is an Error, as is one that writes too much or cannot be executed.
std::expected<CommandResult, Error> RunCommand(const std::string& program,
    const std::vector<std::string>& arguments, std::chrono::nanoseconds deadline);

}  // namespace failover
