// failover-supervisor: the root half. Wires what the other files hold: configuration, socket,
// judgement, systemctl, service manager.
#include <malloc.h>
#include <pwd.h>

#include "common/daemon_options.h"
#include "common/log.h"
#include "common/service_manager.h"
#include "common/unix_listener.h"
#include "supervisor/failover.h"
#include "supervisor/report_server.h"
#include "supervisor/unit_starter.h"

namespace failover {

struct Options : DaemonOptions {
  std::string audit_log = "/var/log/failover-monitor/failover_monitor.log";
  std::string systemctl = "/usr/bin/systemctl";
  std::string state_dir = "/run/failover-monitor";
  std::string prober_user = "failover-prober";
  bool dry_run = false;
};

class Supervisor {
 public:
  explicit Supervisor(const Options& options) : options_(options) {}

  std::expected<void, Error> Run(LoadedConfig config) {
    const passwd* prober = getpwnam(options_.prober_user.c_str());
    if (prober == nullptr) return Fail("no user " + options_.prober_user + "; run systemd-sysusers");
    for (const std::string& path : {options_.state_dir + "/starts", options_.state_dir + "/orders"})
      if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return FailErrno(path);
    auto listener = ListenAt(options_.socket, SOCK_SEQPACKET);
    if (!listener) return std::unexpected(listener.error());
    server_.emplace(loop_, log_, std::move(*listener), prober->pw_uid,
        [this](auto packet, auto& sequence) { return failover_.OnPacket(packet, sequence); });
    Configure(std::move(config), "Cloudflare Tunnel Monitor started.");
    Tick();
    manager_.Run();
    log_.Record(Severity::kInfo, "Cloudflare Tunnel Monitor stopped.");
    return {};
  }

 private:
  void Configure(LoadedConfig config, const std::string& first_line) {
    log_.Record(Severity::kInfo, first_line);
    for (const std::string& line : Describe(config.settings)) log_.Record(Severity::kInfo, line);
    failover_.Configure(std::move(config.settings), config.digest);
    malloc_trim(0);  // reading the file takes several times its size
  }

  void Reload() {
    auto config = LoadConfig(options_.config);
    for (const std::string& fault : config ? Faults{} : config.error())
      log_.Record(Severity::kError, "Configuration not reloaded, the old one stays: " + fault);
    if (config) Configure(std::move(*config), "Configuration reloaded.");
  }

  void Tick() {
    starter_.Reap();  // whatever became of SIGCHLD
    failover_.Tick();
    manager_.Status(failover_.Summary());
    tick_.Start(std::chrono::seconds(1));
  }

  const Options& options_;
  EventLoop loop_;
  ServiceManager manager_{loop_, [this] { Reload(); }};
  AuditLog log_{options_.audit_log};
  Failover failover_{log_, options_.state_dir,
      {.now = BootClock::now,
          .start = [this](const UnitName& unit) { starter_.Start(unit); },
          .send = [this](std::string_view packet) { return server_->Send(packet); },
          .intent = options_.dry_run ? "Would start" : "Starting"}};
  UnitStarter starter_{loop_, options_.dry_run ? "" : options_.systemctl,
      [this]() -> const UnitWhitelist& { return failover_.whitelist(); },
      [this](auto& unit, auto outcome, auto& words) { failover_.OnStarted(unit, outcome, words); }};
  std::optional<ReportServer> server_;
  Timer tick_{loop_, [this] { Tick(); }};
};

static int Main(int argc, char** argv) {
  InitLog(argv[0]);
  umask(027);
  Options options;
  CLI::App app(
      "Starts the backup unit of a Cloudflare Tunnel that is down. Runs as root.", "failover-supervisor");
  app.add_option("--audit-log", options.audit_log, "What was done and why")->capture_default_str();
  app.add_option("--systemctl", options.systemctl, "What starts a unit")->capture_default_str();
  app.add_option("--state-dir", options.state_dir, "Keeps starts and orders")->capture_default_str();
  app.add_option("--prober-user", options.prober_user, "Who may report")->capture_default_str();
  app.add_flag("--dry-run", options.dry_run, "Do everything but start a unit");
  if (const auto status = ParseCommandLine(app, options, argc, argv)) return *status;
  auto config = LoadConfig(options.config);
  if (!config) return ReportCheck(options.config, config.error(), 0);
  if (options.check_config) return ReportCheck(options.config, {}, config->settings.tunnels_size());
  const auto served = Supervisor(options).Run(std::move(*config));
  if (!served) LOG(ERROR) << served.error().message;
  return served ? 0 : 1;
}

}  // namespace failover

int main(int argc, char** argv) { return failover::Main(argc, argv); }
