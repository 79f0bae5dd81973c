// Over real sockets of the loopback, both ends in one loop.
#include "prober/local_connectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/clock.h"
#include "tests/prober/connector_samples.h"
#include "tests/prober/tiny_server.h"

namespace failover {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

constexpr const char* kClosed = "http://127.0.0.1:1/ready";

std::string Ready(char digit) {
  return TinyServer::Ok(
      R"({"status":200,"readyConnections":4,"connectorId":")" + ConnectorCalled(digit).ToString() + "\"}");
}

class LocalConnectorsTest : public testing::Test {
 protected:
  // Asks, and runs until that many have their answers.
  void Ask(std::vector<std::string> urls) {
    const std::size_t number = answers_.size() + asked_++;
    local_.Ask(std::move(urls), [this, number](const std::set<ConnectorId>& ids) {
      order_.push_back(number);
      answers_.push_back(ids);
      --asked_;
      if (asked_ == 0) loop_.Stop();
    });
  }
  void Run() {
    Timer deadline(loop_, [this] {
      ADD_FAILURE() << "not within 10 s";
      loop_.Stop();
    });
    deadline.Start(10s);
    loop_.Run();
  }

  EventLoop loop_;
  LocalConnectors local_{loop_};
  std::size_t asked_ = 0;
  std::vector<std::set<ConnectorId>> answers_;
  std::vector<std::size_t> order_;
};

TEST_F(LocalConnectorsTest, EachAddressMayNameAConnectorAndTheOthersDoNoHarm) {
  TinyServer first(loop_, Ready('1'));
  TinyServer second(loop_, Ready('2'));
  TinyServer other(loop_, TinyServer::Ok("<html>"));
  TinyServer rude(loop_, "220 mail ready\r\n");
  Ask({kClosed, first.url(), other.url(), rude.url(), second.url()});
  EXPECT_THAT(answers_, IsEmpty()) << "answers come from the loop";
  Run();
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_THAT(answers_[0], UnorderedElementsAre(ConnectorCalled('1'), ConnectorCalled('2')));
}

TEST_F(LocalConnectorsTest, NoTokenAndNothingElseThanReadyIsSentToThem) {
  TinyServer server(loop_, Ready('1'));
  Ask({server.url()});
  Run();
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_THAT(server.requests()[0], testing::StartsWith("GET /ready HTTP/1.1\r\n"));
  EXPECT_THAT(server.requests()[0], Not(HasSubstr("uthorization")));
}

TEST_F(LocalConnectorsTest, OneThatIsSilentDelaysTheOthersByASecond) {
  TinyServer silent(loop_, "");
  TinyServer good(loop_, Ready('1'));
  const TimePoint begin = BootClock::now();
  Ask({silent.url(), good.url()});
  Run();
  EXPECT_THAT(answers_.at(0), UnorderedElementsAre(ConnectorCalled('1')));
  EXPECT_LT(BootClock::now() - begin, 5s);
}

TEST_F(LocalConnectorsTest, AnAnswerOfMoreThan64KiBNamesNone) {
  const std::string id = R"({"connectorId":")" + ConnectorCalled('1').ToString() + "\"";
  TinyServer large(loop_, TinyServer::Ok(id + std::string(70000, ' ') + "}"));
  TinyServer fits(loop_, TinyServer::Ok(id + std::string(60000, ' ') + "}"));
  Ask({large.url()});
  Ask({fits.url()});
  Run();
  EXPECT_THAT(answers_.at(0), IsEmpty());
  EXPECT_THAT(answers_.at(1), UnorderedElementsAre(ConnectorCalled('1')));
}

TEST_F(LocalConnectorsTest, WhoAsksWhileOthersAreServedGetsAnswersOfLater) {
  TinyServer server(loop_, Ready('1'));
  Ask({server.url()});
  Ask({server.url()});
  Ask({kClosed});
  Run();
  EXPECT_EQ(answers_.size(), 3U);
  EXPECT_THAT(order_, testing::ElementsAre(0, 1, 2));
  EXPECT_EQ(server.requests().size(), 2U) << "once for the first, once for the other two";
}

TEST_F(LocalConnectorsTest, MoreAddressesThanAreAskedAtOnceAreAllAsked) {
  TinyServer server(loop_, Ready('1'));
  for (std::size_t i = 0; i < 3 * LocalConnectors::kMostAtOnce; ++i) {
    Ask({"http://127.0.0.1:1/" + std::to_string(i), server.url()});
  }
  Run();
  EXPECT_EQ(answers_.size(), 3 * LocalConnectors::kMostAtOnce);
  for (const auto& ids : answers_) EXPECT_THAT(ids, UnorderedElementsAre(ConnectorCalled('1')));
}

TEST_F(LocalConnectorsTest, DestructionCancelsWhatIsUnderWay) {
  TinyServer silent(loop_, "");
  int answers = 0;
  {
    LocalConnectors local(loop_);
    local.Ask({silent.url()}, [&](const auto&) { ++answers; });
  }
  EXPECT_EQ(answers, 0);
}

}  // namespace
}  // namespace failover
