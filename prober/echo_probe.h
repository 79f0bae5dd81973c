// One probe of the gateway, without its socket: which attempts are in flight, whether a reply is
// valid, what to do next. Pure; the clocks are passed in. Replies are untrusted.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "common/clock.h"
#include "prober/icmp_echo.h"
#include "prober/ip_address.h"

namespace failover {

inline constexpr int kEchoAttempts = 3;
inline constexpr std::chrono::milliseconds kEchoGap{300};  // between two attempts

// Nanoseconds since 1970, CLOCK_REALTIME: the clock of the kernel's receive stamps.
using RealTime = std::chrono::sys_time<std::chrono::nanoseconds>;

// A reply, with what the kernel says about it.
struct ReceivedReply {
  IpAddress sender;
  EchoReply echo;
  std::optional<RealTime> stamp;
};

class EchoProbe {
 public:
  // `first` identifies the first attempt; the others count its sequence up.
  EchoProbe(IpAddress gateway, const Echo& first, std::chrono::nanoseconds timeout, TimePoint begin);

  enum class Step { kSend, kWait, kGiveUp };
  Step Next(TimePoint now) const;
  // When Next() will answer something else than kWait.
  TimePoint wake() const;

  // The attempt to send now; `real` is the time just before the send.
  Echo BeginAttempt(TimePoint now, RealTime real);
  // The round trip, if the reply answers an attempt of this probe; nothing if it is forged or
  // stray. From the kernel's stamp, unless the clock was set meanwhile and makes it absurd.
  std::optional<std::chrono::nanoseconds> Accept(const ReceivedReply& reply, TimePoint now) const;

 private:
  struct Attempt {
    Echo echo;
    TimePoint sent;
    RealTime sent_real;
  };

  IpAddress gateway_;
  Echo next_;
  TimePoint begin_;
  TimePoint deadline_;
  std::vector<Attempt> attempts_;
};

}  // namespace failover
