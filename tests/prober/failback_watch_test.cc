// The lists are handed in; this host's connectors are asked over real sockets.
#include "prober/failback_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/prober/connector_samples.h"
#include "tests/prober/tiny_server.h"

namespace failover {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const Connector kOurs = Opened('3', {101, 102});
const Connector kBack = Opened('2', {200});

TunnelId Id(char fill) { return *TunnelId::FromBytes(std::string(16, fill)); }

// What the supervisor says about a tunnel.
std::string Verdict(char tunnel, words::StartOutcome outcome, words::Failback failback) {
  wire::Acknowledgement ack;
  ack.set_sequence(1);
  auto& entry = *ack.add_tunnels();
  entry.set_tunnel_id(std::string(16, tunnel));
  entry.set_last_outcome(outcome);
  entry.set_failback(failback);
  return ack.SerializeAsString();
}

class FailbackWatchTest : public testing::Test {
 protected:
  FailbackWatchTest() {
    settings_.check_interval = 3s;
    settings_.api_timeout = 10s;
    for (const char fill : {'a', 'b'}) {
      settings_.tunnels.push_back({.id = Id(fill),
          .label = std::string("T") + fill,
          .account_id = "",
          .token = "",
          .failover_on = {},
          .failback_service = fill == 'a' ? "failback@x" : "",
          .local_metrics = server_.address()});
    }
    watch_.Configure(settings_, book_);
  }
  void Hear(const std::string& packet) {
    ASSERT_TRUE(book_.Read(packet, BootClock::now()).has_value());
    watch_.Acknowledged(book_);
  }
  // Hands a list in and runs until a finding is there.
  void Listed(const Connectors& list) {
    watch_.Listed(Id('a'), list);
    const auto before = watch_.Find(Id('a'))->list_at;
    const TimePoint deadline = BootClock::now() + 10s;
    while (watch_.Find(Id('a'))->list_at == before) {
      ASSERT_LT(BootClock::now(), deadline);
      event_base_loop(loop_.base(), EVLOOP_ONCE);
    }
  }

  EventLoop loop_;
  TinyServer server_{loop_,
      TinyServer::Ok(R"({"status":200,"readyConnections":4,"connectorId":")" + kOurs.id.ToString() + "\"}")};
  Settings settings_;
  VerdictBook book_;
  std::vector<std::string> told_;
  FailbackWatch watch_{loop_,
      {.watch = [this](const TunnelId& id) { told_.push_back("watch " + id.ToString().substr(0, 2)); },
          .leave = [this](const TunnelId& id) { told_.push_back("leave " + id.ToString().substr(0, 2)); }}};
};

TEST(BackupMayRun, AfterAStartUntilTheFailbackThatFollowsIt) {
  const auto verdict = [](words::StartOutcome outcome, words::Failback failback,
                           words::Verdict judged = words::WAIT_HEALTHY) {
    return TunnelVerdict{.verdict = judged, .last_outcome = outcome, .failback = failback};
  };
  EXPECT_FALSE(BackupMayRun(verdict(words::NOT_STARTED, words::FAILBACK_NONE)));
  for (const auto outcome :
      {words::SUCCEEDED, words::FAILED, words::TIMED_OUT, words::IGNORED, words::OUTCOME_UNKNOWN}) {
    EXPECT_TRUE(BackupMayRun(verdict(outcome, words::FAILBACK_AWAY))) << outcome;
    EXPECT_FALSE(BackupMayRun(verdict(outcome, words::FAILBACK_NONE))) << outcome;
  }
  for (const auto failback :
      {words::FAILBACK_STEADYING, words::FAILBACK_FLAPPING, words::FAILBACK_WAITING}) {
    EXPECT_TRUE(BackupMayRun(verdict(words::SUCCEEDED, failback))) << failback;
  }
  EXPECT_FALSE(BackupMayRun(verdict(words::SUCCEEDED, words::FAILBACK_STARTED)));
  EXPECT_TRUE(BackupMayRun(verdict(words::PENDING, words::FAILBACK_NONE))) << "not judged yet";
  EXPECT_TRUE(BackupMayRun(verdict(words::SUCCEEDED, words::FAILBACK_NONE, words::START)));
}

TEST_F(FailbackWatchTest, ConnectorsAreAskedForWhileTheBackupMayRun) {
  Hear(Verdict('a', words::NOT_STARTED, words::FAILBACK_NONE));
  EXPECT_THAT(told_, ElementsAre("leave 61"));
  Hear(Verdict('a', words::PENDING, words::FAILBACK_NONE));
  EXPECT_THAT(told_, ElementsAre("leave 61", "watch 61"));
  EXPECT_TRUE(watch_.Find(Id('a')).has_value());
  Hear(Verdict('a', words::SUCCEEDED, words::FAILBACK_STARTED));
  EXPECT_THAT(told_, ElementsAre("leave 61", "watch 61", "leave 61"));
  EXPECT_FALSE(watch_.Find(Id('a')).has_value());
}

TEST_F(FailbackWatchTest, ATunnelWithoutFailbackIsNeverAskedFor) {
  Hear(Verdict('b', words::SUCCEEDED, words::FAILBACK_AWAY));
  Hear(Verdict('z', words::SUCCEEDED, words::FAILBACK_AWAY));
  EXPECT_THAT(told_, ElementsAre());
  watch_.Listed(Id('b'), Connectors{kOurs, kBack});
  EXPECT_EQ(watch_.PrimaryOf(Id('b'), BootClock::now()), Primary::kUncertain);
}

TEST_F(FailbackWatchTest, AListAndThisHostsConnectorMakeAFinding) {
  Hear(Verdict('a', words::SUCCEEDED, words::FAILBACK_AWAY));
  EXPECT_EQ(watch_.PrimaryOf(Id('a'), BootClock::now()), Primary::kUncertain);
  Listed({kOurs});
  EXPECT_EQ(watch_.PrimaryOf(Id('a'), BootClock::now()), Primary::kAway);
  Listed({kOurs, kBack});
  EXPECT_EQ(watch_.PrimaryOf(Id('a'), BootClock::now()), Primary::kReturned);
  EXPECT_EQ(watch_.PrimaryOf(Id('a'), BootClock::now() + 1h), Primary::kUncertain) << "too old";
  Listed({kOurs, kBack});
  watch_.Listed(Id('a'), std::unexpected(Reason::kTimeout));
  EXPECT_EQ(watch_.PrimaryOf(Id('a'), BootClock::now()), Primary::kUncertain);
  Listed({kOurs, kBack});
  server_.SetAnswer("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  Listed({kOurs, kBack});
  EXPECT_THAT(watch_.Find(Id('a'))->uncertainty, HasSubstr("no cloudflared answers on this host"));
}

TEST_F(FailbackWatchTest, AReloadSaysOnceMoreWhatIsToBeAskedFor) {
  Hear(Verdict('a', words::SUCCEEDED, words::FAILBACK_AWAY));
  Hear(Verdict('b', words::SUCCEEDED, words::FAILBACK_AWAY));
  told_.clear();
  settings_.tunnels[1].failback_service = "failback@y";
  watch_.Configure(settings_, book_);
  EXPECT_THAT(told_, ElementsAre("watch 61", "watch 62"));
}

}  // namespace
}  // namespace failover
