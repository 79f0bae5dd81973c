#include "prober/report_client.h"

#include <glog/logging.h>
#include <sys/socket.h>

#include <cstring>
#include <limits>
#include <utility>

#include "common/clock.h"
#include "prober/random.h"

namespace failover {
namespace {

double RandomFraction() {
  return RandomValue<std::uint32_t>() / double{std::numeric_limits<std::uint32_t>::max()};
}

std::uint64_t NewInstance() {
  std::uint64_t instance = 0;
  while (instance == 0) instance = RandomValue<std::uint64_t>();
  return instance;
}

std::expected<UniqueFd, Error> OpenConnection(const std::string& path) {
  const auto address = UnixAddress(path);
  if (!address) return std::unexpected(address.error());
  UniqueFd fd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return FailErrno("cannot open a socket");
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof(*address)) != 0) {
    return FailErrno(path);
  }
  return fd;
}

}  // namespace

ReportClient::ReportClient(EventLoop& loop, std::string path, Events events)
    : loop_(loop), path_(std::move(path)), events_(std::move(events)), queue_(NewInstance()),
      retry_(loop, [this] { Connect(); }) {}

void ReportClient::SetGateway(
    GatewayState state, std::chrono::nanoseconds round_trip, const GatewaySums& sums) {
  queue_.SetGateway(state, round_trip, sums);
}

void ReportClient::Observe(const TunnelId& id, const TunnelHealth& health, Primary primary) {
  queue_.Observe(id, health, primary);
}

void ReportClient::Connect() {
  auto fd = OpenConnection(path_);
  if (!fd) return Lose(fd.error().message);
  fd_ = std::move(*fd);
  state_ = State::kConnecting;
  readable_.emplace(loop_, fd_.get(), EV_READ, [this](short) { Receive(); });
  queue_.BeginConnection();
  times_.BeginConnection();
  Flush();
}

void ReportClient::Flush() {
  if (!fd_ || writable_) return;
  while (const auto packet = queue_.Next()) {
    if (!SendPacket(fd_.get(), *packet)) {
      writable_.emplace(loop_, fd_.get(), EV_WRITE, [this](short) {
        writable_.reset();
        Flush();
      });
      return;
    }
    queue_.Sent();
    times_.Sent(queue_.sequence(), BootClock::now());
  }
}

void ReportClient::Receive() {
  const auto packet = ReceivePacket(fd_.get(), buffer_);
  if (!packet) {
    switch (packet.error()) {
      case ReceiveError::kWouldBlock: return;
      case ReceiveError::kClosed: return Lose("the supervisor closed the connection");
      case ReceiveError::kTooLarge:
      case ReceiveError::kControlData: return Lose("the supervisor sent an impossible packet");
    }
  }
  const TimePoint now = BootClock::now();
  if (const auto read = verdicts_.Read(*packet, now); !read) {
    return Lose("the supervisor sent a bad packet, " + read.error().message);
  }
  times_.Acknowledged(verdicts_.sequence(), now);
  if (state_ == State::kConnecting) {
    state_ = State::kConnected;
    backoff_.Reset();
    if (said_ != Said::kConnected) LOG(INFO) << "The supervisor at " << path_ << " listens.";
    said_ = Said::kConnected;
    events_.connected();
  }
  events_.acknowledged();
}

void ReportClient::Lose(std::string_view why) {
  writable_.reset();
  readable_.reset();
  fd_.reset();
  state_ = State::kAway;
  if (said_ != Said::kLost) {
    LOG(WARNING) << "No supervisor: " << why << ". Checking goes on; nothing can be started. "
                 << "See: systemctl status failover-monitor";
  }
  said_ = Said::kLost;
  retry_.Start(backoff_.Next(RandomFraction()));
  events_.acknowledged();
}

}  // namespace failover
