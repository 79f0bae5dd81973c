#include "prober/echo_probe.h"

#include <algorithm>

namespace failover {

EchoProbe::EchoProbe(
    const std::vector<EchoTarget>& targets, std::chrono::nanoseconds timeout, TimePoint begin)
    : targets_(targets), begin_(begin), deadline_(begin + timeout) {}

EchoProbe::Step EchoProbe::Next(TimePoint now) const {
  if (now >= deadline_) return Step::kGiveUp;
  return now >= wake() ? Step::kSend : Step::kWait;
}

TimePoint EchoProbe::wake() const {
  if (sent_.empty()) return begin_;
  if (attempts_ >= kEchoAttempts) return deadline_;
  return std::min(sent_.back().at + kEchoGap, deadline_);
}

std::vector<EchoProbe::Attempt> EchoProbe::BeginAttempt(TimePoint now, RealTime real) {
  std::vector<Attempt> begun;
  for (std::size_t target = 0; target < targets_.size(); ++target) {
    Attempt attempt{.target = target, .echo = targets_[target].first};
    attempt.echo.sequence = static_cast<std::uint16_t>(attempt.echo.sequence + attempts_);
    sent_.push_back({.attempt = attempt, .at = now, .at_real = real});
    begun.push_back(attempt);
  }
  ++attempts_;
  return begun;
}

std::optional<EchoProbe::Answer> EchoProbe::Accept(const ReceivedReply& reply, TimePoint now) const {
  const auto sent = std::ranges::find_if(sent_, [&](const Sent& s) {
    return reply.echo == s.attempt.echo && reply.sender == targets_[s.attempt.target].address;
  });
  if (sent == sent_.end()) return std::nullopt;
  Answer answer{.target = sent->attempt.target, .round_trip = now - sent->at};
  if (!reply.stamp) return answer;
  const std::chrono::nanoseconds stamped = *reply.stamp - sent->at_real;
  const bool absurd = stamped < std::chrono::nanoseconds::zero() || stamped > answer.round_trip;
  if (!absurd) answer.round_trip = stamped;
  return answer;
}

}  // namespace failover
