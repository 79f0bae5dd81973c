#include "prober/loopback.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/un.h>

namespace failover {
namespace {

bool IsLoopbackText(int family, const char* text) {
  sockaddr_storage address{};
  address.ss_family = static_cast<sa_family_t>(family);
  auto& ipv4 = reinterpret_cast<sockaddr_in&>(address);
  auto& ipv6 = reinterpret_cast<sockaddr_in6&>(address);
  void* const at =
      family == AF_INET ? static_cast<void*>(&ipv4.sin_addr) : static_cast<void*>(&ipv6.sin6_addr);
  EXPECT_EQ(inet_pton(family, text, at), 1) << text;
  return IsLoopback(reinterpret_cast<const sockaddr&>(address));
}

TEST(Loopback, OnlyThisHostsOwnAddressesAre) {
  for (const char* text : {"127.0.0.1", "127.0.0.0", "127.255.255.255", "127.1.2.3"}) {
    EXPECT_TRUE(IsLoopbackText(AF_INET, text)) << text;
  }
  for (const char* text : {"0.0.0.0", "126.255.255.255", "128.0.0.0", "10.0.0.127", "192.0.2.1"}) {
    EXPECT_FALSE(IsLoopbackText(AF_INET, text)) << text;
  }
  EXPECT_TRUE(IsLoopbackText(AF_INET6, "::1"));
  for (const char* text : {"::", "::2", "fe80::1", "2001:db8::1", "::ffff:127.0.0.1"}) {
    EXPECT_FALSE(IsLoopbackText(AF_INET6, text)) << text;
  }
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  EXPECT_FALSE(IsLoopback(reinterpret_cast<const sockaddr&>(local)));
}

}  // namespace
}  // namespace failover
