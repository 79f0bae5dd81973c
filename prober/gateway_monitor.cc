#include "prober/gateway_monitor.h"

#include <glog/logging.h>

#include <array>
#include <utility>

#include "prober/random.h"

namespace failover {
namespace {

constexpr std::chrono::minutes kStrayLogGap{1};
// A flood of forged replies must not hold the loop: the rest waits for the next turn.
constexpr int kMaxRepliesInTurn = 64;

}  // namespace

std::expected<std::unique_ptr<GatewayMonitor>, Error> GatewayMonitor::Open(
    EventLoop& loop, const IpAddress& gateway, std::chrono::nanoseconds timeout) {
  const auto identifier = RandomValue<std::uint16_t>();
  auto socket = RawSocket::Open(gateway.version(), identifier);
  if (!socket) return std::unexpected(socket.error());
  return std::unique_ptr<GatewayMonitor>(
      new GatewayMonitor(loop, gateway, timeout, identifier, std::move(*socket)));
}

GatewayMonitor::GatewayMonitor(EventLoop& loop, const IpAddress& gateway, std::chrono::nanoseconds timeout,
    std::uint16_t identifier, RawSocket socket)
    : gateway_(gateway), timeout_(timeout), identifier_(identifier), sequence_(RandomValue<std::uint16_t>()),
      socket_(std::move(socket)), readable_(loop, socket_.fd(), EV_READ, [this](short) { Receive(); }),
      timer_(loop, [this] { Advance(); }) {}

void GatewayMonitor::Probe(std::function<void(const GatewayResult&)> done) {
  CHECK(!under_way());
  done_ = std::move(done);
  trouble_.clear();
  const Echo first{.identifier = identifier_, .sequence = sequence_, .nonce = RandomValue<Nonce>()};
  sequence_ = static_cast<std::uint16_t>(sequence_ + kEchoAttempts);
  probe_.emplace(gateway_, first, timeout_, BootClock::now());
  Advance();
}

void GatewayMonitor::Advance() {
  const TimePoint now = BootClock::now();
  switch (probe_->Next(now)) {
    case EchoProbe::Step::kGiveUp:
      return Finish({.state = GatewayState::kUnreachable, .round_trip = {}, .trouble = trouble_});
    case EchoProbe::Step::kSend: SendAttempt(now); break;
    case EchoProbe::Step::kWait: break;
  }
  timer_.Start(probe_->wake() - now);
}

void GatewayMonitor::SendAttempt(TimePoint now) {
  const Echo attempt = probe_->BeginAttempt(now, std::chrono::system_clock::now());
  const auto message = EncodeEchoRequest(gateway_.version(), attempt);
  // What cannot be sent is an attempt without a reply; the next one may go.
  if (auto sent = socket_.Send(gateway_, message); !sent) trouble_ = sent.error().message;
}

void GatewayMonitor::Receive() {
  std::array<std::byte, 256> buffer{};
  for (int i = 0; i < kMaxRepliesInTurn; ++i) {
    const auto datagram = socket_.Receive(buffer);
    if (!datagram) return;
    if (!datagram->sender) continue;
    const auto echo = DecodeEchoReply(gateway_.version(), datagram->bytes);
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
    if (const auto round_trip = probe_->Accept(reply, now)) {
      return Finish({.state = GatewayState::kReachable, .round_trip = *round_trip, .trouble = {}});
    }
  }
  if (last_probe_ && last_probe_->Accept(reply, now)) return;
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

void GatewayMonitor::Finish(const GatewayResult& result) {
  timer_.Stop();
  last_probe_ = std::exchange(probe_, std::nullopt);
  std::exchange(done_, nullptr)(result);
}

}  // namespace failover
