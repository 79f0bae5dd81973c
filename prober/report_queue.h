// What the supervisor has still to be told, as packets of proto/health.proto. Pure. Keeps the
// newest observation of each tunnel; a newer one takes the place of one that was not sent.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/health.h"
#include "common/tunnel_id.h"
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
  void SetGateway(GatewayState state, std::chrono::nanoseconds round_trip);
  void Observe(const TunnelId& id, const TunnelHealth& health);

  // A new connection: sequences begin at 1, and everything known is news.
  void BeginConnection();

  // The next packet, the same until Sent(); nothing if there is no news, or no gateway state yet.
  std::optional<std::string> Next();
  void Sent();
  std::uint64_t sequence() const { return sequence_; }  // of the last packet that was sent

 private:
  enum class News { kNone, kWaiting, kInPacket };
  struct Observed {
    TunnelHealth health;
    std::uint64_t number = 0;
    News news = News::kNone;
  };

  std::uint64_t instance_;
  std::string digest_;
  std::uint64_t sequence_ = 0;      // of the last packet that was sent
  std::uint64_t observations_ = 0;  // the last number given
  std::optional<GatewayState> gateway_;
  std::chrono::nanoseconds round_trip_{0};
  News gateway_news_ = News::kNone;
  std::map<TunnelId, Observed> tunnels_;
};

}  // namespace failover
