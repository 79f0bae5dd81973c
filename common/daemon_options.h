// What both daemons take on their command lines.
#pragma once

#include <CLI/CLI.hpp>
#include <iostream>
#include <optional>

#include "common/config.h"
#include "common/log.h"

namespace failover {

struct DaemonOptions {
  std::string config = kDefaultConfigPath;
  std::string socket = kDefaultSocketPath;
  bool check_config = false;
};

// Adds those to the program's own, and reads the command line. An exit status: help, the version or a
// fault was printed, and that is all.
inline std::optional<int> ParseCommandLine(
    CLI::App& app, DaemonOptions& options, int argc, const char* const* argv) {
  app.set_version_flag("--version", app.get_name() + " " FAILOVER_VERSION);
  app.add_option("--config", options.config, "The configuration")->capture_default_str();
  app.add_option("--socket", options.socket, "Where the prober reports")->capture_default_str();
  app.add_flag("--check-config", options.check_config, "Check the configuration and end");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  return std::nullopt;
}

// What --check-config prints and returns.
inline int ReportCheck(const std::string& path, const Faults& faults, int tunnels) {
  for (const std::string& fault : faults) std::cerr << Escape(fault) << "\n";
  if (faults.empty()) std::cout << path << ": " << tunnels << " tunnel(s), valid\n";
  return faults.empty() ? 0 : kExitBadConfig;
}

}  // namespace failover
