#include "prober/raw_socket.h"

#include <linux/filter.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <ctime>
#include <type_traits>
#include <utility>

#include "prober/privileges.h"

namespace failover {
namespace {

using Filter = std::array<sock_filter, 6>;

template <typename Value>
std::expected<void, Error> SetOption(
    int fd, int level, int option, const Value& value, std::string_view what) {
  static_assert(std::is_trivially_copyable_v<Value>);
  if (setsockopt(fd, level, option, &value, sizeof(value)) == 0) return {};
  return FailErrno(std::string(what));
}

// Passes what has `type` in the ICMP message's first byte and our identifier at its offset 4.
// `base` loads the offset of the message into register X.
std::expected<void, Error> AttachFilter(int fd, sock_filter base, unsigned type, std::uint16_t identifier) {
  Filter filter = {{
      base,
      BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, type, 0, 2),
      BPF_STMT(BPF_LD | BPF_H | BPF_IND, 4),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, identifier, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, 0),
  }};
  std::array<sock_filter, filter.size() + 1> program{};
  std::ranges::copy(filter, program.begin());
  program.back() = BPF_STMT(BPF_RET | BPF_K, 0xffff);
  const sock_fprog whole{.len = program.size(), .filter = program.data()};
  return SetOption(fd, SOL_SOCKET, SO_ATTACH_FILTER, whole, "SO_ATTACH_FILTER");
}

std::expected<void, Error> KeepOthersAway(int fd, IpVersion version, std::uint16_t identifier) {
  if (version == IpVersion::kIpv4) {
    // An IPv4 raw socket's filter sees the IP header first; MSH reads its length from it.
    const sock_filter base = BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0);
    if (auto done = AttachFilter(fd, base, ICMP_ECHOREPLY, identifier); !done) return done;
    const icmp_filter types{.data = ~(1U << ICMP_ECHOREPLY)};
    return SetOption(fd, SOL_RAW, ICMP_FILTER, types, "ICMP_FILTER");
  }
  const sock_filter base = BPF_STMT(BPF_LDX | BPF_IMM, 0);
  if (auto done = AttachFilter(fd, base, ICMP6_ECHO_REPLY, identifier); !done) return done;
  icmp6_filter types{};
  ICMP6_FILTER_SETBLOCKALL(&types);
  ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &types);
  return SetOption(fd, IPPROTO_ICMPV6, ICMP6_FILTER, types, "ICMP6_FILTER");
}

std::expected<UniqueFd, Error> OpenSocket(IpVersion version) {
  const auto right = RawSocketRight::Raise();
  if (!right) return std::unexpected(right.error());
  const bool v4 = version == IpVersion::kIpv4;
  UniqueFd fd(socket(v4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
      v4 ? static_cast<int>(IPPROTO_ICMP) : static_cast<int>(IPPROTO_ICMPV6)));
  if (!fd) {
    return FailErrno(v4 ? "cannot open a raw socket for ICMP" : "cannot open a raw socket for ICMPv6");
  }
  return fd;
}

std::optional<RealTime> StampOf(msghdr& message) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec ts{};
    std::memcpy(&ts, CMSG_DATA(c), sizeof(ts));
    return RealTime(std::chrono::seconds(ts.tv_sec) + std::chrono::nanoseconds(ts.tv_nsec));
  }
  return std::nullopt;
}

}  // namespace

std::expected<RawSocket, Error> RawSocket::Open(IpVersion version, std::uint16_t identifier) {
  auto fd = OpenSocket(version);
  if (!fd) return std::unexpected(fd.error());
  RawSocket opened(std::move(*fd));
  if (auto done = KeepOthersAway(opened.fd(), version, identifier); !done) {
    return std::unexpected(done.error());
  }
  if (auto done = SetOption(opened.fd(), SOL_SOCKET, SO_TIMESTAMPNS, 1, "SO_TIMESTAMPNS"); !done) {
    return std::unexpected(done.error());
  }
  // What came between socket() and the filter is not for us.
  std::array<std::byte, 1> dropped{};
  while (opened.Receive(dropped)) {
  }
  return opened;
}

std::expected<void, Error> RawSocket::Send(const IpAddress& to, std::span<const std::byte> message) {
  sockaddr_storage address{};
  const socklen_t size = to.ToSocket(address);
  if (sendto(fd_.get(), message.data(), message.size(), MSG_NOSIGNAL,
          reinterpret_cast<const sockaddr*>(&address), size) < 0) {
    return FailErrno("cannot send an echo request");
  }
  return {};
}

std::optional<ReceivedDatagram> RawSocket::Receive(std::span<std::byte> buffer) {
  sockaddr_storage sender{};
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(timespec))> control{};
  iovec piece{.iov_base = buffer.data(), .iov_len = buffer.size()};
  msghdr message{};
  message.msg_name = &sender;
  message.msg_namelen = sizeof(sender);
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t size = recvmsg(fd_.get(), &message, MSG_DONTWAIT);
  if (size < 0) return std::nullopt;  // also a pending ICMP error: the attempt ends by its deadline
  return ReceivedDatagram{.sender = IpAddress::FromSocket(sender),
      .bytes = buffer.first(static_cast<std::size_t>(size)),
      .stamp = StampOf(message)};
}

}  // namespace failover
