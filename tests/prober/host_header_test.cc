#include "prober/host_header.h"

#include <gtest/gtest.h>

#include <string>

namespace failover {
namespace {

TEST(HostHeader, OursIsAnAddressOrLocalhost) {
  for (const char* host : {"127.0.0.1", "127.0.0.1:9469", "192.0.2.7:80", "[::1]", "[::1]:9469", "localhost",
           "LocalHost:9469", "[2001:db8::1]"}) {
    EXPECT_EQ(JudgeHost(host), Host::kOurs) << host;
  }
}

TEST(HostHeader, AnythingElseIsForeign) {
  for (const char* host : {"", "evil.example", "evil.example:9469", "127.0.0.1.evil.example",
           "localhost.evil", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:123456", "::1", "[::1", "[127.0.0.1]",
           "[evil]", "[::1]evil", "127.1", "localhost:80:80", " 127.0.0.1", ":9469"}) {
    EXPECT_EQ(JudgeHost(host), Host::kForeign) << host;
  }
  EXPECT_EQ(JudgeHost(std::string("127.0.0.1\0evil", 14)), Host::kForeign);
}

}  // namespace
}  // namespace failover
