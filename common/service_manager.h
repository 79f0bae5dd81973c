// The service manager's side of a daemon: sd_notify(3)'s protocol, written out. One datagram of
// KEY=VALUE lines to the socket in $NOTIFY_SOCKET. Without that variable every call does nothing.
#pragma once

#include "common/event_loop.h"
#include "common/seqpacket.h"
#include "common/unique_fd.h"

namespace failover {

class ServiceManager {
 public:
  // Takes $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID out of the environment. The watchdog is
  // answered from the loop, twice in each period.
  explicit ServiceManager(EventLoop& loop) : watchdog_(loop, [this] { AnswerWatchdog(); }) {
    const std::string watched = Take("WATCHDOG_PID");
    const bool ours = watched.empty() || watched == std::to_string(getpid());
    if (ours && UnixAddress(address_)) AnswerWatchdog();
  }

  void Ready() { Send("READY=1"); }
  void Stopping() { Send("STOPPING=1"); }

  void Reloading() {  // Ready() ends it; sd_notify(3) asks for CLOCK_MONOTONIC
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    Send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now / std::chrono::microseconds(1)));
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
  std::string status_;
  Timer watchdog_;
};

}  // namespace failover
