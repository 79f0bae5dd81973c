#include "ctl/reload.h"

#include <cerrno>
#include <cstring>

#include "ctl/json.h"
#include "ctl/prober_check.h"
#include "ctl/text.h"

namespace failover {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

double Count(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

Outcome Refused(const World& world, const Faults& faults, const std::string& what) {
  if (world.json()) {
    world.out
        << Json::Object({{"in_force", false}, {"error", what}, {"faults", Json::Strings(faults)}}).text()
        << "\n";
    return kExitFailed;
  }
  std::string text = what;
  for (const std::string& fault : faults) text += "\n  " + Printable(fault);
  return Failed(text);
}

// What the file is before anybody is told to read it.
struct Before {
  Faults faults;
  std::string digest;  // empty: this user may not read the file
};

Before LookAtFile(const World& world) {
  const std::string& path = world.options.config;
  if (access(path.c_str(), R_OK) != 0 && errno == EACCES) return {};
  const auto check = AskProber(world);
  if (!check) return {.faults = {check.error().message}, .digest = {}};
  if (!check->faults.empty()) return {.faults = check->faults, .digest = {}};
  const auto config = LoadConfig(path);
  if (!config) return {.faults = config.error(), .digest = {}};
  return {.faults = {}, .digest = config->digest};
}

std::string WhoLacksIt(const status::Status& status, const std::string& digest) {
  const status::Configuration& config = status.configuration();
  std::vector<std::string> sides;
  if (config.digest() != digest) sides.emplace_back("the prober");
  if (config.supervisor_digest() != digest) sides.emplace_back("the supervisor");
  return sides.empty() ? "prober and supervisor" : Join(sides);
}

// Looks at the status until the reload has come to something.
Outcome Wait(const World& world, const std::string& digest, TimePoint begin) {
  const TimePoint deadline = begin + world.options.timeout;
  std::string last = "no status was to be had";
  while (true) {
    const auto status = world.ask();
    if (!status) last = status.error().message;
    switch (status ? JudgeReload(*status, digest, world.now() - begin) : ReloadState::kWaiting) {
      case ReloadState::kRefused: {
        const auto& faults = status->configuration().faults();
        return Refused(world, {faults.begin(), faults.end()},
            "the prober refused the new configuration, the old one stays:");
      }
      case ReloadState::kInForce: {
        const double took = Count(world.now() - begin);
        if (world.json()) {
          world.out << Json::Object({{"in_force", true}, {"seconds", took}}).text() << "\n";
        } else {
          world.out << "Both sides have " << world.options.config << " in force, after " << Duration(took)
                    << "\n";
        }
        return kExitDone;
      }
      case ReloadState::kWaiting: break;
    }
    if (status) last = WhoLacksIt(*status, digest) + " did not take the new configuration";
    if (world.now() >= deadline) break;
    world.sleep(200ms);
  }
  return Refused(world, {},
      "not in force within " + Duration(Count(world.options.timeout)) + ": " + last +
          "; see: journalctl -u failover-monitor -u failover-prober -n 20");
}

}  // namespace

ReloadState JudgeReload(
    const status::Status& status, const std::string& digest, std::chrono::nanoseconds elapsed) {
  const status::Configuration& config = status.configuration();
  const bool fresh = config.last_reload_age() <= Count(elapsed);
  if (!config.last_reload_succeeded() && fresh) return ReloadState::kRefused;
  const bool same = !config.digest().empty() && config.digest() == config.supervisor_digest();
  const bool wanted = digest.empty() ? fresh : config.digest() == digest;
  return same && wanted ? ReloadState::kInForce : ReloadState::kWaiting;
}

Outcome Reload(const World& world) {
  const Before before = LookAtFile(world);
  if (!before.faults.empty()) {
    return Refused(
        world, before.faults, "nothing was reloaded, the old configuration stays; mend this first:");
  }
  const TimePoint begin = world.now();
  const auto done = world.run(world.options.systemctl,
      {"reload", "--no-ask-password", "failover-monitor.service"}, world.options.timeout);
  if (!done) return Refused(world, {}, done.error().message);
  if (done->exit_status != 0) {
    return Refused(world, {},
        "systemctl reload failed: " + Printable(done->errors.substr(0, 500)) +
            "; see: systemctl status failover-monitor");
  }
  return Wait(world, before.digest, begin);
}

}  // namespace failover
