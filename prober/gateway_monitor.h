// Asks the gateway for an echo: the socket and the timer around echo_probe.h. Needs CAP_NET_RAW
// permitted when it is opened. Whatever is no reply to the probe under way is counted and ignored.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/event_loop.h"
#include "common/health.h"
#include "prober/echo_probe.h"
#include "prober/raw_socket.h"

namespace failover {

struct GatewayResult {
  GatewayState state = GatewayState::kUnreachable;
  std::chrono::nanoseconds round_trip{0};
  std::string trouble;  // why nothing could be sent; empty if it could
};

class GatewayMonitor {
 public:
  static std::expected<std::unique_ptr<GatewayMonitor>, Error> Open(
      EventLoop& loop, const IpAddress& gateway, std::chrono::nanoseconds timeout);

  // Calls `done` once, from the loop. Only when no probe is under way.
  void Probe(std::function<void(const GatewayResult&)> done);
  bool under_way() const { return probe_.has_value(); }

  std::uint64_t strays() const { return strays_; }  // replies that were not ours

 private:
  GatewayMonitor(EventLoop& loop, const IpAddress& gateway, std::chrono::nanoseconds timeout,
      std::uint16_t identifier, RawSocket socket);

  void Advance();
  void SendAttempt(TimePoint now);
  void Receive();
  void Judge(const ReceivedReply& reply);
  void CountStray(const IpAddress& sender);
  void Finish(const GatewayResult& result);

  IpAddress gateway_;
  std::chrono::nanoseconds timeout_;
  std::uint16_t identifier_;
  std::uint16_t sequence_ = 0;  // of the next attempt
  RawSocket socket_;
  FdWatch readable_;
  Timer timer_;
  std::optional<EchoProbe> probe_;
  std::optional<EchoProbe> last_probe_;  // a late reply to it is neither forged nor of use
  std::function<void(const GatewayResult&)> done_;
  std::string trouble_;
  std::uint64_t strays_ = 0;
  std::uint64_t strays_said_ = 0;
  std::optional<TimePoint> stray_said_at_;
};

}  // namespace failover
