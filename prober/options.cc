#include "prober/options.h"

#include <CLI/CLI.hpp>

namespace failover {

std::expected<Options, int> ParseOptions(int argc, const char* const* argv) {
  Options options;
  bool check_config = false;
  bool check_online = false;
  bool json = false;
  CLI::App app(
      "Asks the gateway and the Cloudflare API for the health of each tunnel and reports it to "
      "failover-supervisor. Needs CAP_NET_RAW and nothing else.",
      "failover-prober");
  app.set_version_flag("--version", "failover-prober " FAILOVER_VERSION);
  app.add_option("--config", options.config, "The configuration")->capture_default_str();
  app.add_option("--socket", options.socket, "The supervisor's socket")->capture_default_str();
  app.add_option("--user", options.user, "Becomes this user if it is started as root")
      ->capture_default_str();
  app.add_option("--status-socket", options.status_socket, "Where the status is served; empty: nowhere")
      ->capture_default_str();
  app.add_option("--status-group", options.status_group, "Whose members may read the status")
      ->capture_default_str();
  auto* check = app.add_flag(
      "--check-config", check_config, "Checks the configuration and the token files, then ends");
  auto* online = app.add_flag("--check-online", check_online,
      "Asks Cloudflare once for each tunnel, prints the answers, then "
      "ends; exit status 0 only if every status is known");
  app.add_flag("--json", json, "With --check-online: prints JSON")->needs(online);
  online->excludes(check);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return std::unexpected(app.exit(error) == 0 ? 0 : kExitUsage);
  }
  if (check_config) options.mode = Options::Mode::kCheckConfig;
  if (check_online) options.mode = Options::Mode::kCheckOnline;
  if (json) options.format = Options::Format::kJson;
  return options;
}

}  // namespace failover
