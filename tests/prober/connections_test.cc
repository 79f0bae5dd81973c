#include "prober/connections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "tests/prober/connector_samples.h"

namespace failover {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string Body(const std::string& result) {
  return R"({"success":true,"errors":[],"result":)" + result + "}";
}

std::string WithConnection(const std::string& connection) {
  return Body(R"([{"id":"1bedc50d-42b3-473c-b108-ff3d10c0d925","conns":[)" + connection + "]}]");
}

HttpAnswer Answer(int status, std::string body) {
  return {.transport = Transport::kAnswered, .status = status, .body = std::move(body)};
}

TEST(Connections, TheAddressIsThatOfTheTunnelWithOneMoreWord) {
  EXPECT_EQ(ConnectionsUrl("https://a/v4/", "acc", *TunnelId::Parse("f70ff985-a4ef-4643-bbbc-4a0ed4fc8415")),
      "https://a/v4/accounts/acc/cfd_tunnel/f70ff985-a4ef-4643-bbbc-4a0ed4fc8415/connections");
}

TEST(Connections, TheApisExamplesAreRead) {
  const auto two = ParseConnections(CloudflareExample("connections_healthy_2_replicas.json"));
  ASSERT_TRUE(two.has_value()) << two.error().message;
  ASSERT_EQ(two->size(), 2U);
  EXPECT_EQ(two->at(0).id.ToString(), "1bedc50d-42b3-473c-b108-ff3d10c0d925");
  EXPECT_EQ(two->at(1).id.ToString(), "d4041254-91e3-4deb-bd94-b46e11680b1e");
  for (const Connector& connector : *two) EXPECT_EQ(connector.connections.size(), 4U);
  EXPECT_EQ(two->at(1).connections[0].opened_at, ParseCloudflareTime("2026-11-20T08:00:05.317854Z"));
  EXPECT_EQ(two->at(1).connections[0].state, Connection::State::kServes);
  const auto one = ParseConnections(CloudflareExample("connections_healthy_1_connector.json"));
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->size(), 1U);
  const auto none = ParseConnections(CloudflareExample("connections_down_empty.json"));
  ASSERT_TRUE(none.has_value());
  EXPECT_THAT(*none, IsEmpty());
}

TEST(Connections, AConnectionThatWasLostIsToldFromOneThatServes) {
  const auto list = ParseConnections(
      WithConnection(R"({"opened_at":"2026-11-20T08:00:01Z","is_pending_reconnect":true})"));
  ASSERT_TRUE(list.has_value());
  EXPECT_EQ(list->at(0).connections.at(0).state, Connection::State::kPendingReconnect);
}

TEST(Connections, AConnectorMayHaveNoConnection) {
  for (const char* conns : {"", R"(,"conns":null)", R"(,"conns":[])"}) {
    const auto list = ParseConnections(
        Body(R"([{"id":"1bedc50d-42b3-473c-b108-ff3d10c0d925")" + std::string(conns) + "}]"));
    ASSERT_TRUE(list.has_value()) << conns;
    EXPECT_THAT(list->at(0).connections, IsEmpty());
  }
}

