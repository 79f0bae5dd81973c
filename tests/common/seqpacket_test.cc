#include "common/seqpacket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include "common/unique_fd.h"

namespace failover {
namespace {

class SeqPacket : public testing::Test {
 protected:
  SeqPacket() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()), 0);
    ours_ = UniqueFd(ends[0]);
    peer_ = UniqueFd(ends[1]);
  }

  std::expected<std::string_view, ReceiveError> Receive() { return ReceivePacket(ours_.get(), buffer_); }

  UniqueFd ours_;
  UniqueFd peer_;
  std::vector<char> buffer_ = std::vector<char>(kMaxPacket);
};

// As a hostile peer would: `payload`, and a descriptor beside it.
void SendWithDescriptor(int socket, std::string payload, int passed) {
  iovec piece{.iov_base = payload.data(), .iov_len = payload.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &passed, sizeof(int));
  ASSERT_EQ(sendmsg(socket, &message, 0), static_cast<ssize_t>(payload.size()));
}

std::ptrdiff_t OpenDescriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

TEST_F(SeqPacket, KeepsTheBoundariesOfPackets) {
  const std::string largest(kMaxPacket, 'x');
  for (const std::string_view packet : {std::string_view("a"), std::string_view(largest)}) {
    EXPECT_TRUE(SendPacket(peer_.get(), packet));
  }
  EXPECT_EQ(Receive().value(), "a");
  EXPECT_EQ(Receive().value(), largest);
  EXPECT_EQ(Receive().error(), ReceiveError::kWouldBlock);
}

TEST_F(SeqPacket, CarriesZeroBytes) {
  const std::string packet("\0a\0", 3);
  ASSERT_TRUE(SendPacket(peer_.get(), packet));
  EXPECT_EQ(Receive().value(), packet);
}

TEST_F(SeqPacket, RefusesAPacketThatIsTooLargeAndReadsTheNext) {
  ASSERT_TRUE(SendPacket(peer_.get(), std::string(kMaxPacket + 1, 'x')));
  ASSERT_TRUE(SendPacket(peer_.get(), "next"));
  EXPECT_EQ(Receive().error(), ReceiveError::kTooLarge);
  EXPECT_EQ(Receive().value(), "next");
}

TEST_F(SeqPacket, AnEmptyPacketReadsAsClosed) {
  ASSERT_TRUE(SendPacket(peer_.get(), ""));
  EXPECT_EQ(Receive().error(), ReceiveError::kClosed);
}

TEST_F(SeqPacket, APeerThatIsGoneReadsAsClosed) {
  ASSERT_TRUE(SendPacket(peer_.get(), "last words"));
  peer_.reset();
  EXPECT_EQ(Receive().value(), "last words");
  EXPECT_EQ(Receive().error(), ReceiveError::kClosed);
}

TEST_F(SeqPacket, DropsPassedDescriptorsAndLeaksNone) {
  const std::ptrdiff_t before = OpenDescriptors();
  for (const std::string payload : {"x", ""}) {
    SendWithDescriptor(peer_.get(), payload, ours_.get());
    EXPECT_EQ(Receive().error(), ReceiveError::kControlData);
  }
  SendWithDescriptor(peer_.get(), std::string(kMaxPacket + 1, 'x'), ours_.get());
  EXPECT_EQ(Receive().error(), ReceiveError::kControlData);
  EXPECT_EQ(OpenDescriptors(), before);
  ASSERT_TRUE(SendPacket(peer_.get(), "next"));
  EXPECT_EQ(Receive().value(), "next");
}

TEST_F(SeqPacket, NeverWaitsForAPeerThatDoesNotRead) {
  // Blocking descriptors on purpose: the call itself must not wait.
  ASSERT_EQ(fcntl(ours_.get(), F_SETFL, 0), 0);
  int sent = 0;
  while (sent < 100000 && SendPacket(ours_.get(), std::string(1000, 'x'))) ++sent;
  EXPECT_GT(sent, 0);
  EXPECT_LT(sent, 100000);
  EXPECT_EQ(errno, EAGAIN);
  std::vector<char> buffer(kMaxPacket);
  ASSERT_TRUE(ReceivePacket(peer_.get(), buffer).has_value());
  EXPECT_TRUE(SendPacket(ours_.get(), "room again"));
}

TEST_F(SeqPacket, NeverWaitsForAPacket) {
  ASSERT_EQ(fcntl(ours_.get(), F_SETFL, 0), 0);
  EXPECT_EQ(Receive().error(), ReceiveError::kWouldBlock);
}

TEST_F(SeqPacket, AClosedPeerTakesNothingAndIsNoSignal) {
  peer_.reset();
  struct sigaction before{};
  struct sigaction fatal{};
  fatal.sa_handler = SIG_DFL;  // a SIGPIPE would end this test program
  ASSERT_EQ(sigaction(SIGPIPE, &fatal, &before), 0);
  EXPECT_FALSE(SendPacket(ours_.get(), "x"));
  sigaction(SIGPIPE, &before, nullptr);
  EXPECT_EQ(Receive().error(), ReceiveError::kClosed);
}

TEST_F(SeqPacket, ABadDescriptorIsClosed) {
  EXPECT_EQ(ReceivePacket(-1, buffer_).error(), ReceiveError::kClosed);
  EXPECT_FALSE(SendPacket(-1, "x"));
}

TEST(UnixAddress, HoldsPathsOf1To107Bytes) {
  EXPECT_STREQ(UnixAddress("/run/x").value().sun_path, "/run/x");
  EXPECT_EQ(UnixAddress("/run/x").value().sun_family, AF_UNIX);
  EXPECT_TRUE(UnixAddress(std::string(107, 'x')).has_value());
  EXPECT_EQ(UnixAddress(std::string(108, 'x')).error().message,
      std::string(108, 'x') + ": a socket's path has 1 to 107 bytes; choose a shorter one");
  EXPECT_FALSE(UnixAddress("").has_value());
}

}  // namespace
}  // namespace failover
