// Every kind of fault in tunnels.json with the whole line that the operator reads of the prober.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/prober/strict_faults.h"
#include "tests/support/config_samples.h"

namespace failover {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

const std::string kGatewayRemedy =
    "; write \"auto\", or the gateway's address, as `ip route show default` prints it";
const std::string kGatewaysRemedy =
    R"(; write a list of addresses, such as ["192.168.1.1", "fe80::1%eth0"])";
const std::string kAccountRemedy =
    "; copy the account ID from the Cloudflare dashboard (Account Home > ... > Copy account ID)";
const std::string kTunnelRemedy =
    "; copy the tunnel ID from the Cloudflare dashboard (Networking > Tunnels) or from "
    "`cloudflared tunnel list`";
const std::string kTokenRemedy =
    "; create an API token with the permission Cloudflare Tunnel: Read and write it here or into "
    "token_file";
const std::string kServiceRemedy =
    "; write the name of one .service unit, such as cloudflared_1 or backup@home.service";
const std::string kUrlRemedy = "; write an address such as https://api.cloudflare.com/client/v4";
const std::string kStatusRemedy = R"(; write a list such as ["down", "degraded", "inactive"])";
const std::string kFileFields =
    "; correct its spelling or remove it; fields here: gateway_ip, gateway_ips, check_interval, tunnels, "
    "gateway_check, gateway_timeout, api_base_url, api_timeout, api_ca_file, confirm_interval, "
    "failure_threshold, failover_on, unknown_is_down_after, cooldown, max_starts_per_hour, "
    "start_timeout, log_every_check, recovery_deadline, failback_after, status_listen, log_format";
const std::string kTunnelFields =
    "; correct its spelling or remove it; fields here: account_id, tunnel_id, token, service, "
    "token_file, name, failover_on, failure_threshold, token_credential, budget_group, "
    "failback_service, local_metrics";

struct Case {
  std::string text;
  std::string line;  // the only one
};

void ExpectLines(const std::vector<Case>& cases) {
  for (const Case& c : cases) EXPECT_THAT(FaultsOf(c.text), ElementsAre(c.line)) << c.text;
}

Case Account(std::string_view value, const std::string& reason) {
  return {Edited("0123456789abcdef0123456789abcdef", value),
      "F: tunnels[0].account_id: " + reason + kAccountRemedy};
}
Case Tunnel(std::string_view value, const std::string& reason) {
  return {Edited("f70ff985-a4ef-4643-bbbc-4a0ed4fc8415", value),
      "F: tunnels[0].tunnel_id: " + reason + kTunnelRemedy};
}
Case Token(std::string_view value, const std::string& reason) {
  return {Edited(kToken, value), "F: tunnels[0].token: " + reason + kTokenRemedy};
}
Case Service(std::string_view value, const std::string& reason) {
  return {Edited("cloudflared_1", value), "F: tunnels[0].service: " + reason + kServiceRemedy};
}
Case Url(const std::string& value, const std::string& reason) {
  return {WithField(R"("api_base_url": ")" + value + '"'), "F: api_base_url: " + reason + kUrlRemedy};
}

TEST(ConfigMessages, NameAnUnknownField) {
  ExpectLines({
      {WithField(R"("chek_interval": 3)"), "F: chek_interval: unknown field" + kFileFields},
      {WithField(R"("checkInterval": 3)"), "F: checkInterval: unknown field" + kFileFields},
      {WithField(R"("a\nb": 3)"), "F: a\\x0ab: unknown field" + kFileFields},
      {WithTunnelField(R"("zone": 1)"), "F: tunnels[0].zone: unknown field" + kTunnelFields},
  });
}

TEST(ConfigMessages, NameAMissingField) {
  ExpectLines({
      {Edited(R"("gateway_ip": "192.168.1.1",)", ""),
          "F: gateway_ip: missing" + kGatewayRemedy +
              ", or \"gateway_check\": false if it does not answer ping"},
      {R"({"gateway_ip": "::1"})", "F: tunnels: missing; add one entry for each tunnel"},
      {R"({"gateway_ip": "::1", "tunnels": []})",
          "F: tunnels: is an empty list; add one entry for each tunnel"},
      {Edited(R"("account_id": "0123456789abcdef0123456789abcdef",)", ""),
          "F: tunnels[0].account_id: missing" + kAccountRemedy},
      {Edited(R"("tunnel_id": "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415",)", ""),
          "F: tunnels[0].tunnel_id: missing" + kTunnelRemedy},
      {Edited(R"("token": ")" + std::string(kToken) + "\",", ""),
          "F: tunnels[0].token: missing" + kTokenRemedy},
      {Edited(",\n      \"service\": \"cloudflared_1\"", ""),
          "F: tunnels[0].service: missing" + kServiceRemedy},
  });
}

TEST(ConfigMessages, NameARepeatedField) {
  ExpectLines({
      {WithField(R"("check_interval": 4)"), "F: check_interval: repeated field; remove all but one"},
      {WithTunnelField(R"("token": "cfat_other")"),
          "F: tunnels[0].token: repeated field; remove all but one"},
      {Edited("\n  ]", R"(, {"service": "a", "service": "b"}])"),
          "F: tunnels[1].service: repeated field; remove all but one"},
  });
}

TEST(ConfigMessages, NameAWrongType) {
  ExpectLines({
      {Edited("\"192.168.1.1\"", "1"), "F: gateway_ip: is a number, must be a string" + kGatewayRemedy},
      {Edited("\"192.168.1.1\"", "null"), "F: gateway_ip: is null, must be a string" + kGatewayRemedy},
      {Edited("\"check_interval\": 3", R"("check_interval": "3")"),
          "F: check_interval: is a string, must be a number; write a number from 1 to 3600"},
      {WithField(R"("failure_threshold": true)"),
          "F: failure_threshold: is true or false, must be a number; write a whole number from 1 "
          "to "
          "100"},
      {WithField(R"("log_every_check": "true")"),
          "F: log_every_check: is a string, must be true or false; write true or false, without "
          "quotes"},
      {WithField(R"("failover_on": "down")"), "F: failover_on: is a string, must be a list" + kStatusRemedy},
      {WithField(R"("failover_on": [{}])"),
          "F: failover_on[0]: is an object, must be a string" + kStatusRemedy},
      {Edited("\"" + std::string(kToken) + "\"", "[]"),
          "F: tunnels[0].token: is a list, must be a string" + kTokenRemedy},
      {R"({"gateway_ip": "::1", "tunnels": {}})",
          "F: tunnels: is an object, must be a list; add one entry for each tunnel"},
      {R"({"gateway_ip": "::1", "tunnels": ["x"]})",
          "F: tunnels[0]: is a string, must be an object; add one entry for each tunnel"},
  });
}

TEST(ConfigMessages, NameAValueOutOfRange) {
  const auto interval = [](std::string_view value, std::string_view shown) {
    return Case{Edited("\"check_interval\": 3", "\"check_interval\": " + std::string(value)),
        "F: check_interval: " + std::string(shown) + " is out of range; write a number from 1 to 3600"};
  };
  const std::string whole = "; write a whole number from 1 to 100";
  ExpectLines({
      interval("0.999", "0.999"),
      interval("0", "0"),
      interval("-3", "-3"),
      interval("3600.001", "3600.001"),
      interval("1000000", "1000000"),
      interval("1e300", "1e+300"),
      {WithField(R"("failure_threshold": 0)"), "F: failure_threshold: 0 is out of range" + whole},
      {WithField(R"("failure_threshold": 2.5)"), "F: failure_threshold: 2.5 is not a whole number" + whole},
      {WithTunnelField(R"("failure_threshold": 101)"),
          "F: tunnels[0].failure_threshold: 101 is out of range" + whole},
      {WithField(R"("unknown_is_down_after": -0.5)"),
          "F: unknown_is_down_after: -0.5 is out of range; write a number from 0 to 86400"},
  });
}

TEST(ConfigMessages, NameAStatusThatIsNoFailure) {
  const std::string none = "is none of: degraded, down, inactive" + kStatusRemedy;
  ExpectLines({
      {WithField(R"("failover_on": ["down", "healthy"])"), "F: failover_on[1]: \"healthy\" " + none},
      {WithTunnelField(R"("failover_on": ["DOWN"])"), "F: tunnels[0].failover_on[0]: \"DOWN\" " + none},
      {WithField(R"("failover_on": [])"), "F: failover_on: is an empty list" + kStatusRemedy},
  });
}

TEST(ConfigMessages, NameABadGateway) {
  const std::string none = " is not an IPv4 or IPv6 address";
  for (const std::string value : {"", "192.168.1", "192.168.1.1/24", "router", "10.0.0.1%eth0"}) {
    EXPECT_THAT(FaultsOf(Edited("192.168.1.1", value)),
        ElementsAre("F: gateway_ip: \"" + value + '"' + none + kGatewayRemedy));
  }
  const std::string one = R"("gateway_ip": "192.168.1.1")";
  ExpectLines({
      {WithField(R"("gateway_ips": ["10.0.0.1"])"),
          "F: gateway_ip: given together with gateway_ips; keep one"},
      {Edited(one, R"("gateway_ips": ["10.0.0.1", "router"])"),
          "F: gateway_ips[1]: \"router\"" + none + kGatewaysRemedy},
      {Edited(one, R"("gateway_ips": ["auto"])"), "F: gateway_ips[0]: \"auto\"" + none + kGatewaysRemedy},
      {Edited(one, R"("gateway_ips": [])"), "F: gateway_ips: is an empty list" + kGatewaysRemedy},
      {Edited(one, R"("gateway_ips": "10.0.0.1")"),
          "F: gateway_ips: is a string, must be a list" + kGatewaysRemedy},
      {Edited(one, R"("gateway_ips": [1])"),
          "F: gateway_ips[0]: is a number, must be a string" + kGatewaysRemedy},
  });
}

TEST(ConfigMessages, NameABadAccountOrTunnel) {
  const std::string hex = " is not 32 lower-case hex digits";
  ExpectLines({
      Account("your_account_id_1", R"("your_account_id_1" is the example's placeholder)"),
      Account(
          "your_cloudflare_account_id_1", R"("your_cloudflare_account_id_1" is the example's placeholder)"),
      Account("0123", "\"0123\"" + hex),
      Account("0123456789abcdef0123456789abcdeg", "\"0123456789abcdef0123456789abcdeg\"" + hex),
      Account("", "\"\"" + hex),
      Tunnel("your_tunnel_id_1", R"("your_tunnel_id_1" is the example's placeholder)"),
      Tunnel("home", R"("home" is not a UUID)"),
      Tunnel("f70ff985a4ef4643bbbc4a0ed4fc8415", R"("f70ff985a4ef4643bbbc4a0ed4fc8415" is not a UUID)"),
  });
}

TEST(ConfigMessages, NameABadToken) {
  const std::string space = "has white space or a control character";
  ExpectLines({
      Token("your_api_token_1", "is the example's placeholder"),
      Token("", "is empty"),
      Token("a b", space),
      Token("ab\\n", space),
      Token("a\\u007fb", space),
      Token("eyJhIjoiMSJ9", "is a tunnel's run token, which the API does not accept"),
      {WithTunnelField(R"("token_file": "/etc/t")"),
          "F: tunnels[0].token: given together with token_file; keep one"},
      {Edited(R"("token": ")" + std::string(kToken), R"("token_file": "/t", "token_credential": "home)"),
          "F: tunnels[0].token_file: given together with token_credential; keep one"},
      {Edited(R"("token": ")" + std::string(kToken), R"("token_credential": "../home)"),
          "F: tunnels[0].token_credential: \"../home\" is not the name of a credential; write the name that "
          "LoadCredential= has in the unit, such as home"},
      {Edited(R"("token": ")" + std::string(kToken), R"("token_file": "home.token)"),
          "F: tunnels[0].token_file: \"home.token\" is not an absolute path; write an absolute "
          "path, "
          "such as /etc/failover-monitor/home.token"},
  });
}

TEST(ConfigMessages, NameABadService) {
  ExpectLines({
      Service("", "\"\" is empty"),
      Service("/etc/x", R"("/etc/x" is a path, not the name of a unit)"),
      Service("../x.service", R"("../x.service" is a path, not the name of a unit)"),
      Service("-H", R"("-H" begins with a dash, like an option)"),
      Service("cloudflared*", R"("cloudflared*" is a glob, not the name of one unit)"),
      Service("a;b", R"("a;b" is not the name of a unit)"),
      Service("a b", R"("a b" is not the name of a unit)"),
      Service("a\\nb", R"("a\x0ab" is not the name of a unit)"),
      Service("sshd.socket", R"("sshd.socket" is not a .service unit)"),
      Service("reboot.target", R"("reboot.target" is not a .service unit)"),
      Service("backup@", R"("backup@" is a bare template without an instance)"),
      Service("backup@.service", R"("backup@.service" is a bare template without an instance)"),
      Service(kToken, "\"(not shown, may be a token)\" begins like a token"),
  });
}

TEST(ConfigMessages, NameABadAddressOfTheApi) {
  ExpectLines({
      Url("http://api", R"("http://api" does not begin with https://)"),
      Url("", R"("" does not begin with https://)"),
      Url("https://", R"("https://" names no host)"),
      Url("https://u:p@h", R"("https://u:p@h" has characters that an API address does not have)"),
      Url("https://h?x", R"("https://h?x" has characters that an API address does not have)"),
      Url("https://h:0", R"("https://h:0" has a bad port)"),
      Url("https://h:65536/x", R"("https://h:65536/x" has a bad port)"),
  });
}

TEST(ConfigMessages, NameATunnelThatIsThereTwice) {
  const std::string again =
      R"(, {"account_id": "0123456789abcdef0123456789abcdef", "token": "cfat_b", "service": "b",
          "tunnel_id": "F70FF985-A4EF-4643-BBBC-4A0ED4FC8415"}])";
  EXPECT_THAT(FaultsOf(Edited("\n  ]", again)),
      ElementsAre("F: tunnels[1].tunnel_id: f70ff985-a4ef-4643-bbbc-4a0ed4fc8415 stands "
                  "already in tunnels[0]; remove one of the two entries"));
  // The entry in between is no entry at all; the numbers are those of the file all the same.
  EXPECT_THAT(FaultsOf(Edited("\n  ]", ", 7" + again)),
      ElementsAre("F: tunnels[1]: is a number, must be an object; add one entry for each tunnel",
          "F: tunnels[2].tunnel_id: f70ff985-a4ef-4643-bbbc-4a0ed4fc8415 stands already "
          "in tunnels[0]; remove one of the two entries"));
}

TEST(ConfigMessages, ComeAllTogetherInTheOrderOfTheSchema) {
  constexpr std::string_view kFaulty = R"({
    "zebra": 1, "cooldown": 0, "failure_threshold": "2",
    "tunnels": [{"name": "", "service": "a/b", "token": "", "tunnel_id": "x", "account_id": "y",
                 "yak": 1}],
    "check_interval": 0.5})";
  EXPECT_THAT(FaultsOf(kFaulty),
      ElementsAreArray({"F: gateway_ip: missing" + kGatewayRemedy +
                            ", or \"gateway_check\": false if it does not answer ping",
          std::string("F: check_interval: 0.5 is out of range; write a number from 1 to 3600"),
          "F: tunnels[0].account_id: \"y\" is not 32 lower-case hex digits" + kAccountRemedy,
          "F: tunnels[0].tunnel_id: \"x\" is not a UUID" + kTunnelRemedy,
          "F: tunnels[0].token: is empty" + kTokenRemedy,
          "F: tunnels[0].service: \"a/b\" is a path, not the name of a unit" + kServiceRemedy,
          std::string("F: tunnels[0].name: \"\" is not 1 to 64 bytes of printable text; write 1 "
                      "to 64 printable characters"),
          "F: tunnels[0].yak: unknown field" + kTunnelFields,
          std::string("F: failure_threshold: is a string, must be a number; write a whole number "
                      "from 1 to 100"),
          std::string("F: cooldown: 0 is out of range; write a number from 1 to 86400"),
          "F: zebra: unknown field" + kFileFields}));
}

}  // namespace
}  // namespace failover
