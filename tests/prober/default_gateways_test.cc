#include "prober/default_gateways.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/prober/temp_dir.h"

namespace failover {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string kIpv4 = "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n";
const std::string kIpv6 =
    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
    "fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n";

class DefaultGatewaysTest : public testing::Test {
 protected:
  std::string Read() const {
    const auto found = ReadDefaultGateways({.ipv4 = dir_.path("route"), .ipv6 = dir_.path("ipv6_route")});
    return found ? Join(*found) : "none: " + found.error().message;
  }

  TempDir dir_;
};

TEST_F(DefaultGatewaysTest, ThoseOfBothVersionsAreFound) {
  dir_.Write("route", kIpv4);
  dir_.Write("ipv6_route", kIpv6);
  EXPECT_EQ(Read(), "192.0.2.1, fe80::1%eth0");
}

TEST_F(DefaultGatewaysTest, OneVersionIsEnough) {
  dir_.Write("route", kIpv4);
  EXPECT_EQ(Read(), "192.0.2.1") << "a kernel without IPv6 has no second file";
  dir_.Write("route", "");
  dir_.Write("ipv6_route", kIpv6);
  EXPECT_EQ(Read(), "fe80::1%eth0");
}

TEST_F(DefaultGatewaysTest, WithoutAnyTheReasonIsSaidForBoth) {
  dir_.Write("route", "");
  dir_.Write("ipv6_route", "");
  EXPECT_EQ(Read(), "none: no default route of IPv4; no default route of IPv6");
  std::filesystem::remove(dir_.path("ipv6_route"));
  EXPECT_EQ(
      Read(), "none: no default route of IPv4; " + dir_.path("ipv6_route") + ": No such file or directory");
}

TEST_F(DefaultGatewaysTest, ATableWithoutEndIsNotReadToItsEnd) {
  dir_.Write("route", kIpv4);
  const auto found = ReadDefaultGateways({.ipv4 = "/dev/zero", .ipv6 = dir_.path("none")});
  ASSERT_FALSE(found.has_value());
  EXPECT_THAT(found.error().message,
      StartsWith("/dev/zero: longer than 1048576 bytes; write the gateway's address; "));
  std::string large;
  while (large.size() < std::size_t{1024} * 1000)
    large += "d0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n";
  dir_.Write("route", large + kIpv4);
  EXPECT_EQ(Read(), "192.0.2.1") << "the last of many";
}

TEST_F(DefaultGatewaysTest, ADirectoryIsNoTable) {
  const auto found = ReadDefaultGateways({.ipv4 = dir_.path(""), .ipv6 = dir_.path("none")});
  ASSERT_FALSE(found.has_value());
  EXPECT_THAT(found.error().message, HasSubstr("; " + dir_.path("none") + ": No such file or directory"));
}

TEST(DefaultGateways, TheKernelsOwnTablesAreThere) {
  const auto found = ReadDefaultGateways();
  // Whether this host has a default route or not, its tables can be read.
  EXPECT_THAT(found ? "no default route of IPv4; " : found.error().message,
      StartsWith("no default route of IPv4; "));
}

}  // namespace
}  // namespace failover
