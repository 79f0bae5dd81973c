// Runs as root or not: what it makes belongs to whoever runs it.
#include "prober/status_listener.h"

#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "common/seqpacket.h"
#include "tests/prober/temp_dir.h"

namespace failover {
namespace {

using testing::HasSubstr;

std::string GroupName(gid_t gid) { return getgrgid(gid)->gr_name; }

struct stat StatusOf(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(lstat(path.c_str(), &status), 0);
  return status;
}

std::string RefusalOf(const std::string& path) {
  const auto listener = ListenUnix(path, GroupName(getgid()));
  return listener ? "listens" : listener.error().message;
}

TEST(StatusListener, TheSocketIsForItsGroupAndNobodyElse) {
  const TempDir dir;
  const std::string path = dir.path("status.sock");
  const auto listener = ListenUnix(path, "games");
  ASSERT_TRUE(listener.has_value()) << listener.error().message;
  EXPECT_EQ(StatusOf(path).st_mode & 07777, 0660U);
  if (geteuid() == 0) {
    EXPECT_EQ(listener->warning, "");
    EXPECT_EQ(GroupName(StatusOf(path).st_gid), "games");
  } else {
    EXPECT_THAT(listener->warning, HasSubstr("cannot be given to group games"));
  }
}

TEST(StatusListener, WithoutTheGroupItListensAndSaysWhoCanReadIt) {
  const TempDir dir;
  const auto listener = ListenUnix(dir.path("s"), "no-such-group");
  ASSERT_TRUE(listener.has_value());
  EXPECT_THAT(listener->warning, HasSubstr("no group no-such-group; only root and the prober's own user"));
  EXPECT_THAT(listener->warning, HasSubstr("run: systemd-sysusers"));
}

TEST(StatusListener, AStaleSocketIsReplaced) {
  const TempDir dir;
  const std::string path = dir.path("s");
  {
    ASSERT_TRUE(ListenUnix(path, GroupName(getgid())).has_value());
  }
  const ino_t before = StatusOf(path).st_ino;
  EXPECT_EQ(RefusalOf(path), "listens");
  EXPECT_NE(before, 0U);
}

TEST(StatusListener, AnythingElseInItsPlaceIsAnErrorAndStays) {
  const TempDir dir;
  const std::string file = dir.Write("file", "precious");
  EXPECT_EQ(RefusalOf(file), file + ": in the way and not a socket; move it away");
  EXPECT_EQ(StatusOf(file).st_size, 8);
  const std::string link = dir.path("link");
  ASSERT_EQ(symlink(file.c_str(), link.c_str()), 0);
  EXPECT_EQ(RefusalOf(link), link + ": in the way and not a socket; move it away");
  const std::string live = dir.path("live");
  const auto listener = ListenUnix(live, GroupName(getgid()));
  ASSERT_TRUE(listener.has_value());
  EXPECT_THAT(RefusalOf(live), HasSubstr(live + ": another process listens there"));
  EXPECT_THAT(RefusalOf(dir.path("none/s")), HasSubstr("No such file or directory"));
  EXPECT_THAT(RefusalOf(std::string(200, 'x')), HasSubstr("choose a shorter one"));
}

TEST(StatusListener, ListensByTcpOnTheAddressAlone) {
  for (const char* address : {"127.0.0.1", "::1"}) {
    const Endpoint any{.address = *IpAddress::Parse(address), .port = 0};
    const auto fd = ListenTcp(any);
    ASSERT_TRUE(fd.has_value()) << fd.error().message;
    sockaddr_storage bound{};
    socklen_t size = sizeof(bound);
    ASSERT_EQ(getsockname(fd->get(), reinterpret_cast<sockaddr*>(&bound), &size), 0);
    EXPECT_EQ(IpAddress::FromSocket(bound), any.address);
    const Endpoint taken{
        .address = any.address, .port = ntohs(reinterpret_cast<const sockaddr_in&>(bound).sin_port)};
    const auto second = ListenTcp(taken);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().message, "status_listen: " + ToString(taken) + ": Address already in use");
  }
}

TEST(StatusListener, KnowsLoopback) {
  for (const char* address : {"127.0.0.1", "127.9.9.9", "::1"}) {
    EXPECT_TRUE(IsLoopback(*IpAddress::Parse(address))) << address;
  }
  for (const char* address : {"0.0.0.0", "192.0.2.1", "::", "::ffff:127.0.0.1", "12.7.0.1"}) {
    EXPECT_FALSE(IsLoopback(*IpAddress::Parse(address))) << address;
  }
  EXPECT_EQ(ToString({.address = *IpAddress::Parse("::1"), .port = 9469}), "[::1]:9469");
  EXPECT_EQ(ToString({.address = *IpAddress::Parse("127.0.0.1"), .port = 1}), "127.0.0.1:1");
}

}  // namespace
}  // namespace failover
