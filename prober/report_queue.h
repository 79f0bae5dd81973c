// What the supervisor has still to be told, as packets of proto/health.proto. Pure. Keeps the
// newest observation of each tunnel; a newer one takes the place of one that was not sent.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/health.h"
#include "common/tunnel_id.h"
#include "prober/gateway_window.h"
#include "prober/primary.h"
#include "prober/settings.h"
#include "prober/tunnel_health.h"

namespace failover {

inline constexpr std::size_t kMaxTunnelsInReport = 128;

class ReportQueue {
 public:
  // `instance`: random, never 0, new at every start of the process.
  explicit ReportQueue(std::uint64_t instance) : instance_(instance) {}

  // Forgets the tunnels that left.
  void Configure(const Settings& settings);

  // The gateway's part goes with the next report even if no tunnel has news.
  void SetGateway(GatewayState state, std::chrono::nanoseconds round_trip, const GatewaySums& sums = {});
  void Observe(const TunnelId& id, const TunnelHealth& health, Primary primary = Primary::kUncertain);

  // A new connection: sequences begin at 1, and everything known is news.
  void BeginConnection();

  // The next packet, the same until Sent(); nothing if there is no news, or no gateway state yet.
  std::optional<std::string> Next();
  void Sent();
  std::uint64_t sequence() const { return sequence_; }  // of the last packet that was sent

 private:
  enum class News { kNone, kWaiting };
  struct Observed {
    TunnelHealth health;
    Primary primary = Primary::kUncertain;
    std::uint64_t number = 0;
    News news = News::kNone;
  };
  using Tunnels = std::map<TunnelId, Observed>;

  std::uint64_t instance_;
  std::string digest_;
  std::uint64_t sequence_ = 0;      // of the last packet that was sent
  std::uint64_t observations_ = 0;  // the last number given
  std::optional<GatewayState> gateway_;
  std::chrono::nanoseconds round_trip_{0};
  GatewaySums gateway_sums_;
  News gateway_news_ = News::kNone;
  Tunnels tunnels_;
  std::deque<Tunnels::value_type*> waiting_;  // those with news, as they came: each once
  std::size_t in_packet_ = 0;                 // of them, the first ones: in the last packet made
  std::uint64_t packet_knows_ = 0;            // the newest observation when it was made
};

}  // namespace failover
