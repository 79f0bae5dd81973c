// A real server on a Unix socket in a temporary directory, and clients of the loop's own thread.
#include "prober/status_server.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <set>

#include "common/seqpacket.h"
#include "tests/prober/temp_dir.h"

namespace failover {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kGetStatus = "GET /status HTTP/1.1\r\nHost: x\r\n\r\n";

class StatusServerTest : public testing::Test {
 protected:
  StatusServerTest() {
    std::signal(SIGPIPE, SIG_IGN);
    EXPECT_TRUE(server_.OpenUnix(path_, "no-such-group").has_value());
  }

  UniqueFd Connect() const {
    UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const auto address = UnixAddress(path_);
    EXPECT_EQ(connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof(*address)), 0);
    return fd;
  }
  static void Send(const UniqueFd& fd, std::string_view text) {
    EXPECT_EQ(send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL), std::ssize(text));
  }
  // Lets the loop run until `done`, at most 8 s.
  template <typename Condition>
  bool RunUntil(Condition done) {
    const TimePoint end = BootClock::now() + 8s;
    while (!done() && BootClock::now() < end) {
      event_base_loop(loop_.base(), EVLOOP_NONBLOCK);
      usleep(500);
    }
    return done();
  }
  // What comes until the server closes the connection.
  std::string Answer(const UniqueFd& fd) {
    std::string answer;
    bool closed = false;
    RunUntil([&] {
      std::array<char, 65536> part{};
      const ssize_t size = recv(fd.get(), part.data(), part.size(), 0);
      if (size > 0) answer.append(part.data(), static_cast<std::size_t>(size));
      closed = size == 0 || (size < 0 && errno != EAGAIN);
      return closed;
    });
    EXPECT_TRUE(closed) << "still open";
    return answer;
  }
  std::string Ask(std::string_view request) {
    const UniqueFd fd = Connect();
    Send(fd, request);
    return Answer(fd);
  }

  TempDir dir_;
  std::string path_ = dir_.path("status.sock");
  EventLoop loop_;
  std::string trouble_;
  std::size_t pieces_ = 3;
  std::size_t piece_size_ = 10;
  unsigned made_ = 0;
  StatusServer server_{loop_, {.status =
                                      [this](std::size_t number, std::string& out) {
                                        made_ += number == 0 ? 1 : 0;
                                        out.append(piece_size_, static_cast<char>('a' + number % 26));
                                        return number + 1 == pieces_ ? Piece::kLast : Piece::kMoreFollow;
                                      },
                                  .metrics =
                                      [](std::size_t, std::string& out) {
                                        out += "m 1\n";
                                        return Piece::kLast;
                                      },
                                  .trouble = [this] { return trouble_; }}};
};

