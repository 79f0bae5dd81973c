#include "prober/ip_address.h"

#include <gtest/gtest.h>

namespace failover {
namespace {

TEST(IpAddress, LiteralsOfBothVersionsSurviveTheWayThroughASocketAddress) {
  for (const char* text : {"192.168.1.1", "::1", "2001:db8::17"}) {
    const auto address = IpAddress::Parse(text);
    ASSERT_TRUE(address.has_value()) << text;
    EXPECT_EQ(address->ToString(), text);
    sockaddr_storage storage{};
    EXPECT_GT(address->ToSocket(storage), 0U);
    EXPECT_EQ(IpAddress::FromSocket(storage), address);
  }
}

TEST(IpAddress, OtherTextIsNoAddress) {
  for (const char* text : {"", "gateway", "1.2.3", "1.2.3.4.5", "fe80::1%eth0", "::1 ", "1.2.3.4/8"}) {
    EXPECT_FALSE(IpAddress::Parse(text).has_value()) << text;
  }
  EXPECT_FALSE(IpAddress::Parse(std::string("::1\0x", 5)).has_value());
}

TEST(IpAddress, AnIpv4AddressIsNotItsMappedIpv6Form) {
  EXPECT_NE(IpAddress::Parse("127.0.0.1"), IpAddress::Parse("::ffff:127.0.0.1"));
  EXPECT_NE(IpAddress::Parse("0.0.0.0"), IpAddress::Parse("::"));
}

TEST(IpAddress, OtherFamiliesHaveNone) {
  sockaddr_storage storage{};
  storage.ss_family = AF_UNIX;
  EXPECT_FALSE(IpAddress::FromSocket(storage).has_value());
}

}  // namespace
}  // namespace failover
