#include "prober/check_online.h"

#include <gtest/gtest.h>

#include <sstream>

namespace failover {
namespace {

using namespace std::chrono_literals;

OnlineResult Result(const std::string& label, TunnelHealth health, int status) {
  return {.tunnel = label,
      .health = health,
      .answer = {.transport = status == 0 ? Transport::kTimeout : Transport::kAnswered,
          .status = status,
          .body = "never shown",
          .retry_after = {},
          .elapsed = 41600us}};
}

const std::vector<OnlineResult> kResults = {
    Result("a (home \"x\\\")", Known(TunnelStatus::kHealthy), 200),
    Result("b", Unknown(Reason::kUnauthorized), 403),
    Result("c", Unknown(Reason::kTimeout), 0),
};

std::string Printed(const std::vector<OnlineResult>& results, Options::Format format) {
  std::ostringstream out;
  Print(results, format, out);
  return out.str();
}

TEST(CheckOnline, ATableHasALineForEachTunnelAndARemedyForEachFault) {
  EXPECT_EQ(Printed(kResults, Options::Format::kTable),
      "TUNNEL         STATUS    REASON          HTTP      MS\n"
      "a (home \"x\\\")  healthy   -                200      42\n"
      "b              unknown   unauthorized     403      42\n"
      "c              unknown   timeout            -      42\n"
      "b: the API refused the token; check that it is valid and has the permission "
      "Cloudflare Tunnel: Read for this account\n"
      "c: the API gave no whole answer within api_timeout\n");
}

TEST(CheckOnline, JsonIsAnArrayOfObjects) {
  EXPECT_EQ(Printed(kResults, Options::Format::kJson),
      "[\n"
      "  {\"tunnel\": \"a (home \\\"x\\\\\\\")\", \"status\": \"healthy\", \"reason\": "
      "\"none\", \"http_status\": 200, \"milliseconds\": 42},\n"
      "  {\"tunnel\": \"b\", \"status\": \"unknown\", \"reason\": \"unauthorized\", "
      "\"http_status\": 403, \"milliseconds\": 42},\n"
      "  {\"tunnel\": \"c\", \"status\": \"unknown\", \"reason\": \"timeout\", "
      "\"http_status\": 0, \"milliseconds\": 42}\n"
      "]\n");
}

TEST(CheckOnline, TheExitStatusIs0OnlyIfEveryStatusIsKnown) {
  EXPECT_EQ(ExitStatus(kResults), 1);
  EXPECT_EQ(ExitStatus({kResults[0]}), 0);
  EXPECT_EQ(ExitStatus({Result("d", Known(TunnelStatus::kDown), 200)}), 0);
}

TEST(CheckOnline, EveryTunnelIsAskedAlsoMoreThanFitInFlight) {
  Settings settings;
  settings.api_base_url = "https://127.0.0.1:1";
  settings.api_timeout = 5s;
  for (char i = 0; i < 120; ++i) {
    settings.tunnels.push_back({.id = *TunnelId::FromBytes(std::string(16, i)),
        .label = std::to_string(i),
        .account_id = "a",
        .token = "t",
        .failover_on = {}});
  }
  const auto results = AskOnce(settings);
  ASSERT_EQ(results.size(), 120U);
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i].tunnel, std::to_string(i));
    EXPECT_EQ(results[i].health, Unknown(Reason::kConnect));
  }
}

}  // namespace
}  // namespace failover
