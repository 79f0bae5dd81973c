#include "prober/echo_probe.h"

#include <algorithm>

namespace failover {

EchoProbe::EchoProbe(IpAddress gateway, const Echo& first, std::chrono::nanoseconds timeout, TimePoint begin)
    : gateway_(gateway), next_(first), begin_(begin), deadline_(begin + timeout) {}

EchoProbe::Step EchoProbe::Next(TimePoint now) const {
  if (now >= deadline_) return Step::kGiveUp;
  return now >= wake() ? Step::kSend : Step::kWait;
}

TimePoint EchoProbe::wake() const {
  if (attempts_.empty()) return begin_;
  if (attempts_.size() >= kEchoAttempts) return deadline_;
  return std::min(attempts_.back().sent + kEchoGap, deadline_);
}

Echo EchoProbe::BeginAttempt(TimePoint now, RealTime real) {
  attempts_.push_back({.echo = next_, .sent = now, .sent_real = real});
  ++next_.sequence;
  return attempts_.back().echo;
}

std::optional<std::chrono::nanoseconds> EchoProbe::Accept(const ReceivedReply& reply, TimePoint now) const {
  if (reply.sender != gateway_) return std::nullopt;
  const auto attempt = std::ranges::find(attempts_, reply.echo, &Attempt::echo);
  if (attempt == attempts_.end()) return std::nullopt;
  const std::chrono::nanoseconds seen = now - attempt->sent;
  if (!reply.stamp) return seen;
  const std::chrono::nanoseconds stamped = *reply.stamp - attempt->sent_real;
  const bool absurd = stamped < std::chrono::nanoseconds::zero() || stamped > seen;
  return absurd ? seen : stamped;
}

}  // namespace failover
