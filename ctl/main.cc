// failoverctl: shows what failover-monitor sees and does, and gives it orders. Wiring only. Runs as
// whoever calls it: reading needs group failover-status, orders need root.
#include <clocale>
#include <iostream>
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

int Main(int argc, const char* const* argv) {
  std::setlocale(LC_CTYPE, "");
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
