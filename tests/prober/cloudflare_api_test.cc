#include "prober/cloudflare_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace failover {
namespace {

const std::filesystem::path kExamples =
    std::filesystem::path(FAILOVER_SOURCE_DIR) / "tests/support/cloudflare_examples";
constexpr std::string_view kHome = "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415";

TunnelId Id(std::string_view text) { return *TunnelId::Parse(text); }

std::string Example(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(kExamples / name).rdbuf();
  return text.str();
}

HttpAnswer Answer(int status, std::string body) {
  return {.transport = Transport::kAnswered, .status = status, .body = std::move(body)};
}

TunnelHealth JudgeHome(int status, std::string body) {
  return JudgeAnswer(Answer(status, std::move(body)), Id(kHome));
}

struct ExampleCase {
  int status;
  std::string_view tunnel;
  TunnelHealth health;
};

// Every file of the folder has its line here.
const std::map<std::string, ExampleCase> kCases = {
    {"get_healthy_post_2026-10-05.json", {200, kHome, Known(TunnelStatus::kHealthy)}},
    {"get_healthy_empty_connections.json", {200, kHome, Known(TunnelStatus::kHealthy)}},
    {"get_degraded.json", {200, kHome, Known(TunnelStatus::kDegraded)}},
    {"get_down.json", {200, kHome, Known(TunnelStatus::kDown)}},
    {"get_inactive.json", {200, "c1744f8b-faa1-48a4-9e5c-02ac921467fa", Known(TunnelStatus::kInactive)}},
    {"get_deleted.json", {200, "b34cc7ce-925b-46ee-bc23-4cb5c18d8292", Unknown(Reason::kDeleted)}},
    {"err_401_authentication_error.json", {401, kHome, Unknown(Reason::kUnauthorized)}},
    {"err_403_invalid_access_token.json", {403, kHome, Unknown(Reason::kUnauthorized)}},
    {"err_403_unauthorized_resource.json", {403, kHome, Unknown(Reason::kUnauthorized)}},
    {"err_404_no_route.json", {404, kHome, Unknown(Reason::kNotFound)}},
    {"err_404_tunnel_not_found.json", {404, kHome, Unknown(Reason::kNotFound)}},
    {"err_429_10100_1200_per_300s.json", {429, kHome, Unknown(Reason::kRateLimited)}},
    {"err_429_971.json", {429, kHome, Unknown(Reason::kRateLimited)}},
    {"err_500_envelope.json", {500, kHome, Unknown(Reason::kServerError)}},
    {"token_verify_invalid.json", {401, kHome, Unknown(Reason::kUnauthorized)}},
    // Answers to other questions, as a proxy might give them.
    {"token_verify_active.json", {200, kHome, Unknown(Reason::kMalformed)}},
    {"list_page1.json", {200, kHome, Unknown(Reason::kMalformed)}},
    {"list_page2_empty.json", {200, kHome, Unknown(Reason::kMalformed)}},
    {"connections_down_empty.json", {200, kHome, Unknown(Reason::kMalformed)}},
    {"connections_healthy_1_connector.json", {200, kHome, Unknown(Reason::kMalformed)}},
    {"connections_healthy_2_replicas.json", {200, kHome, Unknown(Reason::kMalformed)}},
    {"cloudflared_ready_200.json", {200, kHome, Unknown(Reason::kMalformed)}},
    {"cloudflared_ready_503.json", {503, kHome, Unknown(Reason::kServerError)}},
    {"webhook_tunnel_health_event.json", {200, kHome, Unknown(Reason::kMalformed)}},
};

TEST(CloudflareApi, EveryDocumentedAnswerIsJudged) {
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(kExamples)) {
    const std::string name = file.path().filename();
    const auto found = kCases.find(name);
    ASSERT_NE(found, kCases.end()) << name;
    const ExampleCase& c = found->second;
    EXPECT_EQ(ToString(JudgeAnswer(Answer(c.status, Example(name)), Id(c.tunnel))), ToString(c.health))
        << name;
    ++files;
  }
  EXPECT_EQ(files, kCases.size());
}

std::string Tunnel(const std::string& fields) {
  return R"({"success":true,"errors":[],"messages":[],"result":{)" + fields + "}}";
}
const std::string kId = R"("id":"f70ff985-a4ef-4643-bbbc-4a0ed4fc8415")";

