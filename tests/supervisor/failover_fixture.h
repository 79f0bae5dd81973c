// A Failover with a clock, a prober and a systemctl of the test's own: packets as the wire has them
// go in, audit lines, starts and acknowledgements are looked at.
#pragma once

#include "health.pb.h"
#include "supervisor/failover.h"
#include "tests/supervisor/log_file.h"
#include "tests/supervisor/samples.h"

namespace failover {

class FailoverTest : public testing::Test {
 protected:
  explicit FailoverTest(const std::string& fields = "") : settings_(Settings(fields)) {
    std::filesystem::create_directory(file_.dir().Path("starts"));
    std::filesystem::create_directory(file_.dir().Path("orders"));
    Restart();
  }

  // As after a crash: another process with the same files.
  void Restart() {
    failover_.emplace(log_, file_.dir().Path(""), effects_);
    Configure();
  }

  void Configure(char digest = 'd') { failover_->Configure(settings_, std::string(32, digest)); }

  void Add(std::string_view tunnel, wire::TunnelStatus status, wire::Reason reason,
      wire::Primary primary = wire::PRIMARY_UNCERTAIN) {
    wire::TunnelHealth& health = *report_.add_tunnels();
    health.set_tunnel_id(std::string(Id(tunnel).bytes()));
    health.set_observation(++observation_);
    health.set_status(status);
    health.set_reason(reason);
    health.set_primary(primary);
  }

  // Sends what was added, as the next packet of the connection, and answers it.
  void Send(wire::GatewayState gateway = wire::REACHABLE) {
    report_.set_sequence(sequence_ + 1);
    report_.set_instance(instance_);
    report_.set_gateway(gateway);
    ASSERT_TRUE(failover_->OnPacket(report_.SerializeAsString(), sequence_).has_value());
    report_.Clear();
  }

  // A report about the first tunnel, and `times` - 1 more after a second each.
  void Observe(wire::TunnelStatus status, int times = 1, wire::GatewayState gateway = wire::REACHABLE) {
    for (int i = 0; i < times; ++i) {
      if (i > 0) now_ += std::chrono::seconds(1);
      Add(kTunnelOne, status, status == wire::UNKNOWN ? wire::timeout : wire::none);
      Send(gateway);
    }
  }

  void Finish(words::StartOutcome outcome = words::SUCCEEDED, const std::string& words = "started: ok") {
    failover_->OnStarted(failover_->whitelist().Find(Id(kTunnelOne))->unit, outcome, words);
  }

  bool Receive(std::string_view packet) {  // the prober's end
    if (!takes_) return false;
    const auto size = static_cast<int>(packet.size());
    EXPECT_TRUE(answers_.emplace_back().ParseFromArray(packet.data(), size));
    return true;
  }

  Lines Take() { return Taken(file_.lines()); }  // the lines since the last call

  const wire::TunnelVerdict* Told(std::string_view tunnel) const {
    for (const wire::TunnelVerdict& verdict : answers_.back().tunnels()) {
      if (verdict.tunnel_id() == Id(tunnel).bytes()) return &verdict;
    }
    return nullptr;
  }

  LogFile file_;
  AuditLog log_{file_.path()};
  TimePoint now_{std::chrono::hours(1000)};
  std::vector<std::string> started_;
  std::vector<wire::Acknowledgement> answers_;
  bool takes_ = true;
  Failover::Effects effects_{.now = [this] { return now_; },
      .start = [this](const UnitName& unit) { started_.push_back(unit.str()); },
      .send = [this](std::string_view packet) { return Receive(packet); }};
  config::Configuration settings_;
  std::optional<Failover> failover_;
  wire::HealthReport report_;
  std::uint64_t observation_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t instance_ = 77;

 private:
  Lines Taken(const Lines& all) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(std::exchange(taken_, all.size()));
    return {begin, all.end()};
  }

  std::size_t taken_ = 0;
};

inline const std::string kOne = "Tunnel " + std::string(kTunnelOne);
inline const std::string kTwo = "Tunnel " + std::string(kTunnelTwo) + " (Second)";

}  // namespace failover
