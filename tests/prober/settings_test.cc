#include "prober/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/prober/temp_dir.h"

namespace failover {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kAccount = R"("account_id":"699d98642c564d2e855e9661899b7252")";

LoadedConfig Parse(const std::string& json) {
  auto config = ParseConfig(json, "t.json");
  EXPECT_TRUE(config.has_value()) << config.error()[0];
  return *config;
}

std::string TunnelJson(const std::string& id_end, const std::string& more) {
  return "{" + kAccount + R"(,"tunnel_id":"f70ff985-a4ef-4643-bbbc-4a0ed4fc84)" + id_end +
         R"(","service":"backup",)" + more + "}";
}

TEST(Settings, AFileOfTheScriptGetsTheDefaults) {
  const auto made = MakeSettings(
      Parse(R"({"gateway_ip":"192.168.1.1","tunnels":[)" + TunnelJson("15", R"("token":"t1")") + "]}"),
      "t.json");
  ASSERT_TRUE(made.has_value());
  const Settings& settings = made->settings;
  EXPECT_EQ(settings.gateway.source, GatewaySource::kConfigured);
  EXPECT_EQ(settings.gateway.ToString(), "192.168.1.1");
  EXPECT_EQ(settings.check_interval, 3s);
  EXPECT_EQ(settings.confirm_interval, 1s);
  EXPECT_EQ(settings.gateway_timeout, 1s);
  EXPECT_EQ(settings.api_timeout, 10s);
  EXPECT_EQ(settings.api_base_url, "https://api.cloudflare.com/client/v4");
  EXPECT_EQ(settings.api_ca_file, "");
  EXPECT_EQ(settings.digest.size(), 64U);
  ASSERT_EQ(settings.tunnels.size(), 1U);
  const WatchedTunnel& tunnel = settings.tunnels[0];
  EXPECT_EQ(tunnel.label, "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415");
  EXPECT_EQ(tunnel.token, "t1");
  EXPECT_EQ(tunnel.failure_threshold, 2U);
  EXPECT_THAT(tunnel.failover_on,
      ElementsAre(TunnelStatus::kDegraded, TunnelStatus::kDown, TunnelStatus::kInactive));
}

TEST(Settings, ATunnelsOwnValuesWin) {
  const auto made = MakeSettings(
      Parse(R"({"gateway_check":false,"failover_on":["down"],"failure_threshold":5,"tunnels":[)" +
            TunnelJson("15", R"("token":"t1","name":"home","failover_on":["inactive"],
                                "failure_threshold":1,"budget_group":"one")") +
            "," + TunnelJson("16", R"("token":"t2")") + "]}"),
      "t.json");
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->settings.gateway.source, GatewaySource::kUnchecked);
  const auto& tunnels = made->settings.tunnels;
  EXPECT_EQ(tunnels[0].label, "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415 (home)");
  EXPECT_THAT(tunnels[0].failover_on, ElementsAre(TunnelStatus::kInactive));
  EXPECT_EQ(tunnels[0].failure_threshold, 1U);
  EXPECT_EQ(tunnels[0].budget_group, "one");
  EXPECT_THAT(tunnels[1].failover_on, ElementsAre(TunnelStatus::kDown));
  EXPECT_EQ(tunnels[1].failure_threshold, 5U);
  EXPECT_EQ(tunnels[1].budget_group, "");
}

TEST(Settings, FailbackIsWhatATunnelAsksFor) {
  const auto made = MakeSettings(
      Parse(
          R"({"gateway_check":false,"tunnels":[)" +
          TunnelJson("15", R"("token":"t","failback_service":"failback@backup","local_metrics":"[::1]:9")") +
          "," + TunnelJson("16", R"("token":"t")") + "]}"),
      "t.json");
  ASSERT_TRUE(made.has_value());
  EXPECT_THAT(made->settings.tunnels[0].failback_service, StartsWith("failback@backup"));
  EXPECT_EQ(made->settings.tunnels[0].local_metrics, "[::1]:9");
  EXPECT_EQ(made->settings.tunnels[1].failback_service, "");
  EXPECT_EQ(made->settings.tunnels[1].local_metrics, "auto");
}