TEST(CloudflareApi, OnlyAnExactTunnelGivesAKnownStatus) {
  const struct {
    std::string body;
    TunnelHealth health;
  } cases[] = {
      {Tunnel(kId + R"(,"status":"down")"), Known(TunnelStatus::kDown)},
      {Tunnel(R"("id":"F70FF985-A4EF-4643-BBBC-4A0ED4FC8415","status":"down")"), Known(TunnelStatus::kDown)},
      {Tunnel(kId + R"(,"status":"down","deleted_at":null,"new":[1])"), Known(TunnelStatus::kDown)},
      {Tunnel(kId + R"(,"status":"DOWN")"), Unknown(Reason::kUnknownStatus)},
      {Tunnel(kId + R"(,"status":"melting")"), Unknown(Reason::kUnknownStatus)},
      {Tunnel(kId + R"(,"status":"")"), Unknown(Reason::kUnknownStatus)},
      {Tunnel(kId + R"(,"status":"unknown")"), Unknown(Reason::kUnknownStatus)},
      {Tunnel(kId + R"(,"status":4)"), Unknown(Reason::kMalformed)},
      {Tunnel(kId + R"(,"status":null)"), Unknown(Reason::kMalformed)},
      {Tunnel(kId), Unknown(Reason::kMalformed)},
      {Tunnel(R"("status":"down")"), Unknown(Reason::kMalformed)},
      {Tunnel(R"("id":"x","status":"down")"), Unknown(Reason::kMalformed)},
      {Tunnel(R"("id":7,"status":"down")"), Unknown(Reason::kMalformed)},
      {Tunnel(R"("id":"c1744f8b-faa1-48a4-9e5c-02ac921467fa","status":"down")"),
          Unknown(Reason::kWrongTunnel)},
      {Tunnel(kId + R"(,"status":"down","deleted_at":"2026-07-29T14:07:27Z")"), Unknown(Reason::kDeleted)},
      {Tunnel(kId + R"(,"deleted_at":"2026-07-29T14:07:27Z")"), Unknown(Reason::kDeleted)},
      {Tunnel(kId + R"(,"status":"down","deleted_at":false)"), Unknown(Reason::kMalformed)},
      // What comes twice means nothing, also if it is the same.
      {Tunnel(kId + R"(,"status":"down","status":"down")"), Unknown(Reason::kMalformed)},
      {Tunnel(kId + R"(,"status":"down","st\u0061tus":"healthy")"), Unknown(Reason::kMalformed)},
      {Tunnel(kId + "," + kId + R"(,"status":"down")"), Unknown(Reason::kMalformed)},
      {Tunnel(kId + R"(,"status":"down","deleted_at":null,"deleted_at":"2026-07-29T14:07:27Z")"),
          Unknown(Reason::kMalformed)},
      {Tunnel(kId + R"(,"status":"down","name":"a","name":"b")"), Known(TunnelStatus::kDown)},
      {R"({"success":false,"success":true,"errors":[],"result":{)" + kId + R"(,"status":"down"}})",
          Unknown(Reason::kMalformed)},
      {R"({"success":true,"errors":[],"errors":[{"code":971}],"result":{)" + kId + R"(,"status":"down"}})",
          Unknown(Reason::kMalformed)},
      {R"({"success":true,"errors":[],"result":{},"result":{)" + kId + R"(,"status":"down"}})",
          Unknown(Reason::kMalformed)},
      {R"({"success":true,"errors":[],"result":null})", Unknown(Reason::kMalformed)},
      {R"({"success":true,"errors":[]})", Unknown(Reason::kMalformed)},
      {R"({"success":true,"errors":{},"result":{}})", Unknown(Reason::kMalformed)},
      {R"({"success":"true"})", Unknown(Reason::kMalformed)},
      {R"({"result":{}})", Unknown(Reason::kMalformed)},
      {R"({"success":false,"errors":[]})", Unknown(Reason::kRejected)},
      {"", Unknown(Reason::kMalformed)},
      {"null", Unknown(Reason::kMalformed)},
      {"[]", Unknown(Reason::kMalformed)},
      {"<html>", Unknown(Reason::kMalformed)},
      {"\xff\xfe", Unknown(Reason::kMalformed)},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(ToString(JudgeHome(200, c.body)), ToString(c.health)) << c.body;
  }
}

TEST(CloudflareApi, AWholeTunnelUnderAnotherHttpStatusSaysNothing) {
  const std::string body = Tunnel(kId + R"(,"status":"down")");
  for (const int status : {201, 202, 204, 206, 301, 400, 404, 418, 429, 500, 503}) {
    EXPECT_EQ(JudgeHome(status, body).status, TunnelStatus::kUnknown) << status;
  }
}

std::string Refusal(const std::string& codes, const std::string& success = "false") {
  return R"({"success":)" + success + R"(,"errors":[)" + codes + R"(],"result":null})";
}

