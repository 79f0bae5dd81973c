#include "prober/status_listener.h"

#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <utility>

#include "common/unix_listener.h"

namespace failover {
namespace {

constexpr int kBacklog = 128;

UniqueFd Socket(int family) {
  return UniqueFd(socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

std::string HandOver(const std::string& path, const std::string& group) {
  std::array<char, 16384> strings{};
  ::group entry{};
  ::group* found = nullptr;
  getgrnam_r(group.c_str(), &entry, strings.data(), strings.size(), &found);
  const std::string nobody = "; only root and the prober's own user can read the status";
  if (found == nullptr) return path + ": no group " + group + nobody + "; run: systemd-sysusers";
  struct stat status{};
  if (lstat(path.c_str(), &status) == 0 && status.st_gid == entry.gr_gid) return "";
  // By this system call, the one of its kind that the unit leaves.
  constexpr auto kSameUser = static_cast<uid_t>(-1);
  if (fchownat(AT_FDCWD, path.c_str(), kSameUser, entry.gr_gid, AT_SYMLINK_NOFOLLOW) == 0) return "";
  return FailErrno(path + ": cannot be given to group " + group).error().message + nobody +
         "; the prober must be a member of it (systemd-sysusers)";
}

}  // namespace

std::expected<UnixListener, Error> ListenUnix(const std::string& path, const std::string& group) {
  auto fd = ListenAt(path, SOCK_STREAM);
  if (!fd) return std::unexpected(fd.error());
  if (listen(fd->get(), kBacklog) != 0) return FailErrno(path);  // a longer queue than the supervisor needs
  return UnixListener{.fd = std::move(*fd), .warning = HandOver(path, group)};
}

std::expected<UniqueFd, Error> ListenTcp(const Endpoint& endpoint) {
  sockaddr_storage address{};
  const socklen_t size = endpoint.address.ToSocket(address);
  const bool v4 = endpoint.address.version() == IpVersion::kIpv4;
  // The port stands at the same place in both.
  reinterpret_cast<sockaddr_in&>(address).sin_port = htons(endpoint.port);
  UniqueFd fd = Socket(v4 ? AF_INET : AF_INET6);
  const int yes = 1;
  const bool set = fd && setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
                   // The address may come after us, by DHCP.
                   setsockopt(fd.get(), IPPROTO_IP, IP_FREEBIND, &yes, sizeof(yes)) == 0 &&
                   (v4 || setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes)) == 0);
  if (set && bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
      listen(fd.get(), kBacklog) == 0) {
    return fd;
  }
  return FailErrno("status_listen: " + ToString(endpoint));
}

std::string ToString(const Endpoint& endpoint) {
  const std::string address = endpoint.address.ToString();
  const bool v4 = endpoint.address.version() == IpVersion::kIpv4;
  return (v4 ? address : "[" + address + "]") + ":" + std::to_string(endpoint.port);
}

bool IsLoopback(const IpAddress& address) {
  const std::string text = address.ToString();
  return address.version() == IpVersion::kIpv4 ? text.starts_with("127.") : text == "::1";
}

}  // namespace failover
