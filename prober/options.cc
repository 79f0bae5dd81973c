#include "prober/options.h"

#include <iostream>

namespace failover {

std::expected<Options, int> ParseOptions(int argc, const char* const* argv) {
  Options options;
  bool check_online = false;
  bool json = false;
  CLI::App app(
      "Asks the gateway and the Cloudflare API for the health of each tunnel and reports it to "
      "failover-supervisor. Needs CAP_NET_RAW and nothing else.",
      "failover-prober");
  app.add_option("--user", options.user, "Becomes this user if it is started as root")
      ->capture_default_str();
  app.add_option("--status-socket", options.status_socket, "Where the status is served; empty: nowhere")
      ->capture_default_str();
  app.add_option("--status-group", options.status_group, "Whose members may read the status")
      ->capture_default_str();
  auto* online = app.add_flag("--check-online", check_online,
      "Asks Cloudflare once for each tunnel, prints the answers, then "
      "ends; exit status 0 only if every status is known");
  app.add_flag("--json", json, "With --check-online: prints JSON")->needs(online);
  if (const auto status = ParseCommandLine(app, options, argc, argv)) return std::unexpected(*status);
  if (options.check_config && check_online) {
    std::cerr << "--check-config and --check-online: give one of the two\n";
    return std::unexpected(kExitUsage);
  }
  if (options.check_config) options.mode = Options::Mode::kCheckConfig;
  if (check_online) options.mode = Options::Mode::kCheckOnline;
  if (json) options.format = Options::Format::kJson;
  return options;
}

}  // namespace failover
