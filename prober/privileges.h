// Gives up every right but CAP_NET_RAW, and proves it. The only user of libcap. Runs first thing in
// the prober, before any byte of a file or of the network is read.
#pragma once

#include <sys/types.h>

#include <expected>
#include <string>
#include <vector>

#include "common/error.h"

namespace failover {

// Its members may read the status: the prober's socket is given to it.
inline constexpr const char* kStatusGroup = "failover-status";

inline constexpr int kExitPrivileges = 77;  // EX_NOPERM, sysexits.h(3head)

// What is kept in the permitted set. The effective set is empty in any case.
enum class Keep {
  kRawSocket,  // CAP_NET_RAW: the daemon
  kNothing,    // the one-shot modes
};

// Who gave this process its rights, and so how far they can be given up.
enum class Started {
  kAsRoot,
  kByServiceManager,  // as another uid, with CAP_NET_RAW ambient; its unit bounds the bounding set
};

// As uid 0: becomes `user`, with an empty bounding set and without supplementary groups but `group`,
// if there is one of that name. As any other uid (the service manager gave CAP_NET_RAW as an ambient
// capability): drops the ambient and inheritable sets. Both: no new privileges, not dumpable. Verified by
// VerifyPrivileges().
std::expected<void, Error> DropPrivileges(const std::string& user, const std::string& group, Keep keep);

// Reads everything back from the kernel; an Error names the first right that is too many or
// missing. `groups`: the supplementary groups that a process started as root may have.
std::expected<void, Error> VerifyPrivileges(Started started, const std::vector<gid_t>& groups, Keep keep);

// While it lives, CAP_NET_RAW is effective. Keep it for one system call.
class RawSocketRight {
 public:
  static std::expected<RawSocketRight, Error> Raise();
  RawSocketRight(RawSocketRight&& other) noexcept;
  RawSocketRight& operator=(RawSocketRight&&) = delete;
  ~RawSocketRight();

 private:
  RawSocketRight() = default;

  enum class State { kRaised, kMovedFrom } state_ = State::kRaised;
};

}  // namespace failover
