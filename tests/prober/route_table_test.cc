// What Linux 6 printed for routes that `ip route add` had made; the host is little-endian.
#include "prober/route_table.h"

#include <gtest/gtest.h>

#include <bit>
#include <string>

namespace failover {
namespace {

static_assert(std::endian::native == std::endian::little, "these tables are of such a host");

constexpr std::string_view kIpv4Head =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";
constexpr std::string_view kLocal = "d0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0";

// The kernel pads each line with blanks.
std::string Ipv4(const std::vector<std::string_view>& lines) {
  std::string table;
  for (std::string line : std::vector<std::string>(lines.begin(), lines.end())) {
    line.resize(std::max<std::size_t>(line.size(), 127), ' ');
    table += line + "\n";
  }
  return table;
}

constexpr std::string_view kAny = "00000000000000000000000000000000";

// A default route as the kernel prints it.
std::string Ipv6(std::string_view gateway, std::string_view metric, std::string_view flags,
    std::string_view interface, const std::string& source = std::string(kAny) + " 00") {
  return std::string(kAny) + " 00 " + source + " " + std::string(gateway) + " " + std::string(metric) +
         " 00000001 00000000 " + std::string(flags) + "       " + std::string(interface) + "\n";
}
constexpr std::string_view kLocal1 = "fe800000000000000000000000000001";
constexpr std::string_view kLocal2 = "fe800000000000000000000000000002";
// What every table has besides: the link's own routes, and the end of all.
const std::string kIpv6Rest =
    "fe800000000000000000000000000000 40 00000000000000000000000000000000 00 "
    "00000000000000000000000000000000 00000100 00000001 00000000 00000001       d0\n"
    "fe8000000000000000fc00fffe000001 80 00000000000000000000000000000000 00 "
    "00000000000000000000000000000000 00000000 00000002 00000000 80200001     eth0\n"
    "ff000000000000000000000000000000 08 00000000000000000000000000000000 00 "
    "00000000000000000000000000000000 00000100 00000002 00000000 00000001       d0\n" +
    Ipv6(kAny, "ffffffff", "00200200", "lo");

std::string Found(const std::expected<std::vector<GatewayAddress>, Error>& gateways) {
  return gateways ? Join(*gateways) : "none: " + gateways.error().message;
}

TEST(RouteTable, TheIpv4DefaultRouteNamesTheGateway) {
  EXPECT_EQ(
      Found(ParseIpv4Routes(Ipv4({kIpv4Head, "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
          "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0"}))),
      "192.0.2.1");
}

TEST(RouteTable, TheLowestIpv4MetricWinsWhateverTheOrder) {
  EXPECT_EQ(
      Found(ParseIpv4Routes(Ipv4({kIpv4Head, "d0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0",
          "d0\t00000000\tFE01A8C0\t0003\t0\t0\t50\t00000000\t0\t0\t0",
          "d1\t00000000\t0100010A\t0003\t0\t0\t4294967295\t00000000\t0\t0\t0", kLocal}))),
      "192.168.1.254");
  // Before Linux 6 a metric beyond 2^31 was printed signed.
  EXPECT_EQ(Found(ParseIpv4Routes(Ipv4({"d1\t00000000\t0100010A\t0003\t0\t0\t-1\t00000000\t0\t0\t0",
                "d0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0"}))),
      "192.168.1.1");
}

TEST(RouteTable, Ipv4RoutesThatAreDownOrLeadNowhereAreNotUsed) {
  const std::string_view usable = "d0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0";
  for (const std::string_view unusable : {
           "*\t00000000\t00000000\t0001\t0\t0\t7\t00000000\t0\t0\t0",   // blackhole
           "*\t00000000\t00000000\t0201\t0\t0\t8\t00000000\t0\t0\t0",   // unreachable
           "d1\t00000000\t0201A8C0\t0002\t0\t0\t9\t00000000\t0\t0\t0",  // not up
           "d1\t00000000\t0201A8C0\t0203\t0\t0\t9\t00000000\t0\t0\t0",  // rejects
           "d1\t00000000\t0201A8C0\t0003\t0\t0\t9\t00000080\t0\t0\t0",  // 0.0.0.0/1
           "d1\t0000000A\t0201A8C0\t0003\t0\t0\t9\t00000000\t0\t0\t0",  // no default route
       }) {
    EXPECT_EQ(Found(ParseIpv4Routes(Ipv4({kIpv4Head, unusable, usable}))), "192.168.1.1") << unusable;
    EXPECT_EQ(Found(ParseIpv4Routes(Ipv4({kIpv4Head, unusable}))), "none: no default route of IPv4");
  }
}

TEST(RouteTable, AnIpv4DefaultRouteWithoutAnIpv4GatewayIsSaid) {
  const std::string reason = "none: the default route of IPv4 by d1 names no gateway";
  for (const std::string_view route : {
           "d1\t00000000\t00000000\t0001\t0\t0\t20\t00000000\t0\t0\t0",  // dev d1 scope link
           "d1\t00000000\t00000000\t0003\t0\t0\t20\t00000000\t0\t0\t0",  // via inet6 fe80::9
       }) {
    // What is used is the route with the lowest metric, not the one that could be pinged.
    EXPECT_EQ(Found(ParseIpv4Routes(
                  Ipv4({kIpv4Head, route, "d0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0"}))),
        reason);
  }
}

TEST(RouteTable, TheIpv6DefaultRouteNamesTheGatewayAndALinkLocalOneItsInterface) {
  EXPECT_EQ(Found(ParseIpv6Routes(
                Ipv6("fd000000000000000000000000000001", "00000400", "00000003", "eth0") + kIpv6Rest)),
      "fd00::1");
  // By a router's advertisement: default, addrconf, expires.
  EXPECT_EQ(
      Found(ParseIpv6Routes(Ipv6(kLocal1, "00000400", "00450003", "eth0") + kIpv6Rest)), "fe80::1%eth0");
}

TEST(RouteTable, TheLowestIpv6MetricWinsAndThoseWithTheSameCountAll) {
  const std::string first = Ipv6(kLocal1, "00000400", "00000003", "d0");
  EXPECT_EQ(
      Found(ParseIpv6Routes(first + Ipv6(kLocal2, "00000200", "00000003", "d1") + kIpv6Rest)), "fe80::2%d1");
  EXPECT_EQ(Found(ParseIpv6Routes(first + Ipv6(kLocal2, "00000400", "00000003", "d1") + kIpv6Rest)),
      "fe80::1%d0, fe80::2%d1");
  EXPECT_EQ(Found(ParseIpv6Routes(first + first + kIpv6Rest)), "fe80::1%d0");
  std::string many;
  for (int i = 0; i < 20; ++i) many += Ipv6(kLocal1, "00000400", "00000003", "d" + std::to_string(i));
  EXPECT_EQ(ParseIpv6Routes(many)->size(), kMaxGateways);
}

TEST(RouteTable, Ipv6RoutesThatLeadNowhereOrAreForSomeSourcesAreNotUsed) {
  for (const std::string& unusable : {
           Ipv6(kAny, "00000005", "00200200", "lo"),     // unreachable
           Ipv6(kLocal2, "00000001", "00000002", "d0"),  // not up
           Ipv6(kLocal2, "00000001", "00000003", "d0", "20010db8000000000000000000000000 40"),
       }) {
    const std::string usable = Ipv6(kLocal1, "00000400", "00000003", "d0");
    EXPECT_EQ(Found(ParseIpv6Routes(unusable + usable + kIpv6Rest)), "fe80::1%d0") << unusable;
    EXPECT_EQ(Found(ParseIpv6Routes(unusable + kIpv6Rest)), "none: no default route of IPv6");
  }
  EXPECT_EQ(Found(ParseIpv6Routes(Ipv6(kAny, "000007d0", "00000001", "ppp0") + kIpv6Rest)),
      "none: the default route of IPv6 by ppp0 names no gateway");
}

TEST(RouteTable, WhatHasAnotherFormIsLeftOut) {
  const std::string_view good4 = "d0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0";
  for (const std::string_view bad : {
           "",
           "\n\n",
           "d0",
           "d0\t00000000\t0201A8C0\t0003\t0\t0\t1\t00000000\t0\t0",
           "d0\t00000000\t0201A8C0\t0003\t0\t0\t1\t00000000\t0\t0\t0\t0",
           "d0\t00000000\t0201A8C0x\t0003\t0\t0\t1\t00000000\t0\t0\t0",
           "d0\t00000000\t0x01A8C0\t0003\t0\t0\t1\t00000000\t0\t0\t0",
           "d0\t00000000\t10201A8C0\t0003\t0\t0\t1\t00000000\t0\t0\t0",
           "d0\t00000000\t0201A8C0\t0003\t0\t0\t1e3\t00000000\t0\t0\t0",
           "d0\t00000000\t0201A8C0\t0003\t0\t0\t99999999999999999999\t00000000\t0\t0\t0",
           "d0\t00000000\t0201A8C0\t\t0\t0\t1\t00000000\t0\t0\t0",
           "an-interface-too-long\t00000000\t0201A8C0\t0003\t0\t0\t1\t00000000\t0\t0\t0",
       }) {
    EXPECT_EQ(Found(ParseIpv4Routes(Ipv4({bad, good4}))), "192.168.1.1") << bad;
  }
  const std::string good6 = Ipv6(kLocal1, "00000400", "00000003", "d0");
  for (const std::string& bad : {
           Ipv6("fe80", "00000001", "00000003", "d0"),
           Ipv6(kLocal2, "zz", "00000003", "d0"),
           Ipv6(std::string(kLocal2) + "00", "00000001", "00000003", "d0"),
           Ipv6("fe8000000000000000000000000000-2", "00000001", "00000003", "d0"),
           Ipv6(kLocal2, "00000001", "00000003", ""),
           Ipv6(kLocal2, "100000001", "00000003", "d0"),
           Ipv6(kLocal2, "00000001", "00000003", "an-interface-too-long"),
           Ipv6("ff020000000000000000000000000001", "00000001", "00000003", "d0").substr(0, 100) + "\n",
           std::string(200, '0') + "\n",
           std::string("\0\xff\n", 3),
       }) {
    EXPECT_EQ(Found(ParseIpv6Routes(bad + good6)), "fe80::1%d0") << bad;
  }
}

TEST(RouteTable, EveryCutOfATableIsReadWithoutHarm) {
  const std::string table4 =
      Ipv4({kIpv4Head, "d0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0", kLocal});
  const std::string table6 = Ipv6(kLocal1, "00000400", "00000003", "d0") + kIpv6Rest;
  for (std::size_t size = 0; size <= table4.size(); ++size) {
    const std::string found = Found(ParseIpv4Routes(table4.substr(0, size)));
    EXPECT_TRUE(found == "192.168.1.1" || found == "none: no default route of IPv4") << found;
  }
  for (std::size_t size = 0; size <= table6.size(); ++size) {
    const std::string found = Found(ParseIpv6Routes(table6.substr(0, size)));
    EXPECT_TRUE(found.starts_with("fe80::1%d") || found == "none: no default route of IPv6") << found;
  }
}

}  // namespace
}  // namespace failover
