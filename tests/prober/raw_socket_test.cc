// Against the kernel's own echo on loopback.
#include "prober/raw_socket.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <chrono>

namespace failover {
namespace {

constexpr std::uint16_t kOurs = 0x4f55;
constexpr std::uint16_t kTheirs = 0x5448;

struct Place {
  IpVersion version;
  const char* address;
};

class RawSocketTest : public testing::TestWithParam<Place> {
 protected:
  static RawSocket Open(std::uint16_t identifier) {
    auto socket = RawSocket::Open(GetParam().version, identifier);
    EXPECT_TRUE(socket.has_value()) << socket.error().message;
    return std::move(*socket);
  }
  static Echo MakeEcho(std::uint16_t identifier, std::uint16_t sequence) {
    Echo echo{.identifier = identifier, .sequence = sequence};
    echo.nonce.fill(std::byte{0x33});
    return echo;
  }
  void Send(RawSocket& socket, const Echo& echo) const {
    const auto sent = socket.Send(loopback_, EncodeEchoRequest(GetParam().version, echo));
    ASSERT_TRUE(sent.has_value()) << sent.error().message;
  }
  std::optional<ReceivedDatagram> Receive(RawSocket& socket) {
    pollfd wait{.fd = socket.fd(), .events = POLLIN, .revents = 0};
    poll(&wait, 1, 2000);
    return socket.Receive(buffer_);
  }

  const IpAddress loopback_ = *IpAddress::Parse(GetParam().address);
  std::array<std::byte, 256> buffer_{};
};

TEST_P(RawSocketTest, AReplyComesWithSenderAndKernelStamp) {
  RawSocket socket = Open(kOurs);
  const RealTime before = std::chrono::system_clock::now();
  Send(socket, MakeEcho(kOurs, 9));
  const auto datagram = Receive(socket);
  ASSERT_TRUE(datagram.has_value());
  EXPECT_EQ(datagram->sender, loopback_);
  const auto echo = DecodeEchoReply(GetParam().version, datagram->bytes);
  ASSERT_TRUE(echo.has_value()) << echo.error().message;
  EXPECT_EQ(*echo, MakeEcho(kOurs, 9));
  ASSERT_TRUE(datagram->stamp.has_value());
  EXPECT_GE(*datagram->stamp, before);
  EXPECT_LE(*datagram->stamp, RealTime(std::chrono::system_clock::now()));
}

TEST_P(RawSocketTest, TheKernelKeepsRequestsAndOtherIdentifiersAway) {
  RawSocket ours = Open(kOurs);
  RawSocket theirs = Open(kTheirs);
  Send(theirs, MakeEcho(kTheirs, 1));
  ASSERT_TRUE(Receive(theirs).has_value()) << "the other reply has come";
  Send(ours, MakeEcho(kOurs, 2));
  const auto datagram = Receive(ours);
  ASSERT_TRUE(datagram.has_value());
  const auto echo = DecodeEchoReply(GetParam().version, datagram->bytes);
  ASSERT_TRUE(echo.has_value()) << echo.error().message;
  EXPECT_EQ(*echo, MakeEcho(kOurs, 2)) << "ours is the first that came";
  EXPECT_FALSE(ours.Receive(buffer_).has_value());
}

TEST_P(RawSocketTest, NothingWaitsInANewSocket) {
  RawSocket socket = Open(kOurs);
  EXPECT_FALSE(socket.Receive(buffer_).has_value());
}

INSTANTIATE_TEST_SUITE_P(BothVersions, RawSocketTest,
    testing::Values(Place{IpVersion::kIpv4, "127.0.0.1"}, Place{IpVersion::kIpv6, "::1"}),
    [](const auto& test) { return test.param.version == IpVersion::kIpv4 ? "Ipv4" : "Ipv6"; });

TEST(RawSocket, AnAddressThatCannotBeSentToIsAnError) {
  auto socket = RawSocket::Open(IpVersion::kIpv4, kOurs);
  ASSERT_TRUE(socket.has_value());
  const auto message = EncodeEchoRequest(IpVersion::kIpv4, {});
  // Broadcast without SO_BROADCAST: refused by the kernel, nothing leaves the host.
  const auto sent = socket->Send(*IpAddress::Parse("255.255.255.255"), message);
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(sent.error().message, "cannot send an echo request: Permission denied");
}

}  // namespace
}  // namespace failover
