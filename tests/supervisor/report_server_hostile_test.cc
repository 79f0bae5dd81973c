// Peers of the report socket that mean no good, or are broken.
#include <gmock/gmock.h>
#include <grp.h>
#include <sys/wait.h>

#include <cstring>

#include "tests/supervisor/report_server_fixture.h"

namespace failover {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A child with another uid connects and sends; its exit status is 0 if both worked.
TEST_F(ReportServerTest, AnotherUsersPacketsAreNeverRead) {
  Begin();
  ASSERT_EQ(chmod(path_.c_str(), 0666), 0);  // let it come as far as it can
  const pid_t stranger = fork();
  if (stranger == 0) {
    const bool dropped = setgroups(0, nullptr) == 0 && setresuid(kStranger, kStranger, kStranger) == 0;
    const UniqueFd fd = Connect();
    _exit(dropped && fd && SendPacket(fd.get(), "let me in") ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(stranger, &status, 0), stranger);
  ASSERT_EQ(status, 0);
  RunReady(loop_);
  EXPECT_THAT(packets_, IsEmpty());
  EXPECT_THAT(Words(), ElementsAre("[WARNING] Refused a connection from uid 54321 (pid N): only the "
                                   "prober's user may report"));
}

TEST_F(ReportServerTest, RootIsNotTheProberEither) {
  auto server = Listen(kStranger);
  ASSERT_TRUE(server.has_value());
  const UniqueFd root = Connect();
  RunReady(loop_);
  EXPECT_EQ(Look(root), Sees::kEnd);
  EXPECT_FALSE((*server)->Send("x"));
}

TEST_F(ReportServerTest, WhatIsRefusedClosesTheConnection) {
  Begin();
  const std::string large(kMaxPacket + 1, 'x');
  const std::string closed = "[WARNING] Refused a packet, connection closed: ";
  for (const auto& [packet, why] :
      {std::pair<std::string, std::string>{"bad", "NOT_A_HEALTH_REPORT."}, {large, "LARGER_THAN_16_KIB."}}) {
    const UniqueFd prober = Connect();
    SendPacket(prober.get(), packet);
    SendPacket(prober.get(), "after it");
    RunReady(loop_);
    EXPECT_EQ(Look(prober), Sees::kEnd);
    EXPECT_EQ(Words().back(), closed + why);
  }
  EXPECT_THAT(packets_, IsEmpty());
  const UniqueFd good = Connect();
  SendPacket(good.get(), std::string(kMaxPacket, 'x'));
  RunReady(loop_);
  EXPECT_EQ(packets_.size(), 1U);
}

TEST_F(ReportServerTest, ADescriptorThatIsPassedClosesTheConnectionAndIsNotKept) {
  Begin();
  const UniqueFd prober = Connect();
  RunReady(loop_);
  std::string payload = "one";
  iovec piece{.iov_base = payload.data(), .iov_len = payload.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_len = CMSG_LEN(sizeof(int));
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  const int passed = prober.get();
  std::memcpy(CMSG_DATA(header), &passed, sizeof(int));
  const auto descriptors = [] {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  const auto before = descriptors();
  ASSERT_EQ(sendmsg(prober.get(), &message, 0), 3);
  RunReady(loop_);
  EXPECT_THAT(packets_, IsEmpty());
  EXPECT_EQ(Words().back(), "[WARNING] Refused a packet, connection closed: CONTROL_DATA.");
  EXPECT_EQ(descriptors(), before - 1);  // the connection's own
}

TEST_F(ReportServerTest, AFloodOfBadPacketsIsBoundedInTheLog) {
  Begin();
  testing::internal::CaptureStderr();
  for (int i = 0; i < 10'000; ++i) {
    const UniqueFd prober = Connect();
    ASSERT_TRUE(prober);
    SendPacket(prober.get(), "bad");
    RunReady(loop_);
  }
  EXPECT_LT(testing::internal::GetCapturedStderr().size(), 5'000U);
  EXPECT_LT(file_.text().size(), 5'000U);
}

TEST_F(ReportServerTest, AFloodOfGoodPacketsLeavesTheLoopToOthers) {
  Begin();
  const UniqueFd prober = Connect();
  RunReady(loop_);
  while (SendPacket(prober.get(), "x")) {
  }
  event_base_loop(loop_.base(), EVLOOP_ONCE | EVLOOP_NONBLOCK);
  EXPECT_GE(packets_.size(), 1U);
  EXPECT_LE(packets_.size(), 32U);
}

}  // namespace
}  // namespace failover
