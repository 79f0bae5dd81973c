// failoverctl: shows what failover-monitor sees and does, and gives it orders. Wiring only. Runs as
// whoever calls it: reading needs group failover-status, orders need root.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <iostream>
#include <new>
#include <thread>

#include "common/log.h"
#include "ctl/config_commands.h"
#include "ctl/doctor.h"
#include "ctl/drill.h"
#include "ctl/history_view.h"
#include "ctl/json.h"
#include "ctl/order_commands.h"
#include "ctl/reload.h"
#include "ctl/status_commands.h"

namespace failover {
namespace {

Outcome Run(const World& world) {
  switch (world.options.command) {
    case Command::kStatus: return ShowStatus(world);
    case Command::kExplain: return ShowExplanation(world);
    case Command::kCheck: return ShowCheck(world);
    case Command::kDoctor: return ShowDoctor(world);
    case Command::kPause: return Pause(world);
    case Command::kResume: return Resume(world);
    case Command::kDrill: return Drill(world);
    case Command::kReload: return Reload(world);
    case Command::kHistory: return ShowHistory(world);
    case Command::kConfigCheck: return CheckConfig(world);
    case Command::kConfigExample: return PrintExample(world);
    case Command::kNames: return ShowNames(world);
  }
  __builtin_unreachable();
}

// Whatever a captured prober answers, it takes this program's memory, not the host's.
void LimitMemory() {
#if !defined(__SANITIZE_ADDRESS__)  // which needs terabytes of addresses
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_cur, rlim_t{1} << 30);
  setrlimit(RLIMIT_AS, &limit);  // lowering the soft limit cannot fail
#endif
  std::set_new_handler([] {
    static constexpr std::string_view kWords = "failoverctl: more than 1 GiB of memory would be needed\n";
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kWords.data(), kWords.size());
    _exit(kExitFailed);
  });
}

int Main(int argc, const char* const* argv) {
  LimitMemory();
  std::setlocale(LC_CTYPE, "");
  const SevenBits out(std::cout, LookAtTerminal(STDOUT_FILENO));
  const SevenBits err(std::cerr, LookAtTerminal(STDERR_FILENO));
  InitLog(argv[0]);
  const auto options = ParseOptions(argc, argv);
  if (!options) return options.error();
  StatusClient client(options->socket);
  const World world{.options = *options,
      .terminal = LookAtTerminal(STDOUT_FILENO),
      .out = std::cout,
      .err = std::cerr,
      .ask = [&client] { return client.Ask(); },
      .run = RunCommand,
      .now = BootClock::now,
      .sleep = [](std::chrono::nanoseconds time) { std::this_thread::sleep_for(time); },
      .confirm = Ask};
  const Outcome outcome = Run(world);
  if (outcome) return *outcome;
  const Failure& failure = outcome.error();
  if (world.json()) {
    std::cout << Json::Object({{"error", failure.message}, {"exit_status", failure.exit_status}}).text()
              << "\n";
  }
  std::cerr << "failoverctl: " << failure.message << "\n";
  return failure.exit_status;
}

}  // namespace
}  // namespace failover

int main(int argc, char** argv) { return failover::Main(argc, argv); }
