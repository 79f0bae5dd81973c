#include "common/service_manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string>

#include "common/seqpacket.h"
#include "common/unique_fd.h"
#include "tests/support/temp_dir.h"

namespace failover {
namespace {

using testing::MatchesRegex;

// The service manager's end: a datagram socket under a name.
class Receiver {
 public:
  explicit Receiver(std::string name)  // a path, or "@..." for the abstract name space
      : fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    setenv("NOTIFY_SOCKET", name.c_str(), 1);
    if (name[0] == '@') name[0] = '\0';
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, name.size());
    EXPECT_EQ(bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
  }

  std::string Next() {
    std::array<char, 4096> text{};
    const ssize_t size = recv(fd_.get(), text.data(), text.size(), 0);
    return size < 0 ? "nothing" : std::string(text.data(), static_cast<std::size_t>(size));
  }

 private:
  UniqueFd fd_;
};

class ServiceManagerTest : public testing::Test {
 protected:
  void TearDown() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
  }

  // Runs the manager's loop for a moment, with this signal at its begin.
  void RunWith(ServiceManager& manager, int signal = 0) {
    Timer raises(loop_, [signal] { raise(signal); });
    if (signal != 0) raises.Start(std::chrono::nanoseconds(0));
    Timer stop(loop_, [this] { loop_.Stop(); });
    stop.Start(std::chrono::milliseconds(5));
    manager.Run();
  }

  TempDir dir_;
  EventLoop loop_;
};

TEST_F(ServiceManagerTest, SpeaksTheProtocolOverAPath) {
  Receiver receiver(dir_.Path("notify"));
  ServiceManager manager(loop_, [&] { manager.Status("reloaded"); });
  manager.Status("2 tunnels: 2 healthy");
  EXPECT_EQ(receiver.Next(), "STATUS=2 tunnels: 2 healthy");
  EXPECT_EQ(receiver.Next(), "nothing");
  RunWith(manager, SIGHUP);
  EXPECT_EQ(receiver.Next(), "READY=1");
  EXPECT_THAT(receiver.Next(), MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+"));
  EXPECT_EQ(receiver.Next(), "STATUS=reloaded");
  EXPECT_EQ(receiver.Next(), "READY=1");
  EXPECT_EQ(receiver.Next(), "STOPPING=1");
  EXPECT_EQ(receiver.Next(), "nothing");
}

TEST_F(ServiceManagerTest, SpeaksItOverAnAbstractName) {
  Receiver receiver("@failover-test-" + std::to_string(getpid()));
  ServiceManager manager(loop_, [] {});
  RunWith(manager);
  EXPECT_EQ(receiver.Next(), "READY=1");
  EXPECT_EQ(receiver.Next(), "STOPPING=1");
}

TEST_F(ServiceManagerTest, EitherSignalEndsTheLoopAndAnotherOneReloads) {
  for (const int signal : {SIGTERM, SIGINT}) {
    EventLoop loop;
    int reloads = 0;
    ServiceManager manager(loop, [&] { ++reloads; });
    bool late = false;
    Timer raises(loop, [signal] { raise(signal); });
    raises.Start(std::chrono::nanoseconds(0));
    Timer deadline(loop, [&] {
      late = true;
      loop.Stop();
    });
    deadline.Start(std::chrono::seconds(10));
    manager.Run();
    EXPECT_FALSE(late) << signal;
    EXPECT_EQ(reloads, 0) << signal;
  }
  int reloads = 0;
  ServiceManager manager(loop_, [&] { ++reloads; });
  RunWith(manager, SIGHUP);
  EXPECT_EQ(reloads, 1);
}

TEST_F(ServiceManagerTest, ReloadingCarriesTheMonotonicClock) {
  Receiver receiver(dir_.Path("notify"));
  const auto now = [] {
    timespec ts{};
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1'000'000 + ts.tv_nsec / 1000;
  };
  const auto before = now();
  ServiceManager manager(loop_, [] {});
  RunWith(manager, SIGHUP);
  EXPECT_EQ(receiver.Next(), "READY=1");
  const std::string message = receiver.Next();
  const long long sent = std::stoll(message.substr(message.rfind('=') + 1));
  EXPECT_GE(sent, before);
  EXPECT_LE(sent, now());
}

TEST_F(ServiceManagerTest, SaysAStatusOnlyWhenItIsNew) {
  Receiver receiver(dir_.Path("notify"));
  ServiceManager manager(loop_, [] {});
  manager.Status("a");
  manager.Status("a");
  manager.Status("b");
  manager.Status("a");
  EXPECT_EQ(receiver.Next(), "STATUS=a");
  EXPECT_EQ(receiver.Next(), "STATUS=b");
  EXPECT_EQ(receiver.Next(), "STATUS=a");
  EXPECT_EQ(receiver.Next(), "nothing");
}

TEST_F(ServiceManagerTest, TakesItsVariablesOutOfTheEnvironment) {
  const Receiver receiver(dir_.Path("notify"));
  setenv("WATCHDOG_USEC", "1000000", 1);
  setenv("WATCHDOG_PID", "1", 1);
  const ServiceManager manager(loop_, [] {});
  EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr);
  EXPECT_EQ(std::getenv("WATCHDOG_USEC"), nullptr);
  EXPECT_EQ(std::getenv("WATCHDOG_PID"), nullptr);
}

