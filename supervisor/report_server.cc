#include "supervisor/report_server.h"

namespace failover {

constexpr int kPacketsPerTurn = 32;  // then the loop's other events have their turn

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
    ++log_.refusals[prober ? words::SECOND_CONNECTION : words::FOREIGN_UID];
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
    const words::Refusal bad = large ? words::LARGER_THAN_16_KIB : words::CONTROL_DATA;
    const auto accepted = packet ? on_packet_(*packet, sequence_) : std::unexpected(bad);
    if (accepted) continue;
    ++log_.refusals[static_cast<std::size_t>(accepted.error())];
    return Close("Refused a packet, connection closed: " + words::Refusal_Name(accepted.error()) + ".");
  }
}

}  // namespace failover
