// A daemon's life under a service manager: the signals that reload and end it, and sd_notify(3)'s
// protocol, written out. One datagram of KEY=VALUE lines goes to the socket in $NOTIFY_SOCKET; without
// that variable nothing is sent.
#pragma once

#include <csignal>

#include "common/event_loop.h"
#include "common/seqpacket.h"
#include "common/unique_fd.h"

namespace failover {

class ServiceManager {
 public:
  // Takes $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID out of the environment. The watchdog is
  // answered from the loop, twice in each period. SIGHUP calls `reload`.
  ServiceManager(EventLoop& loop, std::function<void()> reload)
      : loop_(loop), reload_(std::move(reload)), watchdog_(loop, [this] { AnswerWatchdog(); }),
        hangup_(loop, SIGHUP, [this] { Reload(); }), terminate_(loop, SIGTERM, [&loop] { loop.Stop(); }),
        interrupt_(loop, SIGINT, [&loop] { loop.Stop(); }) {
    const std::string watched = Take("WATCHDOG_PID");
    const bool ours = watched.empty() || watched == std::to_string(getpid());
    if (ours && UnixAddress(address_)) AnswerWatchdog();
  }

  // Everything is open: says so, and runs the loop until SIGTERM or SIGINT.
  void Run() {
    Send("READY=1");
    loop_.Run();
    Send("STOPPING=1");
  }

  void Status(const std::string& line) {  // sent only if it differs from the last one
    if (std::exchange(status_, line) != line) Send("STATUS=" + line);
  }

 private:
  static std::string Take(const char* variable) {
    const char* value = std::getenv(variable);
    const std::string taken = value == nullptr ? "" : value;
    unsetenv(variable);
    return taken;
  }

  void Reload() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();  // what sd_notify(3) asks for
    Send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now / std::chrono::microseconds(1)));
    reload_();
    Send("READY=1");
  }

  void AnswerWatchdog() {
    if (interval_.count() <= 0) return;
    Send("WATCHDOG=1");
    watchdog_.Start(interval_);
  }

  // By the address each time: the service manager may have made its socket anew.
  void Send(const std::string& message) const {
    auto name = UnixAddress(address_);
    if (!name) return;
    if (address_[0] == '@') name->sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    const auto* to = reinterpret_cast<const sockaddr*>(&*name);
    const UniqueFd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const ssize_t sent = sendto(fd.get(), message.data(), message.size(), MSG_NOSIGNAL, to, size);
    if (sent < 0) PLOG(WARNING) << address_ << ": cannot tell the service manager: " << message;
  }

  const std::string address_ = Take("NOTIFY_SOCKET");  // a path, or "@..." for the abstract name space
  const std::chrono::microseconds interval_{std::strtoll(Take("WATCHDOG_USEC").c_str(), nullptr, 10) / 2};
  EventLoop& loop_;
  std::function<void()> reload_;
  std::string status_;
  Timer watchdog_;
  SignalWatch hangup_;
  SignalWatch terminate_;
  SignalWatch interrupt_;
};

}  // namespace failover
