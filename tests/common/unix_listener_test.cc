#include "common/unix_listener.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace failover {
namespace {

constexpr gid_t kStranger = 12345;

class UnixListenerTest : public testing::Test {
 protected:
  std::expected<UniqueFd, Error> Listen(int type = SOCK_SEQPACKET) const { return ListenAt(path_, type); }

  // The errno of an attempt to connect, 0 for success.
  int Connect(int type = SOCK_SEQPACKET) const {
    const UniqueFd fd(socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto address = *UnixAddress(path_);
    const int done = connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    return done == 0 ? 0 : errno;
  }

  TempDir dir_;
  std::string path_ = dir_.Path("report.sock");
};

TEST_F(UnixListenerTest, ListensWithoutBlockingAndStaysInItsProcess) {
  for (const int type : {SOCK_SEQPACKET, SOCK_STREAM}) {
    const auto listener = Listen(type);
    ASSERT_TRUE(listener.has_value()) << listener.error().message;
    EXPECT_EQ(accept(listener->get(), nullptr, nullptr), -1);
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_NE(fcntl(listener->get(), F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_EQ(Connect(type), 0);
    EXPECT_TRUE(UniqueFd(accept(listener->get(), nullptr, nullptr)));
    EXPECT_EQ(Connect(type == SOCK_STREAM ? SOCK_SEQPACKET : SOCK_STREAM), EPROTOTYPE);
  }
}

// Needs root, as the whole suite does: it gives a directory away.
TEST_F(UnixListenerTest, TheSocketHasItsModeFromTheStartAndItsDirectorysGroup) {
  const std::string directory = dir_.Path("run");
  ASSERT_EQ(mkdir(directory.c_str(), 0700), 0);
  ASSERT_EQ(chown(directory.c_str(), 0, kStranger), 0);
  ASSERT_EQ(chmod(directory.c_str(), 02750), 0);
  path_ = directory + "/report.sock";
  const mode_t mask = umask(077);
  const auto listener = Listen();
  EXPECT_EQ(umask(mask), 077U);  // as it was
  ASSERT_TRUE(listener.has_value());
  struct stat status{};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0660U);
  EXPECT_EQ(status.st_gid, kStranger);
}

TEST_F(UnixListenerTest, AStaleSocketIsReplaced) {
  const UniqueFd stale(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  const auto address = *UnixAddress(path_);
  ASSERT_EQ(bind(stale.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  {
    const auto listener = Listen();
    ASSERT_TRUE(listener.has_value()) << listener.error().message;
    EXPECT_EQ(Connect(), 0);
  }
  EXPECT_EQ(Connect(), ECONNREFUSED);  // it left its socket, as a crash does
  const auto listener = Listen();
  ASSERT_TRUE(listener.has_value()) << listener.error().message;
  EXPECT_EQ(Connect(), 0);
}

TEST_F(UnixListenerTest, AnythingElseInItsPlaceIsLeftAlone) {
  const std::string words = path_ + ": in the way and not a socket; move it away";
  dir_.Write("report.sock", "precious");
  EXPECT_EQ(Listen().error().message, words);
  EXPECT_EQ(std::filesystem::file_size(path_), 8U);
  std::filesystem::remove(path_);
  ASSERT_EQ(symlink("/nowhere", path_.c_str()), 0);
  EXPECT_EQ(Listen().error().message, words);
  EXPECT_TRUE(std::filesystem::is_symlink(path_));
  std::filesystem::remove(path_);
  ASSERT_EQ(mkdir(path_.c_str(), 0700), 0);
  EXPECT_EQ(Listen().error().message, words);
  EXPECT_TRUE(std::filesystem::is_directory(path_));
}

TEST_F(UnixListenerTest, ASocketThatSomebodyListensToIsLeftAlone) {
  for (const int type : {SOCK_SEQPACKET, SOCK_STREAM}) {
    const auto first = Listen(type);
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(Listen().error().message,
        path_ + ": another process listens there; see: systemctl status 'failover-*'");
    EXPECT_EQ(Connect(type), 0);
  }
}

TEST_F(UnixListenerTest, WithoutItsDirectoryItSaysWhatMakesIt) {
  const mode_t mask = umask(022);
  path_ = dir_.Path("gone/report.sock");
  EXPECT_EQ(Listen().error().message,
      path_ + "; systemd makes its directory (tmpfiles.d, RuntimeDirectory=): No such file or directory");
  EXPECT_EQ(umask(mask), 022U);
  path_ = "/tmp/" + std::string(107, 'x');
  EXPECT_THAT(Listen().error().message, testing::HasSubstr("1 to 107 bytes"));
}

}  // namespace
}  // namespace failover
