#include "ctl/status_client.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <filesystem>
#include <thread>

#include "common/seqpacket.h"
#include "common/unique_fd.h"
#include "tests/ctl/situations.h"
#include "tests/support/temp_dir.h"

namespace failover {
namespace {

UniqueFd Bind(const std::string& path) {
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = UnixAddress(path);
  EXPECT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof(*address)), 0);
  return fd;
}

// Answers one connection with these bytes, then closes it.
class OneAnswer {
 public:
  OneAnswer(const std::string& path, std::string bytes)
      : fd_(Bind(path)), bytes_(std::move(bytes)), thread_([this] { Serve(); }) {}
  ~OneAnswer() { thread_.join(); }

  std::string request;

 private:
  void Serve() {
    listen(fd_.get(), 1);
    ready_ = true;
    const UniqueFd peer(accept(fd_.get(), nullptr, nullptr));
    std::array<char, 4096> buffer{};
    const ssize_t size = read(peer.get(), buffer.data(), buffer.size());
    if (size > 0) request.assign(buffer.data(), static_cast<std::size_t>(size));
    EXPECT_EQ(write(peer.get(), bytes_.data(), bytes_.size()), std::ssize(bytes_));
  }

 public:
  void WaitUntilReady() const {
    while (!ready_) std::this_thread::yield();
  }

 private:
  UniqueFd fd_;
  std::string bytes_;
  std::atomic<bool> ready_ = false;
  std::thread thread_;
};

std::string Answer(const std::string& head, const std::string& body) {
  return "HTTP/1.1 " + head + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

TEST(StatusClient, AsksForTheStatusAndReadsIt) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);  // is not for this
  setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  const TempDir dir;
  OneAnswer server(dir.Path("s"), Answer("200 OK", SituationText("one_down")));
  server.WaitUntilReady();
  const auto status = StatusClient(dir.Path("s")).Ask();
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(status->tunnels(1).status(), "down");
  EXPECT_TRUE(server.request.starts_with("GET /status HTTP/1.1\r\nHost: localhost\r\n")) << server.request;
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
}

TEST(StatusClient, WhatIsNoGoodAnswerIsNoStatus) {
  const std::pair<std::string, const char*> kCases[] = {{Answer("503 Busy", "later"), "HTTP status 503"},
      {Answer("200 OK", "<html>"), "is not the JSON"},
      {Answer("200 OK", R"({"version": 7})"), "format version 7"},
      {"garbage\r\n\r\n", "see: systemctl status failover-prober"},
      {Answer("302 Found\r\nLocation: http://localhost/other", ""), "HTTP status 302"}};
  for (const auto& [bytes, words] : kCases) {
    const TempDir dir;
    OneAnswer server(dir.Path("s"), bytes);
    server.WaitUntilReady();
    const auto status = StatusClient(dir.Path("s")).Ask();
    ASSERT_FALSE(status) << words;
    EXPECT_TRUE(status.error().message.contains(words)) << status.error().message;
    EXPECT_EQ(status.error().exit_status, kExitNoStatus);
  }
}

TEST(StatusClient, ConnectsNowhereButToASocketAtThatPlace) {
  const TempDir dir;
  const UniqueFd other = Bind(dir.Path("other"));
  listen(other.get(), 1);
  std::filesystem::create_symlink(dir.Path("other"), dir.Path("link"));
  const auto status = StatusClient(dir.Path("link")).Ask();
  ASSERT_FALSE(status);
  EXPECT_TRUE(status.error().message.starts_with(dir.Path("link") + ": a link, not a socket, so nobody"))
      << status.error().message;
  EXPECT_EQ(status.error().exit_status, kExitNoStatus);
  pollfd wait{.fd = other.get(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(poll(&wait, 1, 0), 0) << "somebody connected";
  EXPECT_TRUE(
      StatusClient(dir.Write("file", "x")).Ask().error().message.contains(": not a socket, so nobody"));
}

TEST(StatusClient, SaysWhyTheSocketCannotBeOpened) {
  const TempDir dir;
  EXPECT_TRUE(
      StatusClient(dir.Path("s")).Ask().error().message.contains("not there, so the prober does not run"));
  const UniqueFd dead = Bind(dir.Path("dead"));
  EXPECT_TRUE(StatusClient(dir.Path("dead")).Ask().error().message.contains("nobody listens"));
  const Failure denied = NoAnswer("/s", EACCES, "");
  EXPECT_EQ(denied.exit_status, kExitNotPermitted);
  EXPECT_TRUE(denied.message.contains("sudo usermod -aG failover-status"));
  EXPECT_EQ(NoAnswer("/s", ENOTSOCK, "").message,
      "/s: no status: Socket operation on non-socket; see: systemctl status failover-prober");
}

}  // namespace
}  // namespace failover
