// The command line of failover-prober.
#pragma once

#include <expected>
#include <string>

#include "common/daemon_options.h"
#include "prober/privileges.h"
#include "prober/status_listener.h"

namespace failover {

struct Options : DaemonOptions {
  std::string user = "failover-prober";
  std::string status_socket = kDefaultStatusSocket;  // empty: none
  std::string status_group = kStatusGroup;
  enum class Mode { kRun, kCheckConfig, kCheckOnline } mode = Mode::kRun;
  enum class Format { kTable, kJson } format = Format::kTable;
};

// The options, or the exit status when help, the version or a fault was printed.
std::expected<Options, int> ParseOptions(int argc, const char* const* argv);

}  // namespace failover
