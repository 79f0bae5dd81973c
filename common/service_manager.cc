#include "common/service_manager.h"

#include <glog/logging.h>
#include <sys/socket.h>

#include "common/seqpacket.h"

namespace failover {

static std::string Take(const char* variable) {
  const char* value = std::getenv(variable);
  const std::string taken = value == nullptr ? "" : value;
  unsetenv(variable);
  return taken;
}

ServiceManager::ServiceManager(EventLoop& loop) : watchdog_(loop, [this] { AnswerWatchdog(); }) {
  const std::string path = Take("NOTIFY_SOCKET");
  interval_ = std::chrono::microseconds(std::atoll(Take("WATCHDOG_USEC").c_str()) / 2);
  const std::string watched = Take("WATCHDOG_PID");
  auto address = UnixAddress(path);
  if (!address) return;
  if (path[0] == '@') address->sun_path[0] = '\0';  // an abstract socket
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  socket_ = UniqueFd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (connect(socket_.get(), reinterpret_cast<const sockaddr*>(&*address), size) != 0) {
    PLOG(WARNING) << path << ": cannot reach the service manager";
  }
  if (watched.empty() || watched == std::to_string(getpid())) AnswerWatchdog();
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

void ServiceManager::Send(const std::string& message) {
  if (socket_ && send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL) < 0) {
    PLOG(WARNING) << "cannot tell the service manager: " << message;
  }
}

}  // namespace failover
