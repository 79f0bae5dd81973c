// The sockets that the status is served on: a Unix socket for the members of one group, and a TCP
// socket if the operator asks for one. Runs after root was given up; trusts nobody who connects.
#pragma once

#include <optional>
#include <string>

#include "common/error.h"
#include "common/unique_fd.h"
#include "prober/settings.h"

namespace failover {

inline constexpr const char* kDefaultStatusSocket = "/run/failover-prober/status.sock";

struct UnixListener {
  UniqueFd fd;
  std::string warning;  // what keeps the group from it; empty if nothing does
};

// Listens there, mode 0660, group `group` if it exists. A socket that a process left behind when it
// ended is replaced; anything else in its place, a living one too, is an error.
std::expected<UnixListener, Error> ListenUnix(const std::string& path, const std::string& group);

std::expected<UniqueFd, Error> ListenTcp(const Endpoint& endpoint);

// "127.0.0.1:9469", "[::1]:9469"
std::string ToString(const Endpoint& endpoint);
// 127.0.0.0/8 and ::1: nobody but this host's own users reaches it.
bool IsLoopback(const IpAddress& address);

}  // namespace failover