TEST_F(ServiceManagerTest, AnswersTheWatchdogFromTheLoop) {
  for (const std::string& pid : {std::string(), std::to_string(getpid())}) {
    Receiver receiver(dir_.Path("notify" + pid));
    setenv("WATCHDOG_USEC", "200", 1);
    if (!pid.empty()) setenv("WATCHDOG_PID", pid.c_str(), 1);
    EventLoop loop;
    const ServiceManager manager(loop, [] {});
    EXPECT_EQ(receiver.Next(), "WATCHDOG=1");
    EXPECT_EQ(receiver.Next(), "nothing");  // not before the loop runs
    Timer stop(loop, [&] { loop.Stop(); });
    stop.Start(std::chrono::milliseconds(1));
    loop.Run();
    EXPECT_EQ(receiver.Next(), "WATCHDOG=1");
  }
}

TEST_F(ServiceManagerTest, LeavesAnothersWatchdogAlone) {
  const std::vector<std::pair<std::string, std::string>> cases = {{"200", "1"},
      {"200", std::to_string(getppid())}, {"200", "x"}, {"0", ""}, {"", ""}, {"-5", ""}, {"x", ""}};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    Receiver receiver(dir_.Path("notify" + std::to_string(i)));
    setenv("WATCHDOG_USEC", cases[i].first.c_str(), 1);
    setenv("WATCHDOG_PID", cases[i].second.c_str(), 1);
    EventLoop loop;
    const ServiceManager manager(loop, [] {});
    Timer stop(loop, [&] { loop.Stop(); });
    stop.Start(std::chrono::milliseconds(1));
    loop.Run();
    EXPECT_EQ(receiver.Next(), "nothing") << i;
  }
}

TEST_F(ServiceManagerTest, WithoutAServiceManagerItDoesNothing) {
  for (const std::string& address : {std::string(), std::string(108, 'x')}) {
    setenv("NOTIFY_SOCKET", address.c_str(), 1);
    setenv("WATCHDOG_USEC", "200", 1);
    EventLoop loop;
    ServiceManager manager(loop, [] {});
    testing::internal::CaptureStderr();
    manager.Status("x");
    Timer stop(loop, [&] { loop.Stop(); });
    stop.Start(std::chrono::milliseconds(1));
    manager.Run();
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  }
}

TEST_F(ServiceManagerTest, AManagerThatIsGoneIsSaidAndSurvived) {
  setenv("NOTIFY_SOCKET", dir_.Path("nobody").c_str(), 1);
  ServiceManager manager(loop_, [] {});
  testing::internal::CaptureStderr();
  manager.Status("x");
  RunWith(manager);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("cannot tell the service manager"));
}

}  // namespace
}  // namespace failover
