// failover-prober: gives up root first, reads its configuration then, and reports the health of
// each tunnel to the supervisor. Wiring only.
#include <glog/logging.h>
#include <malloc.h>

#include <chrono>
#include <csignal>
#include <iostream>

#include "common/event_loop.h"
#include "common/log.h"
#include "prober/budget_warnings.h"
#include "prober/check_online.h"
#include "prober/config_check.h"
#include "prober/options.h"
#include "prober/privileges.h"
#include "prober/prober.h"
#include "prober/settings.h"

namespace failover {
namespace {

int CheckFile(const Options& options) {
  const auto config = CheckConfig(options.config);
  if (!config) return ReportCheck(options.config, config.error(), 0);
  const auto made = MakeSettings(config->loaded, options.config);
  Faults warnings = config->warnings;
  for (const std::string& line : made ? BudgetWarnings(made->settings) : Faults{}) {
    warnings.push_back(options.config + ": " + line);
  }
  for (const std::string& line : warnings) std::cerr << "warning: " << Escape(line) << "\n";
  Faults faults = made ? made->exposure : made.error();
  for (const Faults& more : {config->tampering, config->exposure}) {
    faults.insert(faults.end(), more.begin(), more.end());
  }
  return ReportCheck(options.config, faults, config->loaded.settings.tunnels_size());
}

int CheckOnline(const Options& options) {
  const auto config = CheckConfig(options.config);
  if (!config) return ReportCheck(options.config, config.error(), 0);
  const auto made = MakeSettings(config->loaded, options.config);
  if (!made) return ReportCheck(options.config, made.error(), 0);
  const auto results = AskOnce(made->settings);
  Print(results, options.format, std::cout);
  return ExitStatus(results);
}

int Run(const Options& options) {
  EventLoop loop;
  {
    Prober prober(loop, {.config = options.config,
                            .socket = options.socket,
                            .status_socket = options.status_socket,
                            .status_group = options.status_group});
    if (const auto started = prober.Start(); !started)
      return ReportCheck(options.config, started.error(), 0);
    prober.Run();
  }
  const auto turn = std::chrono::ceil<std::chrono::milliseconds>(loop.longest_turn());
  LOG(INFO) << "Stopped. Longest loop turn: " << turn.count() << " ms.";
  return 0;
}

int Main(int argc, const char* const* argv) {
  const auto options = ParseOptions(argc, argv);
  if (!options) return options.error();
  // libcurl's resolver threads would each leave a heap of their own behind.
  mallopt(M_ARENA_MAX, 1);
  InitLog(argv[0]);
  // OpenSSL writes to sockets that the peer may have closed.
  std::signal(SIGPIPE, SIG_IGN);
  const bool daemon = options->mode == Options::Mode::kRun;
  // Somebody's one-shot check without root has no right that could be dropped.
  if (daemon || geteuid() == 0) {
    const Keep keep = daemon ? Keep::kRawSocket : Keep::kNothing;
    if (const auto done = DropPrivileges(options->user, options->status_group, keep); !done) {
      std::cerr << "failover-prober: " << Escape(done.error().message) << "\n";
      return kExitPrivileges;
    }
  }
  switch (options->mode) {
    case Options::Mode::kRun: return Run(*options);
    case Options::Mode::kCheckConfig: return CheckFile(*options);
    case Options::Mode::kCheckOnline: return CheckOnline(*options);
  }
  __builtin_unreachable();
}

}  // namespace
}  // namespace failover

int main(int argc, char** argv) { return failover::Main(argc, argv); }
