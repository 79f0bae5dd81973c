// What the patterns of config.proto let in, field by field.
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/config.h"
#include "tests/support/config_samples.h"

namespace failover {
namespace {

const config::Rule& RuleOf(const std::string& name) {
  const auto* field = config::Configuration::descriptor()->FindFieldByName(name);
  if (field == nullptr) field = config::Tunnel::descriptor()->FindFieldByName(name);
  return field->options().GetExtension(config::rule);
}

struct FieldCase {
  std::string field;
  std::vector<std::string> good;
  std::vector<std::string> bad;
};

void ExpectTakes(const FieldCase& c) {
  for (const std::string& value : c.good) {
    EXPECT_EQ(FaultIn(RuleOf(c.field), value), "") << c.field << " " << value;
  }
  for (const std::string& value : c.bad) {
    EXPECT_NE(FaultIn(RuleOf(c.field), value), "") << c.field << " " << value;
  }
}

std::vector<std::string> Plus(std::vector<std::string> values, const std::string& value) {
  values.push_back(value);
  return values;
}

TEST(ConfigRules, EachFieldTakesItsOwnAndNothingElse) {
  const std::string uuid = "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415";
  const std::vector<std::string> bad_paths = {
      "", "a", "./a", "~/a", "/a\n", std::string("/a\0b", 4), "file:///a"};
  // Which of these shapes are addresses, settings_test.cc of the prober tries.
  const std::vector<std::string> gateways = {"10.0.0.1", "255.255.255.255", "::", "fe80::1",
      "2001:db8:0:0:0:0:0:1", "2001:db8::192.0.2.1", "FE80::1%eth0", "fe80::1%br-lan.100"};
  const std::vector<std::string> bad_gateways = {"", "10.0.0", "10.0.0.256", "010.0.0.1", " 10.0.0.1",
      "10.0.0.1\n", "10.0.0.1%eth0", "[::1]", ":1", "fe80", "fe80::g", "fe80::12345", "fe80::1%", "%eth0",
      "fe80::1%eth0%x", "fe80::1%a/b", "fe80::1%a b", "fe80::1%abcdefghijklmnop", "1:2:3:4:5:6:7:8:9",
      "localhost", "AUTO", "auto ", std::string("10.0.0.1\0x", 10), std::string("10.0.0.1\0", 9)};
  const std::vector<FieldCase> cases = {
      {"gateway_ip", Plus(gateways, "auto"), bad_gateways},
      {"gateway_ips", gateways, Plus(bad_gateways, "auto")},
      {"api_base_url",
          {"https://a", "https://a/", "https://a.b-c:1/x/y", "https://127.0.0.1:65535",
              "https://[::1]:8443/v4", "https://[::1]"},
          {"", "a", "http://a", "HTTPS://a", "https://", "https:///x", "https://a:", "https://a:0",
              "https://a:65536", "https://a:1x", "https://a:+1", "https://a:080", "https://a?b",
              "https://a#b", "https://u@a", "https://a b", "https://a\n", "https://a\\b", "https://[::1",
              "https://[]", "https://[::1]x", "https://[1.2.3.4]", "https://a_b", "https://a%41",
              "https://\xc3\xa4", std::string("https://a\0b", 11)}},
      {"api_ca_file", {"/", "/a b"}, bad_paths},
      {"token_file", {"/", "/a b"}, bad_paths},
      {"token_credential", {"home", "a.b_c-1", std::string(255, 'x')},
          {"", ".", "..", "a/b", "a b", "a\n", std::string(256, 'x'), "cfut_x"}},
      {"account_id", {"699d98642c564d2e855e9661899b7252"},
          {"", "699d98642c564d2e855e9661899b725", "699d98642c564d2e855e9661899b72522",
              "699d98642c564d2e855e9661899b725g", "699D98642C564D2E855E9661899B7252",
              "699d98642c564d2e855e9661899b7252\n", "your_account_id_1"}},
      {"tunnel_id", {uuid, "F70FF985-A4EF-4643-BBBC-4A0ED4FC8415", "00000000-0000-0000-0000-000000000000"},
          {"", uuid + " ", uuid + "\n", "{" + uuid + "}", "f70ff985a4ef4643bbbc4a0ed4fc8415",
              uuid + std::string(1, '\0'), "your_tunnel_id_1"}},
      {"token", {"cfat_x", "cfut_x", "x", std::string(4000, 'x'), "xeyJ"},
          {"", " x", "x ", "x\n", "a\tb", "a\x7f", std::string("a\0b", 3), "eyJx", "your_token"}},
      {"name", {"a", "Büro 1", "터널", std::string(64, 'x')},
          {"", std::string(65, 'x'), "a\nb", "\x1b[1m", "a\x7f", std::string("a\0b", 3), "cfat_x"}},
      {"budget_group", {"a", "the other user", "터널", std::string(64, 'x')},
          {"", std::string(65, 'x'), "a\nb", "\x1b[1m", std::string("a\0b", 3), "cfut_x"}},
      {"local_metrics", {"auto", "127.0.0.1:20241", "127.255.0.9:1", "localhost:65535", "[::1]:9"},
          {"", "Auto", "auto:1", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:01", "127.0.0.1:65536",
              "127.0.0.256:1", "127.0.0.01:1", "127.1:1", "128.0.0.1:1", "0.0.0.0:1", "[::]:1", "::1:1",
              "[::2]:1", "[::ffff:127.0.0.1]:1", "localhost", "localhost.:1", "host:1", "127.0.0.1.x:1",
              "http://127.0.0.1:1", "127.0.0.1:1/", "127.0.0.1:1\n", " 127.0.0.1:1", "127.0.0.1:1 ",
              "127.0.0.1:+1", "x@127.0.0.1:1", std::string("127.0.0.1:1\0", 12)}},
  };
  for (const FieldCase& c : cases) ExpectTakes(c);
}

TEST(ConfigRules, AServiceIsOnePlainServiceUnitAndNothingElse) {
  for (const char* field : {"service", "failback_service"}) {
    ExpectTakes({field,
        {"a", "a.service", "cloudflared_1", "backup@home", "backup@home.service", "backup@a-b:c.d", "my.app",
            "a-", "a\\x2db", "backup@a\\x2fb", std::string(247, 'a'), std::string(247, 'a') + ".service"},
        {"", ".", "..", ".service", "-", "--now", "-H root@host", "/", "a/b", "../a",
            "/etc/systemd/x.service", "*", "a?", "[ab]", "a b", " a", "a ", "a\tb", "a\n", "a.service\n",
            "a;b", "a$b", "a'b", "a\"b", "a%i", "a,b", "a=b", "a\\b", "a\\x2", "a\\x2G", "a\\", "\xc3\xa4",
            "a\xff", std::string("a\0b", 3), "@", "@a", "a@", "a@.service", "@a.service", "a.socket",
            "a.target", "a.mount", "a.automount", "a.swap", "a.timer", "a.path", "a.slice", "a.scope",
            "a.device", std::string(248, 'a'), std::string(248, 'a') + ".service", "cfat_x", "cfut_x",
            "cfk_x"}});
  }
}

TEST(ConfigRules, AServiceGetsItsSuffixWhereItIsMissing) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"cloudflared_1", "cloudflared_1.service"},
      {"cloudflared_1.service", "cloudflared_1.service"},
      {"backup@home", "backup@home.service"},
      {"my.app", "my.app.service"},
      {"a\\\\x2db", "a\\x2db.service"},
  };
  for (const auto& [service, unit] : cases) {
    const auto config = ParseConfig(Edited("cloudflared_1", service), "F");
    ASSERT_TRUE(config.has_value()) << service;
    EXPECT_EQ(config->settings.tunnels(0).service(), unit);
  }
}

TEST(ConfigRules, AFaultShowsTheValueShortenedAndEscapedUnlessItMayBeAToken) {
  const config::Rule& tunnel = RuleOf("tunnel_id");
  EXPECT_EQ(FaultIn(tunnel, "a\n\x1b"), "\"a\\x0a\\x1b\" is not a UUID");
  const std::string dots(49, '.');
  EXPECT_EQ(FaultIn(tunnel, dots), '"' + dots.substr(1) + "...\" is not a UUID");
  EXPECT_EQ(FaultIn(tunnel, std::string(39, 'a')), '"' + std::string(39, 'a') + "\" is not a UUID");
  for (const std::string& value : {std::string(40, 'a'), std::string("x.cfat_x"), std::string("cfut_"),
           std::string("cfk_x"), std::string(60, '.') + "eyJ"}) {
    EXPECT_EQ(FaultIn(tunnel, value), "\"(not shown, may be a token)\" is not a UUID") << value;
  }
  EXPECT_EQ(FaultIn(RuleOf("token"), "a b"), "has white space or a control character");
}

}  // namespace
}  // namespace failover
