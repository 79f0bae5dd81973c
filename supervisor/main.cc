// failover-supervisor: the root half. Wires what the other files hold: configuration, socket,
// judgement, systemctl, service manager.
#include <pwd.h>

#include <CLI/CLI.hpp>
#include <csignal>

#include "common/config.h"
#include "common/log.h"
#include "common/service_manager.h"
#include "supervisor/failover.h"
#include "supervisor/report_server.h"
#include "supervisor/unit_starter.h"

namespace failover {

struct Options {
  std::string config = kDefaultConfigPath;
  std::string socket = kDefaultSocketPath;
  std::string audit_log = "/var/log/failover-monitor/failover_monitor.log";
  std::string systemctl = "/usr/bin/systemctl";
  std::string state_dir = "/run/failover-monitor";
  std::string prober_user = "failover-prober";
  bool dry_run = false;
  bool check_config = false;
};

// A file that others than root may write is no order to root.
static std::expected<LoadedConfig, Faults> LoadTrusted(const std::string& path) {
  auto loaded = LoadConfig(path);
  if (loaded && !loaded->tampering.empty()) return std::unexpected(std::move(loaded->tampering));
  return loaded;
}

class Supervisor {
 public:
  explicit Supervisor(const Options& options) : options_(options) {}

  std::expected<void, Error> Run(const LoadedConfig& config) {
    const passwd* prober = getpwnam(options_.prober_user.c_str());
    if (prober == nullptr) return Fail("no user " + options_.prober_user + "; run systemd-sysusers");
    const std::string records = options_.state_dir + "/starts";
    if (mkdir(records.c_str(), 0700) != 0 && errno != EEXIST) return FailErrno(records);
    auto listener = ReportServer::Listen(options_.socket);
    if (!listener) return std::unexpected(listener.error());
    server_.emplace(loop_, log_, std::move(*listener), prober->pw_uid,
        [this](auto packet, auto& sequence) { return failover_.OnPacket(packet, sequence); });
    Configure(config, "Cloudflare Tunnel Monitor started.");
    Tick();
    manager_.Ready();
    loop_.Run();
    manager_.Stopping();
    log_.Record(Severity::kInfo, "Cloudflare Tunnel Monitor stopped.");
    return {};
  }

 private:
  void Configure(const LoadedConfig& config, const std::string& first_line) {
    const config::Configuration& all = config.settings;
    const std::string gateway = all.gateway_check() ? "IP: " + all.gateway_ip() : "check: off";
    std::ostringstream interval;
    interval << "Check interval: " << all.check_interval() << " seconds";
    log_.Record(Severity::kInfo, first_line);
    log_.Record(Severity::kInfo, "Gateway " + gateway);
    log_.Record(Severity::kInfo, "Monitoring " + std::to_string(all.tunnels_size()) + " tunnel(s)");
    log_.Record(Severity::kInfo, interval.str());
    for (const std::string& warning : config.warnings) LOG(WARNING) << Escape(warning);
    failover_.Configure(all, config.digest);
  }

  void Reload() {
    manager_.Reloading();
    const auto config = LoadTrusted(options_.config);
    for (const std::string& fault : config ? Faults{} : config.error()) {
      log_.Tell(Severity::kError, "Configuration not reloaded, the old one stays: " + fault);
    }
    if (config) Configure(*config, "Configuration reloaded.");
    manager_.Ready();
  }

  void Tick() {
    starter_.Reap();  // whatever became of SIGCHLD
    failover_.Tick();
    manager_.Status(failover_.Summary());
    tick_.Start(std::chrono::seconds(1));
  }

  const Options& options_;
  EventLoop loop_;
  ServiceManager manager_{loop_};
  AuditLog log_{options_.audit_log};
  Failover failover_{log_, options_.state_dir + "/starts/",
      {.now = BootClock::now,
          .start = [this](const UnitName& unit) { starter_.Start(unit); },
          .send = [this](std::string_view packet) { return server_->Send(packet); },
          .intent = options_.dry_run ? "Would start" : "Starting"}};
  UnitStarter starter_{loop_, options_.dry_run ? "" : options_.systemctl,
      [this]() -> const UnitWhitelist& { return failover_.whitelist(); },
      [this](auto& unit, auto outcome, auto& words) { failover_.OnStarted(unit, outcome, words); }};
  std::optional<ReportServer> server_;
  Timer tick_{loop_, [this] { Tick(); }};
  SignalWatch hangup_{loop_, SIGHUP, [this] { Reload(); }};
  SignalWatch terminate_{loop_, SIGTERM, [this] { loop_.Stop(); }};
  SignalWatch interrupt_{loop_, SIGINT, [this] { loop_.Stop(); }};
};

static int Main(int argc, char** argv) {
  InitLog(argv[0]);
  umask(027);
  Options options;
  CLI::App app("Starts the backup unit of a Cloudflare Tunnel that is down. Runs as root.");
  app.set_version_flag("--version", "failover-supervisor " FAILOVER_VERSION);
  app.add_option("--config", options.config, "The configuration")->capture_default_str();
  app.add_option("--socket", options.socket, "Where the prober reports")->capture_default_str();
  app.add_option("--audit-log", options.audit_log, "What was done and why")->capture_default_str();
  app.add_option("--systemctl", options.systemctl, "What starts a unit")->capture_default_str();
  app.add_option("--state-dir", options.state_dir, "Keeps the last starts")->capture_default_str();
  app.add_option("--prober-user", options.prober_user, "Who may report")->capture_default_str();
  app.add_flag("--dry-run", options.dry_run, "Do everything but start a unit");
  app.add_flag("--check-config", options.check_config, "Check the configuration and end");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  if (options.check_config) return ReportConfigCheck(options.config, LoadConfig(options.config), {});
  const auto config = LoadTrusted(options.config);
  for (const std::string& fault : config ? Faults{} : config.error()) LOG(ERROR) << Escape(fault);
  if (!config) return kExitBadConfig;
  const auto served = Supervisor(options).Run(*config);
  if (!served) LOG(ERROR) << served.error().message;
  return served ? 0 : 1;
}

}  // namespace failover

int main(int argc, char** argv) { return failover::Main(argc, argv); }
