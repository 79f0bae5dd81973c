// The only exec in the daemons: `systemctl start --no-ask-password -- UNIT`, asynchronously. Runs
// as root; a unit can only be named by a UnitName, the arguments and the environment are fixed.
// What systemctl prints is untrusted text, bounded here and escaped by the audit log.
#pragma once

#include <list>

#include "common/event_loop.h"
#include "supervisor/decision.h"

namespace failover {

class UnitStarter {
 public:
  using Whitelist = std::function<const UnitWhitelist&()>;
  // How it went, in words that follow the unit's name: "started: systemctl exit status 0 ...".
  using Done = std::function<void(const UnitName&, words::StartOutcome, const std::string& words)>;

  static constexpr std::size_t kAtOnce = 16;
  static constexpr std::size_t kMaxOutput = 2048;  // bytes of what systemctl prints

  // `systemctl`: an absolute path, or empty for --dry-run. `whitelist` is asked once more when a
  // start's turn comes: the configuration may have changed. `done` is called once for each Start(),
  // perhaps from inside it.
  UnitStarter(EventLoop& loop, std::string systemctl, Whitelist whitelist, Done done);
  ~UnitStarter();  // leaves each systemctl that is under way to itself

  // Waits for its turn while kAtOnce are under way. Not for a unit whose start is pending.
  void Start(const UnitName& unit);
  // After SIGCHLD, and every second, for the deadlines; harmless at any time.
  void Reap();

 private:
  struct Job;

  void RunQueue();
  void Spawn(const UnitName& unit);

  std::string systemctl_;
  Whitelist whitelist_;
  Done done_;
  std::list<UnitName> queue_;
  std::list<Job> jobs_;
  SignalWatch child_ended_;
};

}  // namespace failover
