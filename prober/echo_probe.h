// One probe of the gateway, of all its addresses at the same time, without the sockets: which
// attempts are in flight, whether a reply is valid, what to do next. Pure; the clocks are passed in.
// Replies are untrusted.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
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

// Who is asked, and what identifies the first attempt; the others count its sequence up.
struct EchoTarget {
  IpAddress address;
  Echo first;
};

class EchoProbe {
 public:
  EchoProbe(const std::vector<EchoTarget>& targets, std::chrono::nanoseconds timeout, TimePoint begin);

  enum class Step { kSend, kWait, kGiveUp };
  Step Next(TimePoint now) const;
  // When Next() will answer something else than kWait.
  TimePoint wake() const;

  struct Attempt {
    std::size_t target = 0;  // its place among the targets
    Echo echo;
  };
  // What to send now, one to each target; `real` is the time just before.
  std::vector<Attempt> BeginAttempt(TimePoint now, RealTime real);

  struct Answer {
    std::size_t target = 0;
    std::chrono::nanoseconds round_trip{0};
  };
  // Whose reply it is, if it comes from a target and answers an attempt at that target; nothing if
  // it is forged or stray. The round trip is from the kernel's stamp, unless the clock was set
  // meanwhile and makes it absurd.
  std::optional<Answer> Accept(const ReceivedReply& reply, TimePoint now) const;

 private:
  struct Sent {
    Attempt attempt;
    TimePoint at;
    RealTime at_real;
  };

  std::vector<EchoTarget> targets_;
  TimePoint begin_;
  TimePoint deadline_;
  std::uint16_t attempts_ = 0;  // at each target
  std::vector<Sent> sent_;
};

}  // namespace failover
