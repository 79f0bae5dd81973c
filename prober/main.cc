// failover-prober: gives up root first, reads its configuration then, and reports the health of
// each tunnel to the supervisor. Wiring only.
#include <glog/logging.h>

#include <chrono>
#include <csignal>
#include <iostream>

#include "common/event_loop.h"
#include "common/log.h"
#include "prober/check_online.h"
#include "prober/check_schedule.h"
#include "prober/options.h"
#include "prober/privileges.h"
#include "prober/prober.h"
#include "prober/settings.h"

namespace failover {
namespace {

int PrintFaults(const Faults& faults) {
  for (const std::string& fault : faults) std::cerr << Escape(fault) << "\n";
  return kExitBadConfig;
}

int CheckConfig(const Options& options) {
  const auto config = LoadConfig(options.config);
  if (!config) return ReportConfigCheck(options.config, config, {});
  const auto made = MakeSettings(*config, options.config);
  if (made) {
    for (const std::string& line : BudgetWarnings(made->settings)) {
      std::cerr << "warning: " << Escape(options.config + ": " + line) << "\n";
    }
  }
  return ReportConfigCheck(options.config, config, made ? made->exposure : made.error());
}

int CheckOnline(const Options& options) {
  const auto config = LoadConfig(options.config);
  if (!config) return PrintFaults(config.error());
  const auto made = MakeSettings(*config, options.config);
  if (!made) return PrintFaults(made.error());
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
    if (const auto started = prober.Start(); !started) return PrintFaults(started.error());
    loop.Run();
  }
  const auto turn = std::chrono::ceil<std::chrono::milliseconds>(loop.longest_turn());
  LOG(INFO) << "Stopped. Longest loop turn: " << turn.count() << " ms.";
  return 0;
}

int Main(int argc, const char* const* argv) {
  const auto options = ParseOptions(argc, argv);
  if (!options) return options.error();
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
    case Options::Mode::kCheckConfig: return CheckConfig(*options);
    case Options::Mode::kCheckOnline: return CheckOnline(*options);
  }
  __builtin_unreachable();
}

}  // namespace
}  // namespace failover

int main(int argc, char** argv) { return failover::Main(argc, argv); }
