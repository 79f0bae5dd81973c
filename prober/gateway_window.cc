#include "prober/gateway_window.h"

#include <algorithm>

namespace failover {

void GatewayWindow::Add(TimePoint now, std::optional<std::chrono::nanoseconds> round_trip) {
  ended_.push_back({.at = now, .round_trip = round_trip});
  while (ended_.size() > kRecent && now - ended_.front().at >= kSpan) ended_.pop_front();
}

GatewaySums GatewayWindow::Sums(TimePoint now) const {
  GatewaySums sums;
  std::chrono::nanoseconds total{0};
  for (const Ended& probe : ended_) {
    if (now - probe.at >= kSpan) continue;
    ++sums.probes;
    if (!probe.round_trip) ++sums.lost;
    total += probe.round_trip.value_or(std::chrono::nanoseconds::zero());
  }
  const unsigned answered = sums.probes - sums.lost;
  if (answered > 0) sums.mean_round_trip = total / answered;
  return sums;
}

std::vector<std::optional<std::chrono::nanoseconds>> GatewayWindow::recent() const {
  std::vector<std::optional<std::chrono::nanoseconds>> trips;
  for (std::size_t i = ended_.size() - std::min(ended_.size(), kRecent); i < ended_.size(); ++i) {
    trips.push_back(ended_[i].round_trip);
  }
  return trips;
}

}  // namespace failover
