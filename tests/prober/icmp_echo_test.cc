// Against the bytes of real echo replies, captured from the kernel's own answers on loopback.
#include "prober/icmp_echo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <vector>

namespace failover {
namespace {

using Bytes = std::vector<std::byte>;

Bytes ToBytes(std::initializer_list<int> numbers) {
  Bytes bytes;
  for (const int number : numbers) bytes.push_back(static_cast<std::byte>(number));
  return bytes;
}

// 127.0.0.1 answers identifier 0x1234, sequence 7, payload a0..af.
Bytes CapturedIpv4() {
  return ToBytes({0x45, 0x00, 0x00, 0x2c, 0x6d, 0xf0, 0x00, 0x00, 0x40, 0x01, 0x0e, 0xdf, 0x7f, 0x00, 0x00,
      0x01, 0x7f, 0x00, 0x00, 0x01, 0x00, 0x00, 0xb0, 0x7f, 0x12, 0x34, 0x00, 0x07, 0xa0, 0xa1, 0xa2, 0xa3,
      0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf});
}

// ::1 answers the same request.
Bytes CapturedIpv6() {
  return ToBytes({0x81, 0x00, 0x2f, 0x2b, 0x12, 0x34, 0x00, 0x07, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6,
      0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf});
}

Echo CapturedEcho() {
  Echo echo{.identifier = 0x1234, .sequence = 7};
  for (std::size_t i = 0; i < echo.nonce.size(); ++i) echo.nonce[i] = std::byte(0xa0 + i);
  return echo;
}

TEST(IcmpEcho, RealRepliesAreDecoded) {
  const auto v4 = DecodeEchoReply(IpVersion::kIpv4, CapturedIpv4());
  ASSERT_TRUE(v4.has_value()) << v4.error().message;
  EXPECT_EQ(*v4, CapturedEcho());
  const auto v6 = DecodeEchoReply(IpVersion::kIpv6, CapturedIpv6());
  ASSERT_TRUE(v6.has_value()) << v6.error().message;
  EXPECT_EQ(*v6, CapturedEcho());
}

TEST(IcmpEcho, Ipv4OptionsAreSteppedOver) {
  Bytes reply = CapturedIpv4();
  reply.insert(reply.begin() + 20, 4, std::byte{1});  // four NOPs
  reply[0] = std::byte{0x46};
  reply[3] = std::byte{0x30};
  const auto echo = DecodeEchoReply(IpVersion::kIpv4, reply);
  ASSERT_TRUE(echo.has_value()) << echo.error().message;
  EXPECT_EQ(*echo, CapturedEcho());
}

struct Spoilt {
  const char* fault;
  std::function<void(Bytes&)> spoil;
};

TEST(IcmpEcho, SpoiltIpv4RepliesAreRefusedWithTheirFault) {
  const std::vector<Spoilt> cases = {
      {"shorter than an IPv4 header", [](Bytes& b) { b.clear(); }},
      {"shorter than an IPv4 header", [](Bytes& b) { b.resize(19); }},
      {"not IPv4", [](Bytes& b) { b[0] = std::byte{0x65}; }},
      {"impossible header length", [](Bytes& b) { b[0] = std::byte{0x44}; }},
      {"impossible header length", [](Bytes& b) { b[0] = std::byte{0x4f}; }},
      {"total length differs", [](Bytes& b) { b.pop_back(); }},
      {"total length differs", [](Bytes& b) { b.push_back(std::byte{0}); }},
      {"a fragment", [](Bytes& b) { b[6] = std::byte{0x20}; }},
      {"a fragment", [](Bytes& b) { b[7] = std::byte{1}; }},
      {"not ICMP", [](Bytes& b) { b[9] = std::byte{17}; }},
      {"not as long", [](Bytes& b) { b.pop_back(), b[3] = std::byte{0x2b}; }},
      {"not as long", [](Bytes& b) { b.push_back(std::byte{0}), b[3] = std::byte{0x2d}; }},
      {"not an echo reply", [](Bytes& b) { b[20] = std::byte{8}; }},
      {"not an echo reply", [](Bytes& b) { b[20] = std::byte{3}; }},
      {"not an echo reply", [](Bytes& b) { b[21] = std::byte{1}; }},
      {"bad checksum", [](Bytes& b) { b[22] ^= std::byte{1}; }},
      {"bad checksum", [](Bytes& b) { b[43] ^= std::byte{1}; }},
  };
  for (const Spoilt& spoilt : cases) {
    Bytes reply = CapturedIpv4();
    spoilt.spoil(reply);
    const auto echo = DecodeEchoReply(IpVersion::kIpv4, reply);
    ASSERT_FALSE(echo.has_value()) << spoilt.fault;
    EXPECT_THAT(echo.error().message, testing::HasSubstr(spoilt.fault));
  }
}

TEST(IcmpEcho, SpoiltIpv6RepliesAreRefusedWithTheirFault) {
  const std::vector<Spoilt> cases = {
      {"not as long", [](Bytes& b) { b.clear(); }},
      {"not as long", [](Bytes& b) { b.pop_back(); }},
      {"not as long", [](Bytes& b) { b.push_back(std::byte{0}); }},
      {"not an echo reply", [](Bytes& b) { b[0] = std::byte{128}; }},
      {"not an echo reply", [](Bytes& b) { b[0] = std::byte{0}; }},
      {"not an echo reply", [](Bytes& b) { b[1] = std::byte{1}; }},
  };
  for (const Spoilt& spoilt : cases) {
    Bytes reply = CapturedIpv6();
    spoilt.spoil(reply);
    const auto echo = DecodeEchoReply(IpVersion::kIpv6, reply);
    ASSERT_FALSE(echo.has_value()) << spoilt.fault;
    EXPECT_THAT(echo.error().message, testing::HasSubstr(spoilt.fault));
  }
}

TEST(IcmpEcho, EveryPrefixOfARealReplyIsRefused) {
  const Bytes v4 = CapturedIpv4();
  for (std::size_t size = 0; size < v4.size(); ++size) {
    EXPECT_FALSE(DecodeEchoReply(IpVersion::kIpv4, std::span(v4).first(size)).has_value()) << size;
  }
}

TEST(IcmpEcho, ARequestHasTheBytesThatTheRepliesWereCapturedFor) {
  const auto v4 = EncodeEchoRequest(IpVersion::kIpv4, CapturedEcho());
  Bytes expected = CapturedIpv4();
  expected.erase(expected.begin(), expected.begin() + 20);
  expected[0] = std::byte{8};
  expected[2] = std::byte{0xa8};  // the checksum is smaller by the type, 0x0800
  EXPECT_TRUE(std::ranges::equal(v4, expected));
  EXPECT_EQ(InternetChecksum(v4), 0);

  const auto v6 = EncodeEchoRequest(IpVersion::kIpv6, CapturedEcho());
  expected = CapturedIpv6();
  expected[0] = std::byte{128};
  expected[2] = expected[3] = std::byte{0};
  EXPECT_TRUE(std::ranges::equal(v6, expected));
}

TEST(IcmpEcho, TheChecksumIsThatOfRfc1071) {
  EXPECT_EQ(InternetChecksum(ToBytes({0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7})), 0x220d);
  EXPECT_EQ(InternetChecksum(ToBytes({0x01})), 0xfeff);
  EXPECT_EQ(InternetChecksum({}), 0xffff);
}

}  // namespace
}  // namespace failover
