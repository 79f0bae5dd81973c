// The prober's end of the supervisor's socket: reports go up, acknowledgements come down. Never
// blocks; connects again with backoff for as long as the process lives.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>

#include "common/event_loop.h"
#include "common/seqpacket.h"
#include "common/unique_fd.h"
#include "prober/backoff.h"
#include "prober/report_queue.h"
#include "prober/report_times.h"
#include "prober/verdict_book.h"

namespace failover {

class ReportClient {
 public:
  // `connected` runs when a supervisor has acknowledged its first report on a new connection,
  // `acknowledged` after every acknowledgement and when the connection was lost.
  struct Events {
    std::function<void()> connected;
    std::function<void()> acknowledged;
  };
  ReportClient(EventLoop& loop, std::string path, Events events);

  void Start() { Connect(); }
  void Configure(const Settings& settings) { queue_.Configure(settings); }
  void SetGateway(GatewayState state, std::chrono::nanoseconds round_trip, const GatewaySums& sums = {});
  void Observe(const TunnelId& id, const TunnelHealth& health, Primary primary = Primary::kUncertain);
  // Sends what is new, as far as the socket takes it; the rest follows when it is writable.
  void Flush();

  enum class State { kAway, kConnecting, kConnected };
  State state() const { return state_; }
  const VerdictBook& verdicts() const { return verdicts_; }
  const ReportTimes& times() const { return times_; }

 private:
  void Connect();
  void Receive();
  void Lose(std::string_view why);

  EventLoop& loop_;
  std::string path_;
  Events events_;
  ReportQueue queue_;
  VerdictBook verdicts_;
  ReportTimes times_;
  Backoff backoff_;
  State state_ = State::kAway;
  enum class Said { kNothing, kLost, kConnected } said_ = Said::kNothing;
  UniqueFd fd_;
  std::optional<FdWatch> readable_;
  std::optional<FdWatch> writable_;  // only while the socket is full
  Timer retry_;
  std::array<char, kMaxPacket> buffer_{};
};

}  // namespace failover
