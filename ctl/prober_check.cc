#include "ctl/prober_check.h"

#include <sstream>

#include "ctl/text.h"

namespace failover {

std::expected<ConfigCheck, Error> AskProber(const World& world) {
  const std::vector<std::string> arguments = {"--check-config", "--config", world.options.config};
  const auto done = world.run(world.options.prober, arguments, std::chrono::seconds(20));
  if (!done) return std::unexpected(done.error());
  return ParseCheck(*done);
}

std::expected<ConfigCheck, Error> ParseCheck(const CommandResult& result) {
  constexpr std::string_view kWarning = "warning: ";
  ConfigCheck check;
  std::istringstream lines(result.errors);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    const bool warns = line.starts_with(kWarning);
    Faults& faults = warns ? check.warnings : check.faults;
    faults.push_back(Printable(std::string_view(line).substr(warns ? kWarning.size() : 0)));
  }
  const bool judged = result.exit_status == (check.faults.empty() ? kExitDone : kExitBadConfig);
  if (judged) return check;
  const std::string why =
      check.faults.empty() ? "exit status " + std::to_string(result.exit_status) : check.faults.front();
  return Fail("failover-prober --check-config: " + why);
}

}  // namespace failover
