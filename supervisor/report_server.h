// The socket that the prober reports to: listens, checks who connects, hands over one whole packet
// at a time. Runs as root; the peer is untrusted and never waited for.
#pragma once

#include "common/event_loop.h"
#include "common/seqpacket.h"
#include "common/unique_fd.h"
#include "supervisor/audit_log.h"
#include "supervisor/observation.h"

namespace failover {

class ReportServer {
 public:
  // One packet, and the sequence of the one before it on this connection, to be moved on. A Refusal
  // closes the connection.
  using OnPacket =
      std::function<std::expected<void, words::Refusal>(std::string_view, std::uint64_t& sequence)>;

  // `listener`: a SOCK_SEQPACKET socket. `prober`: whose packets are handed over.
  ReportServer(EventLoop& loop, AuditLog& log, UniqueFd listener, uid_t prober, OnPacket on_packet);

  // False: not taken now, or nobody is connected who has reported and could be answered.
  bool Send(std::string_view packet) { return sequence_ > 0 && SendPacket(peer_.get(), packet); }

 private:
  void Accept();
  void ReadPackets();
  void Close(const std::string& why) {
    readable_.reset();
    peer_.reset();
    sequence_ = 0;
    log_.Say(Severity::kWarning, why);
  }

  EventLoop& loop_;
  AuditLog& log_;
  uid_t prober_;
  OnPacket on_packet_;
  std::array<char, kMaxPacket> buffer_{};
  UniqueFd peer_;
  std::uint64_t sequence_ = 0;       // of the peer's last packet
  std::optional<FdWatch> readable_;  // the peer; dies before the descriptor
  UniqueFd listener_;
  FdWatch accept_watch_;
};

}  // namespace failover
