// Asks the gateway for an echo: the sockets and the timer around echo_probe.h. Needs CAP_NET_RAW
// permitted when a socket is opened. Whatever is no reply to the probe under way is counted and
// ignored.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/event_loop.h"
#include "common/health.h"
#include "prober/default_gateways.h"
#include "prober/echo_probe.h"
#include "prober/gateway_facts.h"
#include "prober/raw_socket.h"

namespace failover {

struct GatewayResult {
  GatewayState state = GatewayState::kUnreachable;
  std::chrono::nanoseconds round_trip{0};
  std::string trouble;  // why somebody could not be asked; empty if all could
};

class GatewayMonitor {
 public:
  using FindGateways = std::function<std::expected<std::vector<GatewayAddress>, Error>()>;

  // `find_default` is asked before each probe of GatewaySource::kDefaultRoute.
  explicit GatewayMonitor(EventLoop& loop, FindGateways find_default = [] { return ReadDefaultGateways(); });

  // Drops the probe under way. The facts stay if the choice is the same. Fails, changing nothing, if
  // a socket for a configured address cannot be opened; for the default route it is opened when the
  // route is there.
  std::expected<void, Error> Configure(const GatewayChoice& choice, std::chrono::nanoseconds timeout);

  // Calls `done` once: from the loop, or before it returns if there is nobody to ask. Only when no
  // probe is under way.
  void Probe(std::function<void(const GatewayResult&)> done);
  bool under_way() const { return probe_.has_value(); }

  const GatewayFacts& facts() const { return facts_; }
  std::uint64_t strays() const { return strays_; }  // replies that were not ours

 private:
  struct Channel {
    Channel(EventLoop& loop, RawSocket opened, std::function<void()> ready)
        : socket(std::move(opened)),
          readable(loop, socket.fd(), EV_READ, [call = std::move(ready)](short) { call(); }) {}

    RawSocket socket;
    FdWatch readable;
  };

  std::expected<void, Error> OpenSocket(IpVersion version);
  void FindTargets();
  std::expected<void, Error> AddTarget(const GatewayAddress& gateway);
  void AddTrouble(const std::string& trouble);
  void Advance();
  void SendAttempts(TimePoint now);
  void Receive(IpVersion version);
  void Judge(const ReceivedReply& reply);
  void EndProbe(TimePoint now);
  void CountStray(const IpAddress& sender);
  void Finish(GatewayState state, std::chrono::nanoseconds round_trip);

  EventLoop& loop_;
  FindGateways find_default_;
  std::chrono::nanoseconds timeout_{0};
  std::uint16_t identifier_;
  std::uint16_t sequence_;  // of the next attempt
  std::map<IpVersion, Channel> channels_;
  Timer timer_;
  GatewayFacts facts_;
  std::vector<EchoTarget> targets_;    // of the last probe
  std::vector<GatewayAddress> names_;  // of the targets
  std::optional<EchoProbe> probe_;     // under way
  // A late reply to one of these is neither forged nor of use: a gateway may be slower than another
  // that has ended the probe, and than the time until the next. At least the last one.
  std::deque<EchoProbe> ended_;
  std::function<void(const GatewayResult&)> done_;
  std::string trouble_;
  std::uint64_t strays_ = 0;
  std::uint64_t strays_said_ = 0;
  std::optional<TimePoint> stray_said_at_;
};

}  // namespace failover
