// The command line of failoverctl.
#pragma once

#include <chrono>
#include <expected>
#include <string>

#include "common/config.h"
#include "ctl/order_file.h"
#include "ctl/status_client.h"

namespace failover {

enum class Command {
  kStatus,
  kExplain,
  kCheck,
  kDoctor,
  kPause,
  kResume,
  kDrill,
  kReload,
  kHistory,
  kConfigCheck,
  kConfigExample,
  kNames,
};

struct Options {
  Command command = Command::kStatus;
  std::string socket = kDefaultStatusSocket;
  std::string config = kDefaultConfigPath;
  std::string orders = kDefaultOrders;
  std::string audit_log = "/var/log/failover-monitor/failover_monitor.log";
  std::string systemctl = "/usr/bin/systemctl";
  std::string prober = FAILOVER_PROBER;
  enum class Format { kText, kJson } format = Format::kText;

  std::string tunnel;                      // as it was typed; empty: all
  bool all = false;                        // pause, resume: --all
  bool watch = false;                      // status
  std::chrono::nanoseconds interval{};     // of --watch
  bool only_critical = false;              // check
  std::chrono::nanoseconds pause_for{};    // pause
  std::string reason = "no reason given";  // pause, drill
  bool yes = false;                        // drill
  std::chrono::nanoseconds timeout{};      // drill, reload
  std::string since;                       // history; as it was typed
};

// The options, or the exit status when help, the version or a fault was printed.
std::expected<Options, int> ParseOptions(int argc, const char* const* argv);

}  // namespace failover
