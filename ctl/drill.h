// `failoverctl drill TUNNEL`: a failover on purpose. The supervisor starts the unit through the path
// of a real one; this leaves the order and watches what comes of it. Runs as root.
#pragma once

#include <optional>
#include <string>

#include "ctl/world.h"

namespace failover {

// What the drill has come to, judged from one status after the other. Pure.
class DrillWatch {
 public:
  // `before`: the status before the order was left.
  DrillWatch(const status::Status& before, const status::Tunnel& tunnel);

  enum class State {
    kOrdered,    // the supervisor has not taken the order yet
    kTaken,      // it has; no start is seen yet
    kStarting,   // systemctl is at work
    kStarted,    // done, the tunnel's own connector is not seen yet
    kConnected,  // the end: the own connector stands in the tunnel's list
    kDone,       // the end for a tunnel whose connectors are not asked for: systemctl succeeded
    kFailed      // the end: the start failed
  };

  // The newest status, and whether the order's file is still there.
  State See(const status::Status& now, bool order_waits);
  std::string_view outcome() const { return outcome_; }  // of the start, in words
  const std::string& why() const { return why_; }        // nothing is started; as far as the verdict tells

 private:
  static std::string WhyNot(const status::Tunnel& tunnel, std::string known);

  std::string id_;
  double started_before_;  // Unix time of the last start before; 0: never
  std::string_view outcome_ = "never";
  std::string why_;
};

// Why the supervisor would not start the unit now; nothing: it would.
std::optional<std::string> RefusedNow(const status::Status& status, const status::Tunnel& tunnel);

Outcome Drill(const World& world);

}  // namespace failover
