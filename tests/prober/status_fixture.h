// Everything that a StatusView borrows, for tests: two tunnels, nothing asked yet.
#pragma once

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <string>

#include "prober/metrics.h"
#include "prober/status_page.h"

namespace failover {

inline constexpr const char* kSecretToken = "cfut_secret0123456789secret0123456789";

class StatusFixture : public testing::Test {
 protected:
  StatusFixture() {
    settings_.check_interval = std::chrono::seconds(3);
    settings_.gateway = {
        .source = GatewaySource::kConfigured, .addresses = {*GatewayAddress::Parse("192.0.2.1")}};
    settings_.digest = std::string(64, 'a');
    settings_.rules = {.cooldown = std::chrono::seconds(60),
        .max_starts_per_hour = 60,
        .unknown_is_down_after = std::chrono::seconds(300),
        .failback_after = std::chrono::seconds(120)};
    AddTunnel("f70ff985-a4ef-4643-bbbc-4a0ed4fc8415", "home", "cloudflared_1.service");
    AddTunnel("00000000-0000-4000-8000-000000000002", "", "cloudflared_2.service");
    Configure();
  }

  // Their ids begin with the number, so that they are in no order but the configuration's.
  void UseTunnels(unsigned count) {
    settings_.tunnels.clear();
    for (unsigned i = 0; i < count; ++i) {
      std::string bytes(16, 'x');
      bytes[0] = static_cast<char>(255 - i % 256);
      bytes[1] = static_cast<char>(i / 256);
      AddTunnel(TunnelId::FromBytes(bytes)->ToString(), "t" + std::to_string(i), "u.service");
    }
    Configure();
  }
  void AddTunnel(const std::string& id, const std::string& name, const std::string& unit) {
    settings_.tunnels.push_back({.id = *TunnelId::Parse(id),
        .label = id,
        .name = name,
        .unit = unit,
        .account_id = "699d98642c564d2e855e9661899b7252",
        .token = kSecretToken,
        .failover_on = {TunnelStatus::kDown, TunnelStatus::kDegraded},
        .failure_threshold = 2});
  }
  void Configure() {
    schedule_.Configure(settings_, now_);
    chronicle_.Reloaded(settings_, now_);
    connectors_.Configure(settings_);
    gateway_.choice = settings_.gateway;
  }

  void Pass(std::chrono::nanoseconds time) { now_ += time; }
  void Check(std::size_t tunnel, const TunnelHealth& health) {
    const HttpAnswer answer{
        .transport = Transport::kAnswered, .status = 200, .elapsed = std::chrono::milliseconds(40)};
    chronicle_.Answered(answer);
    chronicle_.Checked(settings_.tunnels[tunnel], health, answer, now_);
  }
  void Probe(GatewayState state, std::chrono::nanoseconds round_trip = {}) {
    chronicle_.Probed({.state = state, .round_trip = round_trip, .trouble = {}}, now_);
    // As the gateway's monitor keeps it.
    if (gateway_.state != state) gateway_.since = now_;
    gateway_.state = state;
    if (state == GatewayState::kNotChecked) return;
    gateway_.asked = gateway_.choice.addresses;
    gateway_.probed_at = now_;
    const bool lost = state == GatewayState::kUnreachable;
    gateway_.window.Add(now_, lost ? std::nullopt : std::optional(round_trip));
    if (lost) return;
    gateway_.answered_by = gateway_.asked.back();
    gateway_.round_trip = round_trip;
  }
  // The supervisor's words about a tunnel.
  wire::TunnelVerdict& Tell(std::size_t tunnel) {
    wire::TunnelVerdict& verdict = *acknowledgement_.add_tunnels();
    verdict.set_tunnel_id(std::string(settings_.tunnels[tunnel].id.bytes()));
    return verdict;
  }
  void Acknowledge() {
    acknowledgement_.set_sequence(1);
    acknowledgement_.set_config_digest(settings_.digest);
    ASSERT_TRUE(verdicts_.Read(acknowledgement_.SerializeAsString(), now_).has_value());
    for (const WatchedTunnel& tunnel : settings_.tunnels) {
      const auto found = verdicts_.verdicts().find(tunnel.id);
      if (found != verdicts_.verdicts().end()) chronicle_.Told(tunnel.unit, found->second);
    }
    supervisor_ = ReportClient::State::kConnected;
    acknowledgement_.Clear();
  }

  StatusView View() const {
    return {.now = now_,
        .unix_offset = std::chrono::seconds(1'700'000'000),
        .settings = settings_,
        .chronicle = chronicle_,
        .schedule = schedule_,
        .supervisor = supervisor_,
        .verdicts = verdicts_,
        .times = times_,
        .gateway = gateway_,
        .connectors = connectors_};
  }
  template <typename Append>
  std::string Whole(Append append) const {
    std::string text;
    std::size_t number = 0;
    while (append(View(), number++, text) == Piece::kMoreFollow) {
    }
    return text;
  }
  std::string Json() const { return Whole(AppendStatus); }
  std::string Metrics() const { return Whole(AppendMetrics); }
  status::Status Read() const {
    status::Status status;
    const auto result = google::protobuf::util::JsonStringToMessage(Json(), &status);
    EXPECT_TRUE(result.ok()) << result.ToString() << "\n" << Json();
    return status;
  }

  TimePoint now_{std::chrono::seconds(10'000)};
  Settings settings_;
  CheckSchedule schedule_{[] { return 0.0; }};
  Chronicle chronicle_{now_};
  VerdictBook verdicts_;
  GatewayFacts gateway_;
  ConnectorBook connectors_;
  ReportTimes times_;
  ReportClient::State supervisor_ = ReportClient::State::kAway;

 private:
  wire::Acknowledgement acknowledgement_;
};

}  // namespace failover
