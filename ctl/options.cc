#include "ctl/options.h"

#include <CLI/CLI.hpp>

#include "ctl/duration.h"
#include "ctl/health_check.h"

namespace failover {
namespace {

constexpr const char* kTunnelHelp = "Its label, its UUID, or any beginning that only one has";

struct Words {
  std::string pause_for, timeout, interval = "1s";
};

// The subcommands; what was typed as a duration goes to `words`.
class Commands {
 public:
  Commands(CLI::App& app, Options& options, Words& words) : app_(app), options_(options), words_(words) {}

  void AddReading() {
    CLI::App* status = Add(Command::kStatus, "status", "What is seen now: gateway, tunnels, API budget");
    Tunnel(status);
    auto* watch = status->add_flag("--watch", options_.watch, "Show it again and again, with sparklines");
    status->add_option("--interval", words_.interval, "Of --watch")->capture_default_str()->needs(watch);
    Tunnel(Add(Command::kExplain, "explain", "Why a tunnel's unit is or is not started"))->required();
    check_ = Add(Command::kCheck, "check", "One line and an exit status for monitoring: 0, 1, 2 or 3");
    Tunnel(check_);
    check_->add_flag("--only-critical", options_.only_critical,
        "Exit status 0 for all but CRITICAL: where 1 and 3 would count as a failure");
    Add(Command::kDoctor, "doctor", "Check the whole installation, with a remedy for each fault");
    CLI::App* history =
        Add(Command::kHistory, "history", "Changes, starts, outages and availability, by the log");
    Tunnel(history);
    history->add_option("--since", options_.since, "A span such as 2h or 7d, or a date; default: all");
    Add(Command::kNames, "names", "One tunnel's name a line, for scripts and completion");
  }

  void AddActing() {
    CLI::App* pause = Add(Command::kPause, "pause", "Start nothing for a tunnel for a while; needs root");
    auto* all = pause->add_flag("--all", options_.all, "All tunnels");
    Tunnel(pause)->excludes(all);
    pause->add_option("--for", words_.pause_for, "How long: 30min, 2h, 1d")->required();
    pause->add_option("--reason", options_.reason, "For the log");
    CLI::App* resume = Add(Command::kResume, "resume", "End a pause; needs root");
    auto* every = resume->add_flag("--all", options_.all, "Every pause there is");
    Tunnel(resume)->excludes(every);
    CLI::App* drill = Add(Command::kDrill, "drill", "Start a tunnel's unit as in a failover; needs root");
    Tunnel(drill)->required();
    drill->add_flag("--yes", options_.yes, "Do not ask");
    drill->add_option("--reason", options_.reason, "For the log");
    drill->add_option("--timeout", words_.timeout, "How long to follow it; default 120s");
    CLI::App* reload =
        Add(Command::kReload, "reload", "Take the new configuration, and see that both sides have it");
    reload->add_option("--timeout", words_.timeout, "How long to wait; default 30s");
  }

  void AddConfig() {
    CLI::App* config = app_.add_subcommand("config", "The configuration file");
    config->require_subcommand(1);
    config->fallthrough();
    Add(Command::kConfigCheck, "check", "Every fault of a file, each with its remedy", config)
        ->add_option("FILE", options_.config, "The file")
        ->capture_default_str();
    Add(Command::kConfigExample, "example", "Print an example", config);
  }

  // A plug-in that cannot judge says so by its own exit status.
  int ExitStatusOfFault() const { return check_->parsed() ? static_cast<int>(Grade::kUnknown) : kExitUsage; }

 private:
  CLI::App* Add(
      Command command, const std::string& name, const std::string& help, CLI::App* under = nullptr) {
    CLI::App* added = (under == nullptr ? &app_ : under)->add_subcommand(name, help);
    added->fallthrough();  // the options below may follow it
    added->callback([this, command] { options_.command = command; });
    return added;
  }

  CLI::Option* Tunnel(CLI::App* command) {
    return command->add_option("TUNNEL", options_.tunnel, kTunnelHelp);
  }

  CLI::App& app_;
  Options& options_;
  Words& words_;
  CLI::App* check_ = nullptr;
};

void AddCommon(CLI::App& app, Options& options, bool& json) {
  app.set_version_flag("--version", "failoverctl " FAILOVER_VERSION);
  app.add_flag("--json", json, "Print JSON");
  app.add_option("--socket", options.socket, "The prober's status socket")->capture_default_str();
  app.add_option("--config", options.config, "The configuration")->capture_default_str();
  app.add_option("--orders", options.orders, "Where orders are left")->capture_default_str();
  app.add_option("--audit-log", options.audit_log, "The log")->capture_default_str();
  app.add_option("--systemctl", options.systemctl, "For doctor and reload")->capture_default_str();
  app.add_option("--prober", options.prober, "For doctor, reload and config check")->capture_default_str();
}

// "--for: fault", or an empty text.
std::string Read(const char* option, const std::string& text, std::chrono::nanoseconds otherwise,
    std::chrono::nanoseconds longest, std::chrono::nanoseconds& value) {
  value = otherwise;
  if (text.empty()) return "";
  const auto parsed = ParseDuration(text);
  if (!parsed) return std::string(option) + ": " + parsed.error().message;
  value = *parsed;
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(longest).count();
  return value > longest ? std::string(option) + ": at most " + std::to_string(hours) + " hours" : "";
}

std::string ReadDurations(const Words& words, Options& options) {
  using namespace std::chrono_literals;
  const bool drill = options.command == Command::kDrill;
  for (const std::string& fault : {Read("--for", words.pause_for, 0s, 30 * 24h, options.pause_for),
           Read("--timeout", words.timeout, drill ? 120s : 30s, 24h, options.timeout),
           Read("--interval", words.interval, 1s, 24h, options.interval)}) {
    if (!fault.empty()) return fault;
  }
  const bool whole = options.command == Command::kPause || options.command == Command::kResume;
  const bool nobody = whole && options.tunnel.empty() && !options.all;
  return nobody ? "name a TUNNEL, or write --all" : "";
}

}  // namespace

std::expected<Options, int> ParseOptions(int argc, const char* const* argv) {
  Options options;
  Words words;
  bool json = false;
  CLI::App app(
      "Shows what failover-monitor sees and does, and gives it orders. Reading needs group "
      "failover-status, orders need root.",
      "failoverctl");
  app.require_subcommand(1);
  app.footer(
      "Exit status: 0 done; 1 failed; 64 command line; 69 no status; 77 not permitted; 78 bad\n"
      "configuration. `check` alone: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. See failoverctl(8).");
  AddCommon(app, options, json);
  Commands commands(app, options, words);
  commands.AddReading();
  commands.AddActing();
  commands.AddConfig();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return std::unexpected(app.exit(error) == 0 ? 0 : commands.ExitStatusOfFault());
  }
  if (json) options.format = Options::Format::kJson;
  const std::string fault = ReadDurations(words, options);
  if (fault.empty()) return options;
  std::cerr << "failoverctl: " << fault << "\n";
  return std::unexpected(kExitUsage);
}

}  // namespace failover
