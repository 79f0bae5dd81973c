// Over real sockets, both ends in one loop.
#include "prober/report_client.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <deque>
#include <functional>

#include "tests/prober/temp_dir.h"

namespace failover {
namespace {

using namespace std::chrono_literals;

TunnelId Id(char fill) { return *TunnelId::FromBytes(std::string(16, fill)); }

class ReportClientTest : public testing::Test {
 protected:
  ReportClientTest()
      : deadline_(loop_,
            [this] {
              ADD_FAILURE() << "nothing came within 10 s";
              loop_.Stop();
            }),
        client_(loop_, dir_.path("s"),
            {.connected = [this] { ++connected_; }, .acknowledged = [this] { on_ack_(); }}) {
    client_.SetGateway(GatewayState::kReachable, 1ms);
    deadline_.Start(10s);
  }

  void Listen() {
    listener_ = UniqueFd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const auto address = UnixAddress(dir_.path("s"));
    ASSERT_EQ(bind(listener_.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof(*address)), 0);
    ASSERT_EQ(listen(listener_.get(), 1), 0);
    accept_.emplace(loop_, listener_.get(), EV_READ, [this](short) {
      reading_.reset();
      peer_ = UniqueFd(accept(listener_.get(), nullptr, nullptr));
      if (read_) Read();
    });
  }
  void Read() {
    reading_.emplace(loop_, peer_.get(), EV_READ, [this](short) {
      std::array<char, kMaxPacket> buffer{};
      const auto packet = ReceivePacket(peer_.get(), buffer);
      if (!packet) return reading_.reset();
      wire::HealthReport report;
      EXPECT_TRUE(report.ParseFromArray(packet->data(), static_cast<int>(packet->size())));
      reports_.push_back(report);
      on_report_(report);
    });
  }
  void Answer(const std::string& packet) { EXPECT_TRUE(SendPacket(peer_.get(), packet)); }
  void Acknowledge(const wire::HealthReport& report) {
    wire::Acknowledgement ack;
    ack.set_sequence(report.sequence());
    Answer(ack.SerializeAsString());
  }
  void HangUp() {
    reading_.reset();
    peer_.reset();
  }

  TempDir dir_;
  EventLoop loop_;
  Timer deadline_;
  UniqueFd listener_;
  std::optional<FdWatch> accept_;
  UniqueFd peer_;
  std::optional<FdWatch> reading_;
  bool read_ = true;
  std::deque<wire::HealthReport> reports_;
  std::function<void(const wire::HealthReport&)> on_report_ = [](const auto&) {};
  std::function<void()> on_ack_ = [] {};
  int connected_ = 0;
  ReportClient client_;
};

TEST_F(ReportClientTest, WhatIsKnownIsReportedAndTheAnswerIsKept) {
  Listen();
  client_.Observe(Id('a'), Known(TunnelStatus::kDown));
  on_report_ = [this](const auto& report) { Acknowledge(report); };
  on_ack_ = [this] { loop_.Stop(); };
  client_.Start();
  EXPECT_EQ(client_.state(), ReportClient::State::kConnecting);
  loop_.Run();
  ASSERT_EQ(reports_.size(), 1U);
  EXPECT_EQ(reports_[0].sequence(), 1U);
  EXPECT_NE(reports_[0].instance(), 0U);
  ASSERT_EQ(reports_[0].tunnels_size(), 1);
  EXPECT_EQ(client_.state(), ReportClient::State::kConnected);
  EXPECT_EQ(client_.verdicts().sequence(), 1U);
  EXPECT_EQ(connected_, 1);
}

TEST_F(ReportClientTest, ALostSupervisorIsFoundAgainAndHearsEverythingOnce) {
  Listen();
  client_.Observe(Id('a'), Known(TunnelStatus::kDown));
  on_report_ = [this](const auto& report) {
    if (reports_.size() == 1) return HangUp();
    Acknowledge(report);
  };
  on_ack_ = [this] {
    if (client_.state() == ReportClient::State::kConnected) loop_.Stop();
  };
  client_.Start();
  loop_.Run();
  ASSERT_EQ(reports_.size(), 2U);
  EXPECT_EQ(reports_[1].sequence(), 1U);
  EXPECT_EQ(reports_[1].instance(), reports_[0].instance());
  ASSERT_EQ(reports_[1].tunnels_size(), 1);
  EXPECT_EQ(reports_[1].tunnels(0).observation(), reports_[0].tunnels(0).observation());
  EXPECT_EQ(connected_, 1) << "the first connection was never acknowledged";
}

TEST_F(ReportClientTest, WithoutASupervisorItTriesAgain) {
  client_.Start();
  EXPECT_EQ(client_.state(), ReportClient::State::kAway);
  Listen();
  on_report_ = [this](const auto&) { loop_.Stop(); };
  loop_.Run();
  EXPECT_EQ(reports_.size(), 1U);
}

TEST_F(ReportClientTest, AFullSocketKeepsTheNewestOfEachTunnel) {
  read_ = false;
  Listen();
  client_.Start();
  for (int i = 0; i < 1000; ++i) {
    client_.Observe(Id('a'), Known(i == 999 ? TunnelStatus::kHealthy : TunnelStatus::kDown));
    client_.Flush();
  }
  Timer reader(loop_, [this] { Read(); });
  reader.Start(1ms);
  on_report_ = [this](const wire::HealthReport& report) {
    for (const auto& tunnel : report.tunnels()) {
      if (tunnel.observation() == 1000) loop_.Stop();
    }
  };
  loop_.Run();
  EXPECT_LT(reports_.size(), 1000U) << "the socket was never full";
  EXPECT_EQ(reports_.back().tunnels(0).status(), wire::HEALTHY);
  for (std::size_t i = 0; i < reports_.size(); ++i) EXPECT_EQ(reports_[i].sequence(), i + 1);
}

TEST_F(ReportClientTest, AnAnswerThatIsNoneEndsTheConnection) {
  Listen();
  on_report_ = [this](const auto&) { Answer("\xff\xff\xff"); };
  on_ack_ = [this] { loop_.Stop(); };
  client_.Start();
  loop_.Run();
  EXPECT_EQ(client_.state(), ReportClient::State::kAway);
  EXPECT_EQ(connected_, 0);
}

}  // namespace
}  // namespace failover
