// What a command of failoverctl may touch: standard output, the status, other programs, the clock.
// main.cc makes the real one, tests make theirs.
#pragma once

#include <functional>
#include <ostream>

#include "common/clock.h"
#include "ctl/command.h"
#include "ctl/failure.h"
#include "ctl/options.h"
#include "ctl/terminal.h"
#include "ctl/tunnel_name.h"

namespace failover {

struct World {
  const Options& options;
  Terminal terminal;
  std::ostream& out;  // results
  std::ostream& err;  // words beside them

  std::function<std::expected<status::Status, Failure>()> ask;
  std::function<std::expected<CommandResult, Error>(const std::string& program,
      const std::vector<std::string>& arguments, std::chrono::nanoseconds deadline)>
      run;
  std::function<TimePoint()> now;
  std::function<void(std::chrono::nanoseconds)> sleep;
  std::function<Answer(const std::string& question)> confirm;

  bool json() const { return options.format == Options::Format::kJson; }
};

// The exit status, or why there is nothing to show.
using Outcome = std::expected<int, Failure>;

inline Outcome Failed(std::string message, int exit_status = kExitFailed) {
  return std::unexpected(Failure{std::move(message), exit_status});
}

}  // namespace failover
