#include "prober/privileges.h"

#include <glog/logging.h>
#include <grp.h>
#include <pwd.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

namespace failover {
namespace {

struct CapDeleter {
  void operator()(cap_t caps) const { cap_free(caps); }
};
using Caps = std::unique_ptr<std::remove_pointer_t<cap_t>, CapDeleter>;

struct Account {
  uid_t uid;
  gid_t gid;
};

constexpr std::string_view kUnitRemedy =
    "; start it as root, or by a unit with AmbientCapabilities=CAP_NET_RAW and "
    "CapabilityBoundingSet=CAP_NET_RAW";

std::unexpected<Error> Refuse(const std::string& what) { return Fail(what + std::string(kUnitRemedy)); }

std::expected<Account, Error> FindAccount(const std::string& user) {
  std::array<char, 16384> strings{};
  passwd entry{};
  passwd* found = nullptr;
  const int code = getpwnam_r(user.c_str(), &entry, strings.data(), strings.size(), &found);
  if (found == nullptr) {
    errno = code == 0 ? ENOENT : code;
    return Fail("--user " + user + ": no such user; run: useradd --system --user-group " +
                "--no-create-home --shell /usr/sbin/nologin " + user);
  }
  if (entry.pw_uid == 0 || entry.pw_gid == 0) {
    return Fail("--user " + user + ": is root or in root's group; name an unprivileged user");
  }
  return Account{.uid = entry.pw_uid, .gid = entry.pw_gid};
}

// The permitted set that is kept, with nothing effective or inheritable.
std::expected<void, Error> SetCapabilities(Keep keep) {
  const Caps caps(cap_init());
  const cap_value_t raw = CAP_NET_RAW;
  if (caps == nullptr) return FailErrno("cap_init");
  if (keep == Keep::kRawSocket && cap_set_flag(caps.get(), CAP_PERMITTED, 1, &raw, CAP_SET) != 0) {
    return FailErrno("cap_set_flag");
  }
  if (cap_set_proc(caps.get()) != 0) {
    const std::string why = std::strerror(errno);
    return Refuse("cannot keep CAP_NET_RAW: " + why);
  }
  return {};
}

// The group of that name; none if there is none. Root's is never kept.
std::vector<gid_t> FindGroup(const std::string& name) {
  std::array<char, 16384> strings{};
  group entry{};
  group* found = nullptr;
  getgrnam_r(name.c_str(), &entry, strings.data(), strings.size(), &found);
  if (found == nullptr || entry.gr_gid == 0) return {};
  return {entry.gr_gid};
}

std::expected<void, Error> BecomeUser(const std::string& user, const std::vector<gid_t>& groups) {
  const auto account = FindAccount(user);
  if (!account) return std::unexpected(account.error());
  if (setgroups(groups.size(), groups.data()) != 0) return FailErrno("cannot set the supplementary groups");
  for (cap_value_t cap = 0; cap_get_bound(cap) >= 0; ++cap) {
    if (cap_get_bound(cap) == 1 && cap_drop_bound(cap) != 0) {
      return FailErrno("cannot empty the capability bounding set");
    }
  }
  if (prctl(PR_SET_KEEPCAPS, 1L, 0L, 0L, 0L) != 0) return FailErrno("PR_SET_KEEPCAPS");
  if (setresgid(account->gid, account->gid, account->gid) != 0) {
    return FailErrno("cannot become the group of " + user);
  }
  if (setresuid(account->uid, account->uid, account->uid) != 0) {
    return FailErrno("cannot become " + user);
  }
  return {};
}

std::expected<void, Error> VerifyGroups(Started started, const std::vector<gid_t>& allowed) {
  std::vector<gid_t> groups(static_cast<std::size_t>(std::max(getgroups(0, nullptr), 0)));
  const int count = getgroups(static_cast<int>(groups.size()), groups.data());
  if (count != static_cast<int>(groups.size())) return FailErrno("getgroups");
  for (const gid_t group : groups) {
    if (group == 0) return Refuse("group root among the supplementary groups");
    const bool needed = std::ranges::find(allowed, group) != allowed.end();
    if (started == Started::kAsRoot && !needed) {
      return Refuse("has the supplementary group " + std::to_string(group));
    }
  }
  return {};
}

std::expected<void, Error> VerifyIdentity() {
  uid_t uid = 0;
  uid_t effective_uid = 0;
  uid_t saved_uid = 0;
  gid_t gid = 0;
  gid_t effective_gid = 0;
  gid_t saved_gid = 0;
  if (getresuid(&uid, &effective_uid, &saved_uid) != 0) return FailErrno("getresuid");
  if (getresgid(&gid, &effective_gid, &saved_gid) != 0) return FailErrno("getresgid");
  if (uid == 0 || effective_uid != uid || saved_uid != uid)
    return Refuse("still able to be another uid, or uid 0");
  if (gid == 0 || effective_gid != gid || saved_gid != gid)
    return Refuse("still able to be in another group, or in group root");
  // The test of all: if this succeeds, nothing was given up.
  if (setuid(0) == 0) return Refuse("can become root again");
  return {};
}

std::expected<void, Error> VerifyCapability(cap_t caps, cap_value_t cap, Started started, Keep keep) {
  const auto name = [cap] {
    const std::unique_ptr<char, decltype(&cap_free)> text(cap_to_name(cap), &cap_free);
    return text == nullptr ? std::to_string(cap) : std::string(text.get());
  };
  const auto has = [&](cap_flag_t set) {
    cap_flag_value_t value = CAP_SET;
    return cap_get_flag(caps, cap, set, &value) != 0 || value == CAP_SET;
  };
  const bool kept = cap == CAP_NET_RAW && keep == Keep::kRawSocket;
  if (has(CAP_PERMITTED) != kept) {
    return Refuse(name() + (kept ? " is missing from" : " is in") + " the permitted set");
  }
  if (has(CAP_EFFECTIVE)) return Refuse(name() + " is in the effective set");
  if (has(CAP_INHERITABLE)) return Refuse(name() + " is in the inheritable set");
  if (cap_get_ambient(cap) != 0) return Refuse(name() + " is in the ambient set");
  const bool bounded = started == Started::kAsRoot || cap != CAP_NET_RAW;
  if (bounded && cap_get_bound(cap) != 0) return Refuse(name() + " is in the bounding set");
  return {};
}

std::expected<void, Error> SetNetRaw(cap_flag_value_t value) {
  const Caps caps(cap_get_proc());
  const cap_value_t raw = CAP_NET_RAW;
  if (caps == nullptr || cap_set_flag(caps.get(), CAP_EFFECTIVE, 1, &raw, value) != 0 ||
      cap_set_proc(caps.get()) != 0) {
    return FailErrno("cannot change the effective capabilities");
  }
  return {};
}

}  // namespace

std::expected<void, Error> DropPrivileges(const std::string& user, const std::string& group, Keep keep) {
  const Started started = geteuid() == 0 ? Started::kAsRoot : Started::kByServiceManager;
  const std::vector<gid_t> groups = keep == Keep::kNothing ? std::vector<gid_t>() : FindGroup(group);
  if (started == Started::kAsRoot) {
    if (auto done = BecomeUser(user, groups); !done) return done;
  }
  // Fails with EINVAL only where the kernel has no ambient set, and then it is empty.
  if (cap_reset_ambient() != 0 && errno != EINVAL) return FailErrno("cap_reset_ambient");
  if (auto done = SetCapabilities(keep); !done) return done;
  if (prctl(PR_SET_KEEPCAPS, 0L, 0L, 0L, 0L) != 0) return FailErrno("PR_SET_KEEPCAPS");
  if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) != 0) return FailErrno("PR_SET_NO_NEW_PRIVS");
  if (prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L) != 0) return FailErrno("PR_SET_DUMPABLE");
  return VerifyPrivileges(started, groups, keep);
}

