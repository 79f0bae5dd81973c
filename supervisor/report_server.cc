#include "supervisor/report_server.h"

#include <sys/stat.h>

namespace failover {

constexpr int kPacketsPerTurn = 32;  // then the loop's other events have their turn

static UniqueFd Socket() {
  return UniqueFd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

// A socket that a crash left behind refuses connections.
static std::expected<void, Error> RemoveStale(const std::string& path, const sockaddr* address) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0) return {};  // bind() says what is wrong, if anything is
  if (!S_ISSOCK(status.st_mode)) return Fail(path + ": in the way and not a socket; move it away");
  if (connect(Socket().get(), address, sizeof(sockaddr_un)) == 0 || errno != ECONNREFUSED) {
    return Fail(path + ": another process listens there; see: systemctl status failover-monitor");
  }
  if (unlink(path.c_str()) != 0) return FailErrno(path);
  return {};
}

std::expected<UniqueFd, Error> ReportServer::Listen(const std::string& path) {
  const auto name = UnixAddress(path);
  if (!name) return std::unexpected(name.error());
  const auto* address = reinterpret_cast<const sockaddr*>(&*name);
  if (auto removed = RemoveStale(path, address); !removed) return std::unexpected(removed.error());
  UniqueFd listener = Socket();
  const mode_t mask = umask(0117);  // the socket has its mode from its first moment
  const bool bound = bind(listener.get(), address, sizeof(sockaddr_un)) == 0;
  umask(mask);
  if (bound && listen(listener.get(), 8) == 0) return listener;
  return FailErrno(path + "; systemd-tmpfiles --create makes its directory");
}

ReportServer::ReportServer(
    EventLoop& loop, AuditLog& log, UniqueFd listener, uid_t prober, OnPacket on_packet)
    : loop_(loop), log_(log), prober_(prober), on_packet_(std::move(on_packet)),
      listener_(std::move(listener)),
      accept_watch_(loop, listener_.get(), EV_READ, [this](short) { Accept(); }) {}

void ReportServer::Accept() {
  UniqueFd peer(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  ucred who{};
  socklen_t size = sizeof(who);
  if (!peer || getsockopt(peer.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return;
  const std::string from = "uid " + std::to_string(who.uid) + " (pid " + std::to_string(who.pid) + ")";
  const bool prober = who.uid == prober_;
  // A prober that was killed and is back may be faster than the news of its end.
  if (prober && peer_) ReadPackets();
  if (!prober || peer_) {
    const std::string why = prober ? ": a prober is connected" : ": only the prober's user may report";
    return log_.Say(Severity::kWarning, "Refused a connection from " + from + why);
  }
  peer_ = std::move(peer);
  readable_.emplace(loop_, peer_.get(), EV_READ, [this](short) { ReadPackets(); });
  log_.Say(Severity::kInfo, "Prober connected, " + from + ".");
}

void ReportServer::ReadPackets() {
  for (int i = 0; i < kPacketsPerTurn; ++i) {
    const auto packet = ReceivePacket(peer_.get(), buffer_);
    if (!packet && packet.error() == ReceiveError::kWouldBlock) return;
    if (!packet && packet.error() == ReceiveError::kClosed) return Close("Prober disconnected.");
    const bool large = !packet && packet.error() == ReceiveError::kTooLarge;
    const Refusal bad = large ? "larger than 16 KiB" : "carries descriptors or other control data";
    const auto accepted = packet ? on_packet_(*packet, sequence_) : std::unexpected(bad);
    const std::string closed = "Refused a packet, connection closed: ";
    if (!accepted) return Close(closed + std::string(accepted.error()) + ".");
  }
}

}  // namespace failover
