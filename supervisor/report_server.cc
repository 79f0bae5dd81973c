#include "supervisor/report_server.h"

#include <sys/socket.h>
#include <sys/stat.h>

namespace failover {

constexpr int kBacklog = 8;
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

std::expected<std::unique_ptr<ReportServer>, Error> ReportServer::Listen(EventLoop& loop, AuditLog& log,
    const std::string& path, uid_t prober, OnPacket on_packet, MayAnswer may_answer) {
  const auto name = UnixAddress(path);
  if (!name) return std::unexpected(name.error());
  const auto* address = reinterpret_cast<const sockaddr*>(&*name);
  if (auto removed = RemoveStale(path, address); !removed) return std::unexpected(removed.error());
  UniqueFd listener = Socket();
  const mode_t mask = umask(0117);  // the socket has its mode from its first moment
  const bool bound = bind(listener.get(), address, sizeof(sockaddr_un)) == 0;
  umask(mask);
  if (!bound || listen(listener.get(), kBacklog) != 0) {
    return FailErrno(path + "; systemd-tmpfiles --create makes its directory");
  }
  return std::unique_ptr<ReportServer>(
      new ReportServer(loop, log, std::move(listener), prober, std::move(on_packet), std::move(may_answer)));
}

ReportServer::ReportServer(EventLoop& loop, AuditLog& log, UniqueFd listener, uid_t prober,
    OnPacket on_packet, MayAnswer may_answer)
    : loop_(loop), log_(log), prober_(prober), on_packet_(std::move(on_packet)),
      may_answer_(std::move(may_answer)), listener_(std::move(listener)),
      accept_watch_(loop, listener_.get(), EV_READ, [this](short) { Accept(); }) {}

void ReportServer::Accept() {
  UniqueFd peer(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  ucred who{};
  socklen_t size = sizeof(who);
  if (!peer || getsockopt(peer.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return;
  const std::string from = "uid " + std::to_string(who.uid) + " (pid " + std::to_string(who.pid) + ")";
  const bool prober = who.uid == prober_;
  // A prober that was killed and is back may be faster than the news of its end.
  if (prober && connection_) ReadPackets();
  if (!prober || connection_) {
    const std::string why = prober ? ": a prober is connected" : ": only the prober's user may report";
    return log_.Say(Severity::kWarning, "Refused a connection from " + from + why);
  }
  connection_.emplace(std::move(peer));
  const int fd = connection_->fd.get();
  connection_->readable.emplace(loop_, fd, EV_READ, [this](short) { ReadPackets(); });
  log_.Say(Severity::kInfo, "Prober connected, " + from + ".");
}

void ReportServer::ReadPackets() {
  for (int i = 0; i < kPacketsPerTurn; ++i) {
    const auto packet = ReceivePacket(connection_->fd.get(), buffer_);
    if (!packet && packet.error() == ReceiveError::kWouldBlock) break;
    if (!packet && packet.error() == ReceiveError::kClosed) return Close("Prober disconnected.");
    const bool large = !packet && packet.error() == ReceiveError::kTooLarge;
    const Refusal bad = large ? "larger than 16 KiB" : "carries descriptors or other control data";
    const auto accepted = packet ? on_packet_(*packet, connection_->sequence) : std::unexpected(bad);
    if (accepted) continue;
    return Close("Refused a packet, connection closed: " + std::string(accepted.error()) + ".");
  }
  may_answer_();
}

void ReportServer::Close(const std::string& why) {
  connection_.reset();
  log_.Say(Severity::kWarning, why);
}

SendResult ReportServer::Send(std::string_view packet) {
  // Whoever has not reported yet on this connection is owed no answer.
  if (!connection_ || connection_->sequence == 0) return SendResult::kClosed;
  const SendResult result = SendPacket(connection_->fd.get(), packet);
  if (result != SendResult::kWouldBlock) return result;
  connection_->writable.emplace(loop_, connection_->fd.get(), EV_WRITE, [this](short) {
    connection_->writable.reset();
    may_answer_();
  });
  return result;
}

}  // namespace failover