std::expected<void, Error> VerifyPrivileges(Started started, const std::vector<gid_t>& groups, Keep keep) {
  if (auto done = VerifyIdentity(); !done) return done;
  if (auto done = VerifyGroups(started, groups); !done) return done;
  const Caps caps(cap_get_proc());
  if (caps == nullptr) return FailErrno("cap_get_proc");
  for (cap_value_t cap = 0; cap_get_bound(cap) >= 0; ++cap) {
    if (auto done = VerifyCapability(caps.get(), cap, started, keep); !done) return done;
  }
  if (prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L) != 1) return Refuse("no_new_privs is not set");
  if (prctl(PR_GET_DUMPABLE, 0L, 0L, 0L, 0L) != 0) return Refuse("the process is dumpable");
  return {};
}

std::expected<RawSocketRight, Error> RawSocketRight::Raise() {
  if (auto done = SetNetRaw(CAP_SET); !done) return std::unexpected(done.error());
  return RawSocketRight();
}

RawSocketRight::RawSocketRight(RawSocketRight&& other) noexcept
    : state_(std::exchange(other.state_, State::kMovedFrom)) {}

RawSocketRight::~RawSocketRight() {
  if (state_ == State::kMovedFrom) return;
  // A process that cannot give the right back must not go on.
  CHECK(SetNetRaw(CAP_CLEAR).has_value()) << "cannot give CAP_NET_RAW back";
}

}  // namespace failover
