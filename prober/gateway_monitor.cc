#include "prober/gateway_monitor.h"

#include <glog/logging.h>

#include <algorithm>
#include <array>
#include <utility>

#include "prober/random.h"

namespace failover {
namespace {

constexpr std::chrono::minutes kStrayLogGap{1};
// A flood of forged replies must not hold the loop: the rest waits for the next turn.
constexpr int kMaxRepliesInTurn = 64;
// The longest gateway_timeout holds 50 of the shortest confirm_interval.
constexpr std::size_t kMaxEnded = 64;

}  // namespace

GatewayMonitor::GatewayMonitor(EventLoop& loop, FindGateways find_default)
    : loop_(loop), find_default_(std::move(find_default)), identifier_(RandomValue<std::uint16_t>()),
      sequence_(RandomValue<std::uint16_t>()), timer_(loop, [this] { Advance(); }) {}

std::expected<void, Error> GatewayMonitor::Configure(
    const GatewayChoice& choice, std::chrono::nanoseconds timeout) {
  for (const GatewayAddress& gateway : choice.addresses) {
    const auto opened = OpenSocket(gateway.address.version());
    if (!opened) return Fail(gateway.ToString() + ": " + opened.error().message);
  }
  timer_.Stop();
  done_ = nullptr;
  EndProbe(BootClock::now());
  if (choice != facts_.choice) facts_ = GatewayFacts{};
  facts_.choice = choice;
  timeout_ = timeout;
  return {};
}

std::expected<void, Error> GatewayMonitor::OpenSocket(IpVersion version) {
  if (channels_.contains(version)) return {};
  auto socket = RawSocket::Open(version, identifier_);
  if (!socket) return std::unexpected(socket.error());
  channels_.try_emplace(version, loop_, std::move(*socket), [this, version] { Receive(version); });
  return {};
}

void GatewayMonitor::Probe(std::function<void(const GatewayResult&)> done) {
  CHECK(!under_way());
  done_ = std::move(done);
  trouble_.clear();
  if (facts_.choice.source == GatewaySource::kUnchecked) return Finish(GatewayState::kNotChecked, {});
  FindTargets();
  if (targets_.empty()) return Finish(GatewayState::kUnreachable, {});
  probe_.emplace(targets_, timeout_, BootClock::now());
  Advance();
}

void GatewayMonitor::FindTargets() {
  targets_.clear();
  names_.clear();
  facts_.asked = facts_.choice.addresses;
  if (facts_.choice.source == GatewaySource::kDefaultRoute) {
    auto found = find_default_();
    if (!found) AddTrouble(found.error().message);
    facts_.asked = std::move(found).value_or(std::vector<GatewayAddress>{});
  }
  for (const GatewayAddress& gateway : facts_.asked) {
    const auto added = AddTarget(gateway);
    if (!added) AddTrouble(gateway.ToString() + ": " + added.error().message);
  }
}

std::expected<void, Error> GatewayMonitor::AddTarget(const GatewayAddress& gateway) {
  const auto address = gateway.Resolve();
  if (!address) return std::unexpected(address.error());
  if (auto opened = OpenSocket(address->version()); !opened) return opened;
  const Echo first{.identifier = identifier_, .sequence = sequence_, .nonce = RandomValue<Nonce>()};
  sequence_ = static_cast<std::uint16_t>(sequence_ + kEchoAttempts);
  targets_.push_back({.address = *address, .first = first});
  names_.push_back(gateway);
  return {};
}

// Each once, however many attempts end in it.
void GatewayMonitor::AddTrouble(const std::string& trouble) {
  if (trouble_.find(trouble) != trouble_.npos) return;
  trouble_ += (trouble_.empty() ? "" : "; ") + trouble;
}

void GatewayMonitor::Advance() {
  const TimePoint now = BootClock::now();
  switch (probe_->Next(now)) {
    case EchoProbe::Step::kGiveUp: return Finish(GatewayState::kUnreachable, {});
    case EchoProbe::Step::kSend: SendAttempts(now); break;
    case EchoProbe::Step::kWait: break;
  }
  timer_.Start(probe_->wake() - now);
}

void GatewayMonitor::SendAttempts(TimePoint now) {
  for (const EchoProbe::Attempt& attempt : probe_->BeginAttempt(now, std::chrono::system_clock::now())) {
    const IpAddress& to = targets_[attempt.target].address;
    const auto message = EncodeEchoRequest(to.version(), attempt.echo);
    // What cannot be sent is an attempt without a reply; the next one may go.
    const auto sent = channels_.at(to.version()).socket.Send(to, message);
    if (!sent) AddTrouble(names_[attempt.target].ToString() + ": " + sent.error().message);
  }
}

void GatewayMonitor::Receive(IpVersion version) {
  std::array<std::byte, 256> buffer{};
  for (int i = 0; i < kMaxRepliesInTurn; ++i) {
    const auto datagram = channels_.at(version).socket.Receive(buffer);
    if (!datagram) return;
    if (!datagram->sender) continue;
    const auto echo = DecodeEchoReply(version, datagram->bytes);
    if (echo) {
      Judge({.sender = *datagram->sender, .echo = *echo, .stamp = datagram->stamp});
    } else {
      CountStray(*datagram->sender);
    }
  }
}

void GatewayMonitor::Judge(const ReceivedReply& reply) {
  const TimePoint now = BootClock::now();
  if (probe_) {
    if (const auto answer = probe_->Accept(reply, now)) {
      facts_.answered_by = names_[answer->target];
      facts_.round_trip = answer->round_trip;
      return Finish(GatewayState::kReachable, answer->round_trip);
    }
  }
  const auto answers = [&](const EchoProbe& probe) { return probe.Accept(reply, now).has_value(); };
  if (std::ranges::any_of(ended_, answers)) return;
  CountStray(reply.sender);
}

void GatewayMonitor::CountStray(const IpAddress& sender) {
  ++strays_;
  const TimePoint now = BootClock::now();
  if (stray_said_at_ && now - *stray_said_at_ < kStrayLogGap) return;
  LOG(WARNING) << "Ignored " << strays_ - strays_said_
               << " forged or stray echo reply(s), the last one from " << sender.ToString();
  stray_said_at_ = now;
  strays_said_ = strays_;
}

void GatewayMonitor::EndProbe(TimePoint now) {
  if (!probe_) return;
  ended_.push_back(*std::exchange(probe_, std::nullopt));
  const auto over = [now](const EchoProbe& probe) { return probe.Next(now) == EchoProbe::Step::kGiveUp; };
  while (ended_.size() > 1 && (over(ended_.front()) || ended_.size() > kMaxEnded)) ended_.pop_front();
}

void GatewayMonitor::Finish(GatewayState state, std::chrono::nanoseconds round_trip) {
  const TimePoint now = BootClock::now();
  timer_.Stop();
  EndProbe(now);
  if (facts_.state != state) facts_.since = now;
  facts_.state = state;
  if (state != GatewayState::kNotChecked) {
    facts_.probed_at = now;
    const bool lost = state == GatewayState::kUnreachable;
    facts_.window.Add(now, lost ? std::nullopt : std::optional(round_trip));
  }
  std::exchange(done_, nullptr)({.state = state, .round_trip = round_trip, .trouble = trouble_});
}

}  // namespace failover