TEST(CloudflareApi, RefusalsHaveTheirReason) {
  const struct {
    int status;
    std::string body;
    Reason reason;
  } cases[] = {
      // The rate limit comes under any status, and its body may be anything.
      {200, Refusal(R"({"code":971})"), Reason::kRateLimited},
      {200, Refusal(R"({"code":971})", "true"), Reason::kRateLimited},
      {400, Refusal(R"({"code":10429})"), Reason::kRateLimited},
      {403, Refusal(R"({"code":10000},{"code":10100})"), Reason::kRateLimited},
      {500, Refusal(R"({"code":971})"), Reason::kRateLimited},
      {429, "null", Reason::kRateLimited},
      {429, "", Reason::kRateLimited},
      {429, Refusal(R"({"code":10000})"), Reason::kRateLimited},
      // Authentication codes come inside a 400 as well.
      {400, Refusal(R"({"code":6003})"), Reason::kUnauthorized},
      {400, Refusal(R"({"code":10000})"), Reason::kUnauthorized},
      {400, Refusal(R"({"code":9109})"), Reason::kUnauthorized},
      {200, Refusal(R"({"code":10000})"), Reason::kUnauthorized},
      {401, "", Reason::kUnauthorized},
      {403, "<html>blocked</html>", Reason::kUnauthorized},
      {400, Refusal(R"({"code":7003})"), Reason::kNotFound},
      {400, Refusal(R"({"code":7000})"), Reason::kNotFound},
      {200, Refusal(R"({"code":1002})"), Reason::kNotFound},
      {404, "", Reason::kNotFound},
      {500, "", Reason::kServerError},
      {502, "<html>", Reason::kServerError},
      {599, Refusal(R"({"code":10000})"), Reason::kServerError},
      {301, "", Reason::kRedirected},
      {302, Tunnel(kId + R"(,"status":"down")"), Reason::kRedirected},
      {400, Refusal(R"({"code":4242})"), Reason::kRejected},
      {400, "", Reason::kRejected},
      {418, "", Reason::kRejected},
      {204, "", Reason::kRejected},
      {200, Refusal(R"({"code":4242})", "true"), Reason::kRejected},
      {200, Refusal(R"({"message":"no code"})"), Reason::kMalformed},
      {200, Refusal(R"("971")"), Reason::kMalformed},
  };
  for (const auto& c : cases) {
    const TunnelHealth health = JudgeHome(c.status, c.body);
    EXPECT_EQ(Name(health.reason), Name(c.reason)) << c.status << " " << c.body;
    EXPECT_EQ(health.status, TunnelStatus::kUnknown);
  }
}

TEST(CloudflareApi, CodesInMessagesAreNoErrors) {
  const std::string body = R"({"success":true,"errors":[],"messages":[{"code":971}],"result":{)" + kId +
                           R"(,"status":"healthy"}})";
  EXPECT_EQ(JudgeHome(200, body), Known(TunnelStatus::kHealthy));
}

TEST(CloudflareApi, WithoutAnAnswerTheTransportIsTheReason) {
  const std::pair<Transport, Reason> cases[] = {
      {Transport::kTimeout, Reason::kTimeout},
      {Transport::kConnect, Reason::kConnect},
      {Transport::kTls, Reason::kTls},
      {Transport::kDns, Reason::kDns},
      {Transport::kInterrupted, Reason::kInterrupted},
      {Transport::kTooLarge, Reason::kTooLarge},
      {Transport::kInternal, Reason::kInternal},
  };
  for (const auto& [transport, reason] : cases) {
    // Even if bytes came that look like an answer.
    HttpAnswer answer = Answer(200, Tunnel(kId + R"(,"status":"down")"));
    answer.transport = transport;
    EXPECT_EQ(JudgeAnswer(answer, Id(kHome)), Unknown(reason)) << Name(reason);
  }
}

TEST(CloudflareApi, EveryPrefixOfAnAnswerIsMalformed) {
  std::string body = Example("get_down.json");
  while (body.ends_with('\n')) body.pop_back();
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_EQ(JudgeHome(200, body.substr(0, size)), Unknown(Reason::kMalformed)) << size;
  }
}

TEST(CloudflareApi, DeepNestingIsMalformed) {
  EXPECT_EQ(JudgeHome(200, std::string(1'000'000, '[')), Unknown(Reason::kMalformed));
}

TEST(CloudflareApi, TheAddressIsBuiltFromBaseAccountAndTunnel) {
  for (const char* base : {"https://api.example/client/v4", "https://api.example/client/v4/"}) {
    EXPECT_EQ(TunnelUrl(base, "699d98642c564d2e855e9661899b7252", Id(kHome)),
        "https://api.example/client/v4/accounts/699d98642c564d2e855e9661899b7252/cfd_tunnel/"
        "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415");
  }
}

}  // namespace
}  // namespace failover
