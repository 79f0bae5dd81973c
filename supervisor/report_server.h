// The socket that the prober reports to: listens, checks who connects, hands over one whole packet
// at a time. Runs as root; the peer is untrusted and never waited for.
#pragma once

#include <array>
#include <memory>
#include <optional>

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
  using OnPacket = std::function<std::expected<void, Refusal>(std::string_view, std::uint64_t& sequence)>;
  // After packets were handled, and when Send() may be tried again.
  using MayAnswer = std::function<void()>;

  // The socket gets mode 0660, and the group of its directory if that is setgid. A socket in its
  // place that nobody listens to is replaced; anything else there is an error.
  static std::expected<std::unique_ptr<ReportServer>, Error> Listen(EventLoop& loop, AuditLog& log,
      const std::string& path, uid_t prober, OnPacket on_packet, MayAnswer may_answer);

  // kClosed if nobody is connected. After kWouldBlock `answer` is called when there is room.
  SendResult Send(std::string_view packet);

 private:
  struct Connection {
    UniqueFd fd;
    std::uint64_t sequence = 0;
    std::optional<FdWatch> readable{};  // the watches die before the descriptor
    std::optional<FdWatch> writable{};
  };

  ReportServer(EventLoop& loop, AuditLog& log, UniqueFd listener, uid_t prober, OnPacket on_packet,
      MayAnswer may_answer);
  void Accept();
  void ReadPackets();
  void Close(const std::string& why);

  EventLoop& loop_;
  AuditLog& log_;
  uid_t prober_;
  OnPacket on_packet_;
  MayAnswer may_answer_;
  std::array<char, kMaxPacket> buffer_{};
  std::optional<Connection> connection_;
  UniqueFd listener_;
  FdWatch accept_watch_;
};

}  // namespace failover
