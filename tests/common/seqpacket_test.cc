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
    EXPECT_EQ(SendPacket(peer_.get(), packet), SendResult::kSent);
  }
  EXPECT_EQ(Receive().value(), "a");
  EXPECT_EQ(Receive().value(), largest);
  EXPECT_EQ(Receive().error(), ReceiveError::kWouldBlock);
}

TEST_F(SeqPacket, CarriesZeroBytes) {
  const std::string packet("\0a\0", 3);
  ASSERT_EQ(SendPacket(peer_.get(), packet), SendResult::kSent);
  EXPECT_EQ(Receive().value(), packet);
}

TEST_F(SeqPacket, RefusesAPacketThatIsTooLargeAndReadsTheNext) {
  ASSERT_EQ(SendPacket(peer_.get(), std::string(kMaxPacket + 1, 'x')), SendResult::kSent);
  ASSERT_EQ(SendPacket(peer_.get(), "next"), SendResult::kSent);
  EXPECT_EQ(Receive().error(), ReceiveError::kTooLarge);
  EXPECT_EQ(Receive().value(), "next");
}

TEST_F(SeqPacket, AnEmptyPacketReadsAsClosed) {
  ASSERT_EQ(SendPacket(peer_.get(), ""), SendResult::kSent);
  EXPECT_EQ(Receive().error(), ReceiveError::kClosed);
}

TEST_F(SeqPacket, APeerThatIsGoneReadsAsClosed) {
  ASSERT_EQ(SendPacket(peer_.get(), "last words"), SendResult::kSent);
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
  ASSERT_EQ(SendPacket(peer_.get(), "next"), SendResult::kSent);
  EXPECT_EQ(Receive().value(), "next");
}

TEST_F(SeqPacket, NeverWaitsForAPeerThatDoesNotRead) {
  // Blocking descriptors on purpose: the call itself must not wait.
  ASSERT_EQ(fcntl(ours_.get(), F_SETFL, 0), 0);
  int sent = 0;
  SendResult result = SendResult::kSent;
  for (; sent < 100000 && result == SendResult::kSent; ++sent) {
    result = SendPacket(ours_.get(), std::string(1000, 'x'));
  }
  EXPECT_EQ(result, SendResult::kWouldBlock);
  std::vector<char> buffer(kMaxPacket);
  ASSERT_TRUE(ReceivePacket(peer_.get(), buffer).has_value());
  EXPECT_EQ(SendPacket(ours_.get(), "room again"), SendResult::kSent);
}

TEST_F(SeqPacket, NeverWaitsForAPacket) {
  ASSERT_EQ(fcntl(ours_.get(), F_SETFL, 0), 0);
  EXPECT_EQ(Receive().error(), ReceiveError::kWouldBlock);
}

TEST_F(SeqPacket, AClosedPeerIsAResultAndNoSignal) {
  peer_.reset();
  struct sigaction before{};
  struct sigaction fatal{};
  fatal.sa_handler = SIG_DFL;  // a SIGPIPE would end this test program
  ASSERT_EQ(sigaction(SIGPIPE, &fatal, &before), 0);
  EXPECT_EQ(SendPacket(ours_.get(), "x"), SendResult::kClosed);
  sigaction(SIGPIPE, &before, nullptr);
}

TEST_F(SeqPacket, ABadDescriptorIsClosed) {
  EXPECT_EQ(ReceivePacket(-1, buffer_).error(), ReceiveError::kClosed);
  EXPECT_EQ(SendPacket(-1, "x"), SendResult::kClosed);
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