TEST(Settings, AFailbackThatIsTheBackupItselfIsRefused) {
  for (const char* same : {"backup", "backup.service"}) {
    const auto made = MakeSettings(
        Parse(R"({"gateway_check":false,"tunnels":[)" +
              TunnelJson("15", R"("token":"t","failback_service":")" + std::string(same) + "\"") + "]}"),
        "t.json");
    ASSERT_FALSE(made.has_value()) << same;
    EXPECT_THAT(
        made.error(), ElementsAre("t.json: tunnels[0].failback_service: is the same unit as service; "
                                  "name the one that ends it, such as failback@backup"));
  }
}

TEST(Settings, WhatTheStatusShowsIsRead) {
  const auto made =
      MakeSettings(Parse(R"({"gateway_check":false,"log_format":"json","cooldown":90,"max_starts_per_hour":7,
                "unknown_is_down_after":300,"failback_after":45,"tunnels":[)" +
                         TunnelJson("15", R"("token":"t1","name":"home")") + "]}"),
          "t.json");
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->settings.log_format, LogFormat::kJson);
  EXPECT_EQ(made->settings.rules.cooldown, 90s);
  EXPECT_EQ(made->settings.rules.max_starts_per_hour, 7U);
  EXPECT_EQ(made->settings.rules.unknown_is_down_after, 300s);
  EXPECT_EQ(made->settings.rules.failback_after, 45s);
  EXPECT_EQ(made->settings.tunnels[0].name, "home");
  EXPECT_EQ(made->settings.tunnels[0].unit, "backup.service");
  EXPECT_EQ(made->settings.status_listen, std::nullopt);
}

TEST(Settings, StatusListenIsAnAddressAndAPort) {
  const auto listen = [](const std::string& text) {
    return MakeSettings(Parse(R"({"gateway_check":false,"status_listen":")" + text + R"(","tunnels":[)" +
                              TunnelJson("15", R"("token":"t1")") + "]}"),
        "t.json");
  };
  EXPECT_EQ(listen("127.0.0.1:9469")->settings.status_listen,
      (Endpoint{.address = *IpAddress::Parse("127.0.0.1"), .port = 9469}));
  EXPECT_EQ(listen("[::1]:65535")->settings.status_listen,
      (Endpoint{.address = *IpAddress::Parse("::1"), .port = 65535}));
  // In form, but no addresses.
  for (const std::string bad : {"1.2.3.400:80", "[::1::2]:80", "[1.2.3.4]:80"}) {
    const auto made = listen(bad);
    ASSERT_FALSE(made.has_value()) << bad;
    EXPECT_THAT(
        made.error(), ElementsAre(StartsWith("t.json: status_listen: \"" + bad + "\" is not an address; ")));
  }
  for (const std::string bad :
      {"9469", "localhost:9469", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "::1:80"}) {
    const auto config = ParseConfig(R"({"gateway_check":false,"status_listen":")" + bad +
                                        R"(","tunnels":[)" + TunnelJson("15", R"("token":"t1")") + "]}",
        "t.json");
    ASSERT_FALSE(config.has_value()) << bad;
    EXPECT_THAT(config.error(), ElementsAre(HasSubstr("status_listen: "))) << bad;
  }
}

TEST(Settings, TokensComeFromTheirFiles) {
  const TempDir dir;
  const std::string good = dir.Write("good", "cfut_1\n");
  const std::string open = dir.Write("open", "cfut_2\n", 0644);
  const auto made = MakeSettings(
      Parse(R"({"gateway_check":false,"tunnels":[)" + TunnelJson("15", R"("token_file":")" + good + "\"") +
            "," + TunnelJson("16", R"("token_file":")" + open + "\"") + "]}"),
      "t.json");
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->settings.tunnels[0].token, "cfut_1");
  EXPECT_EQ(made->settings.tunnels[1].token, "cfut_2");
  EXPECT_THAT(made->exposure, ElementsAre(StartsWith("t.json: tunnels[1].token_file: " + open)));
}