// Each of these could hide the one connection that matters.
TEST(Connections, AListOfWhichAnythingIsNotAsDocumentedIsNone) {
  const auto cases = std::to_array<std::pair<std::string, const char*>>({
      {Body("null"), "result: not a list"},
      {Body("{}"), "result: not a list"},
      {R"({"success":true,"errors":[]})", "result: not a list"},
      {R"({"success":false,"errors":[],"result":[]})", "success: false"},
      {Body("[1]"), "result[0]: not an object"},
      {Body(R"([{"id":5,"conns":[]}])"), "result[0]: id: not a string"},
      {Body(R"([{"conns":[]}])"), "result[0]: id: not a string"},
      {Body(R"([{"id":"x","conns":[]}])"), "result[0]: id: not a UUID"},
      {Body(R"([{"id":"1bedc50d-42b3-473c-b108-ff3d10c0d925","conns":{}}])"),
          "result[0]: conns: not a list"},
      {WithConnection("null"), "result[0]: conns[0]: not an object"},
      {WithConnection(R"({"is_pending_reconnect":false})"), "conns[0]: opened_at: not a string"},
      {WithConnection(R"({"opened_at":null,"is_pending_reconnect":false})"), "opened_at: not a string"},
      {WithConnection(R"({"opened_at":1800000000,"is_pending_reconnect":false})"),
          "opened_at: not a string"},
      {WithConnection(R"({"opened_at":"yesterday","is_pending_reconnect":false})"), "opened_at: not a time"},
      {WithConnection(R"({"opened_at":"2026-11-20T08:00:01Z"})"), "is_pending_reconnect: not a boolean"},
      {WithConnection(R"({"opened_at":"2026-11-20T08:00:01Z","is_pending_reconnect":"no"})"),
          "is_pending_reconnect: not a boolean"},
      // Of two, readers differ in which one they take.
      {WithConnection(R"({"opened_at":"2026-11-20T09:00:01Z","opened_at":"2026-11-20T08:00:01Z",)"
                      R"("is_pending_reconnect":false})"),
          "conns[0]: opened_at: more than once"},
      {WithConnection(R"({"opened_at":"2026-11-20T08:00:01Z","is_pending_reconnect":true,)"
                      R"("is_pending_reconnect":false})"),
          "conns[0]: is_pending_reconnect: more than once"},
      {Body(R"([{"id":"1bedc50d-42b3-473c-b108-ff3d10c0d925","conns":[],"conns":[]}])"),
          "result[0]: conns: more than once"},
      {Body(R"([{"id":"1bedc50d-42b3-473c-b108-ff3d10c0d925",)"
            R"("id":"d4041254-91e3-4deb-bd94-b46e11680b1e"}])"),
          "result[0]: id: more than once"},
      {"", "Empty"},
      {"[]", ""},
      {"null", ""},
  });
  for (const auto& [body, fault] : cases) {
    const auto list = ParseConnections(body);
    ASSERT_FALSE(list.has_value()) << body;
    if (body.starts_with("{")) {
      EXPECT_THAT(list.error().message, HasSubstr(fault));
    }
    EXPECT_EQ(JudgeConnections(Answer(200, body)).error(),
        body.find("\"success\":false") == body.npos ? Reason::kMalformed : Reason::kRejected)
        << body;
  }
}

TEST(Connections, AnythingButAGoodAnswerIsNoListAndSaysWhy) {
  const std::string good = CloudflareExample("connections_healthy_2_replicas.json");
  EXPECT_EQ(JudgeConnections(Answer(200, good))->size(), 2U);
  const auto cases = std::to_array<std::pair<HttpAnswer, Reason>>({
      {Answer(500, good), Reason::kServerError},
      {Answer(429, good), Reason::kRateLimited},
      {Answer(401, good), Reason::kUnauthorized},
      {Answer(404, CloudflareExample("err_404_tunnel_not_found.json")), Reason::kNotFound},
      {Answer(403, CloudflareExample("err_403_invalid_access_token.json")), Reason::kUnauthorized},
      {Answer(200, CloudflareExample("err_429_971.json")), Reason::kRateLimited},
      {Answer(200, CloudflareExample("get_down.json")), Reason::kMalformed},
      {{.transport = Transport::kTimeout}, Reason::kTimeout},
      {{.transport = Transport::kTls}, Reason::kTls},
      {{.transport = Transport::kTooLarge}, Reason::kTooLarge},
  });
  for (const auto& [answer, reason] : cases) {
    const auto list = JudgeConnections(answer);
    ASSERT_FALSE(list.has_value()) << answer.body;
    EXPECT_EQ(list.error(), reason) << answer.status << answer.body;
  }
}

}  // namespace
}  // namespace failover
