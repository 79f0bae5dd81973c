#include "supervisor/report_server.h"

#include <gmock/gmock.h>

#include "tests/supervisor/report_server_fixture.h"

namespace failover {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(ReportServerTest, TakesWholePacketsOfTheProber) {
  Begin();
  const UniqueFd prober = Connect();
  EXPECT_TRUE(SendPacket(prober.get(), "one"));
  EXPECT_TRUE(SendPacket(prober.get(), "two"));
  RunReady(loop_);
  EXPECT_THAT(packets_, ElementsAre("0:one", "1:two"));
  EXPECT_THAT(Words(), ElementsAre("[INFO] Prober connected, " + me_ + "."));
}

TEST_F(ReportServerTest, TheSocketHasItsModeFromTheStartAndItsDirectorysGroup) {
  const std::string directory = file_.dir().Path("run");
  ASSERT_EQ(mkdir(directory.c_str(), 0700), 0);
  ASSERT_EQ(chown(directory.c_str(), 0, kStranger), 0);
  ASSERT_EQ(chmod(directory.c_str(), 02750), 0);
  path_ = directory + "/report.sock";
  const mode_t mask = umask(077);
  Begin();
  EXPECT_EQ(umask(mask), 077U);  // as it was
  struct stat status{};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0660U);
  EXPECT_EQ(status.st_gid, kStranger);
}

TEST_F(ReportServerTest, AStaleSocketIsReplaced) {
  const UniqueFd stale(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  const auto address = *UnixAddress(path_);
  ASSERT_EQ(bind(stale.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  Begin();
  EXPECT_TRUE(Connect());
  server_.reset();  // leaves its socket, as a crash does
  Begin();
  EXPECT_TRUE(Connect());
}

TEST_F(ReportServerTest, AnythingElseInItsPlaceIsLeftAlone) {
  const std::string words = path_ + ": in the way and not a socket; move it away";
  file_.dir().Write("report.sock", "precious");
  EXPECT_EQ(Listen().error().message, words);
  EXPECT_EQ(ReadAll(path_), "precious");
  std::filesystem::remove(path_);
  ASSERT_EQ(symlink("/nowhere", path_.c_str()), 0);
  EXPECT_EQ(Listen().error().message, words);
  std::filesystem::remove(path_);
  ASSERT_EQ(mkdir(path_.c_str(), 0700), 0);
  EXPECT_EQ(Listen().error().message, words);
}

TEST_F(ReportServerTest, ASocketThatSomebodyListensToIsLeftAlone) {
  Begin();
  EXPECT_EQ(Listen().error().message,
      path_ + ": another process listens there; see: systemctl status 'failover-*'");
  EXPECT_TRUE(Connect());
}

TEST_F(ReportServerTest, WithoutItsDirectoryItSaysWhatMakesIt) {
  path_ = file_.dir().Path("gone/report.sock");
  EXPECT_EQ(Listen().error().message,
      path_ + "; systemd makes its directory (tmpfiles.d, RuntimeDirectory=): No such file or directory");
  path_ = "/tmp/" + std::string(107, 'x');
  EXPECT_THAT(Listen().error().message, HasSubstr("1 to 107 bytes"));
}

TEST_F(ReportServerTest, ASecondConnectionIsRefusedAndTheFirstOneStands) {
  Begin();
  const UniqueFd first = Connect();
  RunReady(loop_);
  const UniqueFd second = Connect();
  SendPacket(second.get(), "from the second");
  RunReady(loop_);
  EXPECT_EQ(Look(second), Sees::kEnd);
  EXPECT_EQ(Look(first), Sees::kNothing);
  EXPECT_THAT(packets_, IsEmpty());
  EXPECT_THAT(Words(), ElementsAre("[INFO] Prober connected, " + me_ + ".",
                           "[WARNING] Refused a connection from " + me_ + ": a prober is connected"));
  SendPacket(first.get(), "still here");
  RunReady(loop_);
  EXPECT_THAT(packets_, ElementsAre("0:still here"));
}

TEST_F(ReportServerTest, AProberThatWasKilledAndIsBackAtOnceIsNotRefused) {
  Begin();
  UniqueFd first = Connect();
  RunReady(loop_);
  const UniqueFd second = Connect();  // the loop hears of it before it hears of the other's end
  SendPacket(second.get(), "back");
  SendPacket(first.get(), "last words");
  first.reset();
  RunReady(loop_);
  EXPECT_THAT(packets_, ElementsAre("0:last words", "0:back"));
  EXPECT_EQ(Look(second), Sees::kNothing);
}

TEST_F(ReportServerTest, AnEndOfTheConnectionIsSaidAndAnotherOneIsWelcome) {
  Begin();
  for (int i = 0; i < 2; ++i) {
    UniqueFd prober = Connect();
    RunReady(loop_);
    prober.reset();
    RunReady(loop_);
    EXPECT_EQ(Words().back(), "[WARNING] Prober disconnected.");
    EXPECT_FALSE(server_->Send("x"));
  }
  EXPECT_THAT(Words(), SizeIs(4));
}

TEST_F(ReportServerTest, APeerThatDoesNotReadIsNotWaitedFor) {
  Begin();
  EXPECT_FALSE(server_->Send("nobody"));
  const UniqueFd prober = Connect();
  RunReady(loop_);
  EXPECT_FALSE(server_->Send("unasked"));  // it has reported nothing yet
  SendPacket(prober.get(), "report");
  RunReady(loop_);
  int sent = 0;
  while (server_->Send("answer")) ASSERT_LT(++sent, 100'000);
  EXPECT_GT(sent, 0);
  EXPECT_FALSE(server_->Send("answer"));
  std::array<char, 64> buffer{};
  for (; sent > 0; --sent) ASSERT_EQ(recv(prober.get(), buffer.data(), buffer.size(), 0), 6);
  EXPECT_TRUE(server_->Send("answer"));
}

}  // namespace
}  // namespace failover