TEST(Settings, TokensComeFromTheUnitsCredentials) {
  const TempDir dir;
  dir.Write("home", "cfut_1\n");
  const LoadedConfig config =
      Parse(R"({"gateway_check":false,"tunnels":[)" + TunnelJson("15", R"("token_credential":"home")") +
            "," + TunnelJson("16", R"("token_credential":"away")") + "]}");
  unsetenv("CREDENTIALS_DIRECTORY");
  const auto outside = MakeSettings(config, "t.json");
  ASSERT_FALSE(outside.has_value());
  EXPECT_THAT(outside.error(), ElementsAre(StartsWith("t.json: tunnels[0].token_credential: there are no "
                                                      "credentials outside the unit; "),
                                   StartsWith("t.json: tunnels[1].token_credential: ")));
  setenv("CREDENTIALS_DIRECTORY", dir.path("").c_str(), 1);
  const auto absent = MakeSettings(config, "t.json");
  dir.Write("away", "cfut_2");
  const auto made = MakeSettings(config, "t.json");
  unsetenv("CREDENTIALS_DIRECTORY");
  ASSERT_FALSE(absent.has_value());
  EXPECT_THAT(absent.error(), ElementsAre(HasSubstr("the unit has no LoadCredential=away:FILE")));
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->settings.tunnels[0].token, "cfut_1");
  EXPECT_EQ(made->settings.tunnels[1].token, "cfut_2");
}

std::expected<LoadedSettings, Faults> WithGateway(const std::string& fields) {
  return MakeSettings(
      Parse("{" + fields + R"(,"tunnels":[)" + TunnelJson("15", R"("token":"t")") + "]}"), "t.json");
}

TEST(Settings, TheGatewayIsOneAddressOrSeveralOrTheDefaultRoute) {
  struct Case {
    const char* fields;
    GatewaySource source;
    const char* text;
  };
  const std::vector<Case> cases = {
      {R"("gateway_ip":"fe80::1%eth0")", GatewaySource::kConfigured, "fe80::1%eth0"},
      {R"("gateway_ips":["10.0.0.1","2001:db8::1","fe80::1%eth0","fe80::1%eth1"])",
          GatewaySource::kConfigured, "10.0.0.1, 2001:db8::1, fe80::1%eth0, fe80::1%eth1"},
      {R"("gateway_ip":"auto")", GatewaySource::kDefaultRoute, "auto"},
      {R"("gateway_ip":"fe80::1","gateway_check":false)", GatewaySource::kUnchecked, "not checked"},
  };
  for (const auto& c : cases) {
    const auto made = WithGateway(c.fields);
    ASSERT_TRUE(made.has_value()) << c.fields << made.error()[0];
    EXPECT_EQ(made->settings.gateway.source, c.source) << c.fields;
    EXPECT_EQ(made->settings.gateway.ToString(), c.text);
  }
}

TEST(Settings, EachGatewayThatIsNoneIsNamedWithItsField) {
  EXPECT_THAT(WithGateway(R"("gateway_ip":"fe80::1")").error(),
      ElementsAre("t.json: gateway_ip: \"fe80::1\" is link-local and needs its interface; write "
                  "fe80::1%INTERFACE, both as `ip -6 route show default` prints them"));
  EXPECT_THAT(WithGateway(R"("gateway_ips":["10.0.0.1","1::2::3","0.0.0.0","10.0.0.1"])").error(),
      ElementsAre("t.json: gateway_ips[1]: \"1::2::3\" is not an IPv4 or IPv6 address; write the address "
                  "that `ip route show default` prints",
          "t.json: gateway_ips[2]: \"0.0.0.0\" is not the address of one host; write the gateway's own",
          "t.json: gateway_ips[3]: 10.0.0.1 stands there already; remove one of the two"));
  std::string many = R"("gateway_ips":["10.0.0.0")";
  for (int i = 1; i <= 8; ++i) many += ",\"10.0.0." + std::to_string(i) + "\"";
  EXPECT_THAT(
      WithGateway(many + "]").error(), ElementsAre("t.json: gateway_ips: 9 addresses; write at most 8"));
}

TEST(Settings, AllFaultsComeAtOnceEachWithItsField) {
  const TempDir dir;
  const auto made = MakeSettings(
      Parse(R"({"gateway_check":false,"api_ca_file":"/none.pem","tunnels":[)" +
            TunnelJson("15", R"("token_file":"/none/a")") + "," + TunnelJson("16", R"("token":"t")") + "," +
            TunnelJson("17", R"("token_file":")" + dir.Write("empty", "") + "\"") + "]}"),
      "t.json");
  ASSERT_FALSE(made.has_value());
  EXPECT_THAT(made.error(),
      ElementsAre(StartsWith("t.json: api_ca_file: /none.pem: No such file"),
          StartsWith("t.json: tunnels[0].token_file: /none/a: No such file"),
          AllOf(StartsWith("t.json: tunnels[2].token_file: "), HasSubstr("the token is empty"))));
}

}  // namespace
}  // namespace failover
