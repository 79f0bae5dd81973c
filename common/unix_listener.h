// A listening Unix socket in the file system, for whoever its mode and group admit.
#pragma once

#include <sys/stat.h>

#include "common/seqpacket.h"
#include "common/unique_fd.h"

namespace failover {

// A socket that a crash left behind refuses connections.
inline std::expected<void, Error> RemoveStale(const std::string& path, const sockaddr* address, int type) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0) return {};  // bind() says what is wrong, if anything is
  if (!S_ISSOCK(status.st_mode)) return Fail(path + ": in the way and not a socket; move it away");
  const UniqueFd probe(socket(AF_UNIX, type, 0));
  const bool stale = connect(probe.get(), address, sizeof(sockaddr_un)) != 0 && errno == ECONNREFUSED;
  if (!stale) return Fail(path + ": another process listens there; see: systemctl status 'failover-*'");
  if (unlink(path.c_str()) != 0) return FailErrno(path);
  return {};
}

// `type`: SOCK_SEQPACKET or SOCK_STREAM. The socket has mode 0660 from its first moment, and the group
// of its directory if that is setgid. A socket in its place that nobody listens to is replaced;
// anything else there is an error.
inline std::expected<UniqueFd, Error> ListenAt(const std::string& path, int type) {
  type |= SOCK_CLOEXEC | SOCK_NONBLOCK;
  const auto name = UnixAddress(path);
  if (!name) return std::unexpected(name.error());
  const auto* address = reinterpret_cast<const sockaddr*>(&*name);
  if (auto removed = RemoveStale(path, address, type); !removed) return std::unexpected(removed.error());
  UniqueFd listener(socket(AF_UNIX, type, 0));
  const mode_t mask = umask(0117);
  const bool bound = bind(listener.get(), address, sizeof(sockaddr_un)) == 0;
  umask(mask);
  if (bound && listen(listener.get(), 8) == 0) return listener;
  return FailErrno(path + "; systemd makes its directory (tmpfiles.d, RuntimeDirectory=)");
}

}  // namespace failover
