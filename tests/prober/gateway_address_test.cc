#include "prober/gateway_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>

namespace failover {
namespace {

using testing::StartsWith;

std::string FaultOf(const std::string& text) {
  const auto parsed = GatewayAddress::Parse(text);
  return parsed ? "none" : parsed.error().message;
}

TEST(GatewayAddress, ReadsWhatIpRoutePrintsAndWritesItAgain) {
  for (const char* text : {"192.168.1.1", "2001:db8::1", "fe80::1%eth0", "fe80::1:2%br-lan.100"}) {
    const auto parsed = GatewayAddress::Parse(text);
    ASSERT_TRUE(parsed.has_value()) << text << ": " << parsed.error().message;
    EXPECT_EQ(parsed->ToString(), text);
  }
  EXPECT_EQ(GatewayAddress::Parse("fe80::1%eth0")->interface, "eth0");
  EXPECT_NE(*GatewayAddress::Parse("fe80::1%eth0"), *GatewayAddress::Parse("fe80::1%eth1"));
}

TEST(GatewayAddress, OtherTextIsRefusedWithTheRemedy) {
  for (const char* text : {"", "router", "10.0.0", "1::2::3", "10.0.0.256", "fe80::1%", "%eth0",
           "fe80::1%an-interface-too-long", "fe80::1 %eth0"}) {
    EXPECT_EQ(FaultOf(text),
        "is not an IPv4 or IPv6 address; write the address that `ip route show default` prints")
        << text;
  }
}

TEST(GatewayAddress, ALinkLocalAddressNeedsItsInterfaceAndNoOtherTakesOne) {
  EXPECT_EQ(FaultOf("fe80::1"),
      "is link-local and needs its interface; write fe80::1%INTERFACE, both as `ip -6 route show "
      "default` prints them");
  EXPECT_THAT(FaultOf("febf::1"), StartsWith("is link-local"));
  EXPECT_EQ(FaultOf("fec0::1"), "none");
  EXPECT_EQ(FaultOf("2001:db8::1%eth0"), "is not link-local and takes no interface; write 2001:db8::1");
  EXPECT_EQ(FaultOf("10.0.0.1%eth0"), "is not link-local and takes no interface; write 10.0.0.1");
}

TEST(GatewayAddress, WhatIsNotOneHostIsRefused) {
  for (const char* text :
      {"0.0.0.0", "::", "224.0.0.1", "239.255.255.255", "255.255.255.255", "ff02::1%eth0", "ff0e::1"}) {
    EXPECT_EQ(FaultOf(text), "is not the address of one host; write the gateway's own") << text;
  }
}

TEST(GatewayAddress, ResolvesToTheIndexThatItsInterfaceHas) {
  const auto resolved = GatewayAddress::Parse("fe80::1%lo")->Resolve();
  ASSERT_TRUE(resolved.has_value()) << resolved.error().message;
  EXPECT_EQ(*resolved, IpAddress::Parse("fe80::1")->OnInterface(if_nametoindex("lo")));
  EXPECT_NE(*resolved, IpAddress::Parse("fe80::1"));
  EXPECT_EQ(GatewayAddress::Parse("10.0.0.1")->Resolve().value(), IpAddress::Parse("10.0.0.1"));
  const auto absent = GatewayAddress::Parse("fe80::1%no-such-one")->Resolve();
  ASSERT_FALSE(absent.has_value());
  EXPECT_EQ(absent.error().message, "interface no-such-one: No such device");
}

TEST(GatewayChoice, SaysInOneWordOrAListWhoIsAsked) {
  GatewayChoice choice;
  EXPECT_EQ(choice.ToString(), "not checked");
  choice.source = GatewaySource::kDefaultRoute;
  EXPECT_EQ(choice.ToString(), "auto");
  choice = {.source = GatewaySource::kConfigured,
      .addresses = {*GatewayAddress::Parse("10.0.0.1"), *GatewayAddress::Parse("fe80::1%eth0")}};
  EXPECT_EQ(choice.ToString(), "10.0.0.1, fe80::1%eth0");
}

}  // namespace
}  // namespace failover
