#include "common/service_manager.h"

#include <glog/logging.h>
#include <sys/socket.h>

#include "common/seqpacket.h"
#include "common/unique_fd.h"

namespace failover {

static std::string Take(const char* variable) {
  const char* value = std::getenv(variable);
  const std::string taken = value == nullptr ? "" : value;
  unsetenv(variable);
  return taken;
}

ServiceManager::ServiceManager(EventLoop& loop)
    : address_(Take("NOTIFY_SOCKET")), watchdog_(loop, [this] { AnswerWatchdog(); }) {
  interval_ = std::chrono::microseconds(std::strtoll(Take("WATCHDOG_USEC").c_str(), nullptr, 10) / 2);
  const std::string watched = Take("WATCHDOG_PID");
  const bool ours = watched.empty() || watched == std::to_string(getpid());
  if (ours && UnixAddress(address_)) AnswerWatchdog();
}

void ServiceManager::Reloading() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  Send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.tv_sec * 1'000'000 + now.tv_nsec / 1000));
}

void ServiceManager::Status(const std::string& line) {
  if (std::exchange(status_, line) != line) Send("STATUS=" + line);
}

void ServiceManager::AnswerWatchdog() {
  if (interval_.count() <= 0) return;
  Send("WATCHDOG=1");
  watchdog_.Start(interval_);
}

// By the address each time: the service manager may have made its socket anew.
void ServiceManager::Send(const std::string& message) {
  auto name = UnixAddress(address_);
  if (!name) return;
  if (address_[0] == '@') name->sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  const auto* to = reinterpret_cast<const sockaddr*>(&*name);
  const UniqueFd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (sendto(fd.get(), message.data(), message.size(), MSG_NOSIGNAL, to, size) < 0) {
    PLOG(WARNING) << address_ << ": cannot tell the service manager: " << message;
  }
}

}  // namespace failover
