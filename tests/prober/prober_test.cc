// The daemon's life as its service manager sees it.
#include "prober/prober.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <csignal>
#include <cstdlib>

#include "common/seqpacket.h"
#include "tests/prober/temp_dir.h"

namespace failover {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kConfig = R"({"gateway_check":false,"api_base_url":"https://127.0.0.1:1",
  "tunnels":[{"account_id":"699d98642c564d2e855e9661899b7252",
              "tunnel_id":"f70ff985-a4ef-4643-bbbc-4a0ed4fc8415","token":"t","service":"b"}]})";

class ProberTest : public testing::Test {
 protected:
  ProberTest() {
    manager_ = UniqueFd(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const auto address = UnixAddress(dir_.path("notify"));
    EXPECT_EQ(bind(manager_.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof(*address)), 0);
    setenv("NOTIFY_SOCKET", dir_.path("notify").c_str(), 1);
  }
  Prober::Paths PathsFor(const std::string& config) const {
    return {.config = config,
        .socket = dir_.path("no-supervisor"),
        .status_socket = dir_.path("status.sock"),
        .status_group = "no-such-group"};
  }
  // The first lines of what was told since, without STATUS.
  std::vector<std::string> Told() {
    std::vector<std::string> told;
    std::array<char, 4096> buffer{};
    while (true) {
      const ssize_t size = recv(manager_.get(), buffer.data(), buffer.size(), 0);
      if (size < 0) return told;
      const std::string message(buffer.data(), static_cast<std::size_t>(size));
      if (message.starts_with("STATUS=")) {
        status_ = message;
      } else {
        told.push_back(message.substr(0, message.find('\n')));
      }
    }
  }

  TempDir dir_;
  UniqueFd manager_;
  std::string status_;
};

TEST_F(ProberTest, ReadyReloadingAndStoppingAreToldWhenTheyAreTrue) {
  const std::string config = dir_.Write("t.json", kConfig);
  EventLoop loop;
  Prober prober(loop, PathsFor(config));
  EXPECT_TRUE(Told().empty());
  ASSERT_TRUE(prober.Start().has_value());
  EXPECT_TRUE(Told().empty());  // the loop does not run yet
  Timer reload(loop, [] { raise(SIGHUP); });
  Timer stop(loop, [] { raise(SIGTERM); });
  reload.Start(std::chrono::milliseconds(20));
  stop.Start(std::chrono::milliseconds(60));
  prober.Run();
  EXPECT_THAT(Told(), ElementsAre("READY=1", "RELOADING=1", "READY=1", "STOPPING=1"));
  EXPECT_EQ(status_, "STATUS=1 tunnel: 1 unknown; gateway not checked; no supervisor");
}

TEST_F(ProberTest, ABadFileAtAReloadLeavesTheOldConfigurationInForce) {
  const std::string config = dir_.Write("t.json", kConfig);
  EventLoop loop;
  Prober prober(loop, PathsFor(config));
  ASSERT_TRUE(prober.Start().has_value());
  dir_.Write("t.json", "{");
  Timer reload(loop, [] { raise(SIGHUP); });
  Timer stop(loop, [] { raise(SIGTERM); });
  reload.Start(std::chrono::milliseconds(20));
  stop.Start(std::chrono::milliseconds(60));
  testing::internal::CaptureStderr();
  prober.Run();
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
      HasSubstr("Configuration not reloaded, the old one stays in force: " + config));
  EXPECT_THAT(Told(), ElementsAre("READY=1", "RELOADING=1", "READY=1", "STOPPING=1"));
  EXPECT_THAT(status_, HasSubstr("1 tunnel"));
}

TEST_F(ProberTest, WithoutAPlaceForItsStatusEverythingElseWorks) {
  const std::string config = dir_.Write("t.json", kConfig);
  dir_.Write("status.sock", "in the way");
  EventLoop loop;
  Prober prober(loop, PathsFor(config));
  testing::internal::CaptureStderr();
  ASSERT_TRUE(prober.Start().has_value());
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
      HasSubstr("No status: " + dir_.path("status.sock") + ": in the way"));
  Timer stop(loop, [] { raise(SIGTERM); });
  stop.Start(std::chrono::milliseconds(20));
  prober.Run();
  EXPECT_THAT(Told(), ElementsAre("READY=1", "STOPPING=1"));
}

TEST_F(ProberTest, ABadFileAtTheStartIsReturnedAndNothingIsReady) {
  EventLoop loop;
  Prober prober(loop, PathsFor(dir_.path("none.json")));
  const auto started = prober.Start();
  ASSERT_FALSE(started.has_value());
  EXPECT_THAT(started.error(), ElementsAre(StartsWith(dir_.path("none.json") + ": No such file")));
  EXPECT_TRUE(Told().empty());
}

}  // namespace
}  // namespace failover
