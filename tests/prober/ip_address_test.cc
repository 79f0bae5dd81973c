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

TEST(IpAddress, ALinkLocalAddressBelongsToItsInterface) {
  const IpAddress address = *IpAddress::Parse("fe80::1");
  EXPECT_TRUE(address.is_link_local());
  EXPECT_NE(address.OnInterface(2), address.OnInterface(3));
  sockaddr_storage storage{};
  address.OnInterface(2).ToSocket(storage);
  EXPECT_EQ(reinterpret_cast<const sockaddr_in6&>(storage).sin6_scope_id, 2U);
  EXPECT_EQ(IpAddress::FromSocket(storage), address.OnInterface(2));
  EXPECT_EQ(address.OnInterface(2).ToString(), "fe80::1");
  for (const char* text : {"10.0.0.1", "169.254.0.1", "2001:db8::1", "fec0::1", "ff02::1"}) {
    EXPECT_FALSE(IpAddress::Parse(text)->is_link_local()) << text;
    EXPECT_EQ(IpAddress::Parse(text)->OnInterface(2), IpAddress::Parse(text)) << text;
  }
}

TEST(IpAddress, KnowsWhatCannotBeOneHost) {
  for (const char* text : {"0.0.0.0", "255.255.255.255", "224.0.0.1", "239.1.1.1", "::", "ff02::1"}) {
    EXPECT_FALSE(IpAddress::Parse(text)->names_one_host()) << text;
  }
  for (const char* text : {"10.0.0.1", "127.0.0.1", "223.255.255.255", "240.0.0.1", "::1", "fe80::1"}) {
    EXPECT_TRUE(IpAddress::Parse(text)->names_one_host()) << text;
  }
}

TEST(IpAddress, OtherFamiliesHaveNone) {
  sockaddr_storage storage{};
  storage.ss_family = AF_UNIX;
  EXPECT_FALSE(IpAddress::FromSocket(storage).has_value());
}

}  // namespace
}  // namespace failover