TEST_F(StatusServerTest, AnswersItsThreePages) {
  const std::string status = Ask(kGetStatus);
  EXPECT_THAT(status, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(status, HasSubstr("Content-Type: application/json; charset=utf-8\r\n"));
  EXPECT_THAT(status, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(status, HasSubstr("\r\n\r\naaaaaaaaaabbbbbbbbbbcccccccccc"));
  EXPECT_THAT(Ask("GET /metrics?x=1 HTTP/1.0\r\n\r\n"), HasSubstr("text/plain; version=0.0.4"));
  EXPECT_THAT(Ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"), HasSubstr("\r\n\r\nok\n"));
  trouble_ = "the last probe is old";
  const std::string sick = Ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(sick, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(sick, HasSubstr("\r\n\r\nthe last probe is old\n"));
}

struct Refused {
  std::string request;
  const char* answer;
};

TEST_F(StatusServerTest, EverythingElseIsRefused) {
  const std::string host = " HTTP/1.1\r\nHost: x\r\n";
  const Refused cases[] = {
      {"GET /" + host + "\r\n", "HTTP/1.1 404 "},
      {"GET /status/" + host + "\r\n", "HTTP/1.1 404 "},
      {"GET /%73tatus" + host + "\r\n", "HTTP/1.1 404 "},
      {"POST /status" + host + "Content-Length: 3\r\n\r\nabc", "HTTP/1.1 405 "},
      {"HEAD /status" + host + "\r\n", "HTTP/1.1 405 "},
      {"DELETE /status" + host + "\r\n", "HTTP/1.1 405 "},
      {"OPTIONS /status" + host + "\r\n", "HTTP/1.1 405 "},
      {"BREW /status" + host + "\r\n", "HTTP/1.1 501 "},
      {"POST /status" + host + "Content-Length: 99999\r\n\r\n", "HTTP/1.1 413 "},
      {"GET /status" + host + "X: " + std::string(5000, 'x') + "\r\n\r\n", "HTTP/1.1 400 "},
      {"GET /" + std::string(5000, 'x') + host + "\r\n", "HTTP/1.1 400 "},
      {"nonsense without an end of its own\r\n\r\n", "HTTP/1.1 400 "},
  };
  for (const Refused& refused : cases) {
    EXPECT_THAT(Ask(refused.request), StartsWith(refused.answer)) << refused.request.substr(0, 60);
  }
  EXPECT_EQ(made_, 0U);
  EXPECT_THAT(Ask("POST /status" + host + "\r\n"), HasSubstr("Allow: GET\r\n"));
}

TEST_F(StatusServerTest, HoweverManyAskThePageIsMadeOnceASecond) {
  std::vector<UniqueFd> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(Connect());
    Send(clients.back(), kGetStatus);
  }
  for (const UniqueFd& client : clients) EXPECT_THAT(Answer(client), HasSubstr("cccccccccc"));
  EXPECT_EQ(made_, 1U);
  server_.ForgetPages();
  Ask(kGetStatus);
  EXPECT_EQ(made_, 2U);
}

TEST_F(StatusServerTest, ALongPageIsMadeInManyTurnsAndComesWhole) {
  pieces_ = 20'000;
  piece_size_ = 1000;
  const std::string answer = Ask(kGetStatus);
  EXPECT_THAT(answer, HasSubstr("Content-Length: 20000000\r\n"));
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, 20'000'000U);
  EXPECT_LT(loop_.longest_turn(), 1s);
}

TEST_F(StatusServerTest, WhatFollowsARequestIsNotAnswered) {
  const std::string answer = Ask(std::string(kGetStatus) + kGetStatus + kGetStatus);
  EXPECT_EQ(answer.find("HTTP/1.1", 1), answer.npos);
}

TEST_F(StatusServerTest, AClientThatLeavesWhileItsPageIsMadeHarmsNobody) {
  pieces_ = 100'000;
  piece_size_ = 100;
  for (int i = 0; i < 5; ++i) {
    UniqueFd leaving = Connect();
    Send(leaving, kGetStatus);
    event_base_loop(loop_.base(), EVLOOP_NONBLOCK);
  }
  EXPECT_THAT(Ask(kGetStatus), HasSubstr("Content-Length: 10000000\r\n"));
  EXPECT_TRUE(RunUntil([this] { return server_.connections() == 0; }));
}

TEST_F(StatusServerTest, ARequestThatNeverEndsIsEndedAfterItsTime) {
  const UniqueFd fd = Connect();
  const TimePoint begin = BootClock::now();
  TimePoint next = begin;
  std::size_t dropped = 0;
  std::array<char, 512> part{};
  const bool closed = RunUntil([&] {
    // A byte now and then: evhttp's own timeout begins anew with each.
    if (BootClock::now() >= next) {
      send(fd.get(), &kGetStatus[dropped % 20], 1, MSG_NOSIGNAL);
      next += 50ms;
      ++dropped;
    }
    const ssize_t size = recv(fd.get(), part.data(), part.size(), 0);
    return size == 0 || (size < 0 && errno != EAGAIN);
  });
  EXPECT_TRUE(closed);
  EXPECT_GE(BootClock::now() - begin, kRequestTime);
  EXPECT_LT(BootClock::now() - begin, kRequestTime + 1s);
}

TEST_F(StatusServerTest, WhoNeverReadsItsAnswerIsEndedAfterItsTime) {
  pieces_ = 8;
  piece_size_ = 1'000'000;
  const UniqueFd fd = Connect();
  Send(fd, kGetStatus);
  ASSERT_TRUE(RunUntil([this] { return server_.connections() == 1; }));
  const TimePoint begin = BootClock::now();
  EXPECT_TRUE(RunUntil([this] { return server_.connections() == 0; }));
  EXPECT_GE(BootClock::now() - begin, kRequestTime - 100ms);
  EXPECT_LT(BootClock::now() - begin, kRequestTime + 1s);
}

TEST_F(StatusServerTest, NoMoreThan64AreOpenAndTheOldestMakeRoom) {
  std::vector<UniqueFd> idle;
  for (int i = 0; i < 100; ++i) idle.push_back(Connect());
  ASSERT_TRUE(RunUntil([this] { return server_.connections() == kMaxStatusConnections; }));
  const UniqueFd late = Connect();
  Send(late, kGetStatus);
  std::size_t most = 0;
  std::string answer;
  const TimePoint begin = BootClock::now();
  RunUntil([&] {
    most = std::max(most, server_.connections());
    std::array<char, 4096> part{};
    const ssize_t size = recv(late.get(), part.data(), part.size(), 0);
    if (size > 0) answer.append(part.data(), static_cast<std::size_t>(size));
    return size == 0;
  });
  EXPECT_THAT(answer, HasSubstr("cccccccccc"));
  EXPECT_LT(BootClock::now() - begin, 3s);
  EXPECT_EQ(most, kMaxStatusConnections);
}

TEST_F(StatusServerTest, ByTcpTheHostMustBeAnAddress) {
  const UniqueFd port_finder(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  ASSERT_EQ(bind(port_finder.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  socklen_t size = sizeof(address);
  ASSERT_EQ(getsockname(port_finder.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  const Endpoint endpoint{.address = *IpAddress::Parse("127.0.0.1"), .port = ntohs(address.sin_port)};
  EXPECT_FALSE(server_.OpenTcp(endpoint).has_value());  // taken
  const_cast<UniqueFd&>(port_finder).reset();
  ASSERT_TRUE(server_.OpenTcp(endpoint).has_value());
  ASSERT_TRUE(server_.OpenTcp(endpoint).has_value());  // a reload that changes nothing
  const auto ask = [&](const std::string& host) {
    const UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    Send(fd, "GET /healthz HTTP/1.1\r\n" + host + "\r\n");
    EXPECT_EQ(fcntl(fd.get(), F_SETFL, O_NONBLOCK), 0);
    return Answer(fd);
  };
  EXPECT_THAT(ask("Host: 127.0.0.1:9469\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask("Host: evil.example\r\n"), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(ask(""), StartsWith("HTTP/1.1 403 "));
  ASSERT_TRUE(server_.OpenTcp(std::nullopt).has_value());
  const UniqueFd closed(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_NE(connect(closed.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
}

TEST(StatusServer, TakesItsSocketAwayAtItsEnd) {
  const TempDir dir;
  EventLoop loop;
  {
    StatusServer server(loop, {});
    ASSERT_TRUE(server.OpenUnix(dir.path("s"), "no-such-group").has_value());
    EXPECT_TRUE(std::filesystem::exists(dir.path("s")));
    EXPECT_FALSE(StatusServer(loop, {}).OpenUnix(dir.path("s"), "no-such-group").has_value());
    EXPECT_TRUE(std::filesystem::exists(dir.path("s"))) << "another's socket was taken away";
  }
  EXPECT_FALSE(std::filesystem::exists(dir.path("s")));
}

}  // namespace
}  // namespace failover
