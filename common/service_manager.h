// The service manager's side of a daemon: sd_notify(3)'s protocol, written out. One datagram of
// KEY=VALUE lines to the socket in $NOTIFY_SOCKET. Without that variable every call does nothing.
#pragma once

#include <string>

#include "common/event_loop.h"

namespace failover {

class ServiceManager {
 public:
  // Takes $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID out of the environment. The watchdog is
  // answered from the loop, twice in each period.
  explicit ServiceManager(EventLoop& loop);

  void Ready() { Send("READY=1"); }
  void Reloading();  // carries CLOCK_MONOTONIC, as sd_notify(3) asks; Ready() ends it
  void Stopping() { Send("STOPPING=1"); }
  void Status(const std::string& line);  // sent only if it differs from the last one

 private:
  void Send(const std::string& message);
  void AnswerWatchdog();

  std::string address_;  // a path, or "@..." for the abstract name space
  std::chrono::microseconds interval_{0};
  std::string status_;
  Timer watchdog_;
};

}  // namespace failover
