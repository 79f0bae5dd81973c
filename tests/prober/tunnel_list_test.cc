// cloudflare_api.h: the list of an account's tunnels.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "prober/cloudflare_api.h"

namespace failover {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string Example(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(
      std::filesystem::path(FAILOVER_SOURCE_DIR) / "tests/support/cloudflare_examples" / name)
              .rdbuf();
  return text.str();
}

HttpAnswer Answer(int status, std::string body) {
  return {.transport = Transport::kAnswered, .status = status, .body = std::move(body)};
}

// "f70ff985 healthy" for each tunnel of a list.
std::vector<std::string> Told(const TunnelList& list) {
  std::vector<std::string> told;
  told.reserve(list.tunnels.size());
  for (const ListedTunnel& tunnel : list.tunnels) {
    told.push_back(tunnel.id.ToString().substr(0, 8) + " " + ToString(tunnel.health));
  }
  return told;
}

const std::string kInfo = R"("result_info":{"count":1,"page":1,"per_page":1000,"total_count":1})";
std::string List(const std::string& items, const std::string& info = kInfo) {
  return R"({"success":true,"errors":[],"messages":[],"result":[)" + items + "]," + info + "}";
}
const std::string kId = R"("id":"f70ff985-a4ef-4643-bbbc-4a0ed4fc8415")";
const std::string kItem = "{" + kId + R"(,"status":"down"})";

TEST(TunnelList, ThePagesOfTheDocumentationAreUnderstood) {
  const auto first = ParseTunnelList(Example("list_page1.json"));
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_THAT(Told(*first), ElementsAre("f70ff985 healthy", "6c1a1d5a down", "c1744f8b inactive"));
  EXPECT_EQ(first->unreadable, 0U);
  EXPECT_EQ(first->count, 3U);
  EXPECT_EQ(first->page, 1U);
  EXPECT_EQ(first->per_page, 20U);
  EXPECT_EQ(first->total_count, 3U);
  const auto second = ParseTunnelList(Example("list_page2_empty.json"));
  ASSERT_TRUE(second.has_value()) << second.error().message;
  EXPECT_THAT(Told(*second), IsEmpty());
  EXPECT_EQ(second->page, 2U);
  EXPECT_EQ(second->total_count, 3U);
}

TEST(TunnelList, AnItemThatIsNotAsDocumentedIsUnknownAndTheOthersStand) {
  struct Case {
    std::string item;
    std::string told;
  };
  const std::vector<Case> cases = {
      {"{" + kId + R"(,"status":"degraded","deleted_at":null,"new":[{}]})", "f70ff985 degraded"},
      {"{" + kId + R"(,"status":"resting"})", "f70ff985 unknown (unknown_status)"},
      {"{" + kId + R"(,"status":4})", "f70ff985 unknown (malformed)"},
      {"{" + kId + R"(,"status":null})", "f70ff985 unknown (malformed)"},
      {"{" + kId + "}", "f70ff985 unknown (malformed)"},
      {"{" + kId + R"(,"status":"down","deleted_at":7})", "f70ff985 unknown (malformed)"},
      {"{" + kId + R"(,"status":"healthy","status":"down"})", "f70ff985 unknown (malformed)"},
      {"{" + kId + R"(,"status":"down","deleted_at":"2026-07-29T14:07:27Z"})", "f70ff985 unknown (deleted)"},
  };
  const std::string other = R"({"id":"6c1a1d5a-04b7-4f16-995d-432b258dbaf3","status":"healthy"})";
  for (const Case& c : cases) {
    const auto list = ParseTunnelList(List(c.item + "," + other));
    ASSERT_TRUE(list.has_value()) << c.item;
    EXPECT_THAT(Told(*list), ElementsAre(c.told, "6c1a1d5a healthy")) << c.item;
    EXPECT_EQ(list->unreadable, 0U);
  }
}

TEST(TunnelList, AnItemWithoutAnIdIsCountedAsUnreadable) {
  for (const char* item : {"null", "7", "[]", "{}", R"({"status":"down"})", R"({"id":7,"status":"down"})",
           R"({"id":"f70ff985","status":"down"})",
           R"({"id":"f70ff985-a4ef-4643-bbbc-4a0ed4fc8415","id":"f70ff985-a4ef-4643-bbbc-4a0ed4fc8415"})"}) {
    const auto list = ParseTunnelList(List(kItem + "," + item));
    ASSERT_TRUE(list.has_value()) << item;
    EXPECT_THAT(Told(*list), ElementsAre("f70ff985 down")) << item;
    EXPECT_EQ(list->unreadable, 1U) << item;
  }
}

TEST(TunnelList, WhatIsNoListIsNoneAtAll) {
  const auto info = [](const std::string& fields) { return List(kItem, "\"result_info\":" + fields); };
  for (const std::string& body : {std::string(), std::string("null"), std::string("[]"),
           Example("get_down.json"), Example("connections_down_empty.json"),
           R"({"success":true,"errors":[],"result":{},)" + kInfo + "}",
           R"({"success":true,"errors":[],"result":null,)" + kInfo + "}",
           R"({"success":true,"errors":[],)" + kInfo + "}", info("null"), info("[]"), info("{}"),
           info(R"({"count":1,"page":1,"per_page":1000})"),
           info(R"({"count":1,"page":1,"per_page":0,"total_count":1})"),
           info(R"({"count":1,"count":1,"page":1,"per_page":1000,"total_count":1})"),
           R"({"success":true,"errors":[],"result":[],)" + kInfo + "," + kInfo + "}",
           info(R"({"count":-1,"page":1,"per_page":1000,"total_count":1})"),
           info(R"({"count":1.5,"page":1,"per_page":1000,"total_count":1})"),
           info(R"({"count":"1","page":1,"per_page":1000,"total_count":1})")}) {
    const auto list = JudgeList(Answer(200, body));
    ASSERT_FALSE(list.has_value()) << body;
    EXPECT_EQ(Name(list.error()), Name(Reason::kMalformed)) << body;
  }
}

TEST(TunnelList, ARefusalHasItsReasonAndAWholeListUnderAnotherStatusSaysNothing) {
  struct Case {
    int status = 0;
    std::string body;
    Reason reason = Reason::kNone;
  };
  const std::vector<Case> cases = {
      {429, "null", Reason::kRateLimited},
      {200, R"({"success":false,"errors":[{"code":971}],"result":null})", Reason::kRateLimited},
      {200, R"({"success":true,"errors":[{"code":10429}],"result":[],)" + kInfo + "}", Reason::kRateLimited},
      {403, Example("err_403_unauthorized_resource.json"), Reason::kUnauthorized},
      {404, Example("err_404_no_route.json"), Reason::kNotFound},
      {500, List(kItem), Reason::kServerError},
      {302, List(kItem), Reason::kRedirected},
      {206, List(kItem), Reason::kRejected},
  };
  for (const Case& c : cases) {
    const auto list = JudgeList(Answer(c.status, c.body));
    ASSERT_FALSE(list.has_value()) << c.status;
    EXPECT_EQ(Name(list.error()), Name(c.reason)) << c.status << " " << c.body;
  }
  HttpAnswer cut = Answer(200, List(kItem));
  cut.transport = Transport::kInterrupted;
  EXPECT_EQ(JudgeList(cut).error(), Reason::kInterrupted);
}

TEST(TunnelList, EveryPrefixOfAPageIsMalformed) {
  std::string body = Example("list_page1.json");
  while (body.ends_with('\n')) body.pop_back();
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_EQ(JudgeList(Answer(200, body.substr(0, size))).error(), Reason::kMalformed) << size;
  }
}

TEST(TunnelList, TheAddressAsksForTunnelsThatAreNotDeletedAThousandAtATime) {
  EXPECT_EQ(ListUrl("https://api.example/client/v4/", "699d98642c564d2e855e9661899b7252", 3),
      "https://api.example/client/v4/accounts/699d98642c564d2e855e9661899b7252/"
      "cfd_tunnel?is_deleted=false&per_page=1000&page=3");
}

}  // namespace
}  // namespace failover
