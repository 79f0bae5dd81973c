#include "prober/local_ready.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/prober/connector_samples.h"

namespace failover {
namespace {

using testing::ElementsAre;

HttpAnswer Answer(int status, std::string body) {
  return {.transport = Transport::kAnswered, .status = status, .body = std::move(body)};
}

TEST(LocalReady, AutoIsTheFivePortsThatCloudflaredTries) {
  EXPECT_THAT(ReadyUrls("auto"),
      ElementsAre("http://127.0.0.1:20241/ready", "http://127.0.0.1:20242/ready",
          "http://127.0.0.1:20243/ready", "http://127.0.0.1:20244/ready", "http://127.0.0.1:20245/ready"));
}

TEST(LocalReady, AnAddressIsAskedAsItIsWrittenAndLocalhostIsNotLookedUp) {
  EXPECT_THAT(ReadyUrls("127.0.0.2:3000"), ElementsAre("http://127.0.0.2:3000/ready"));
  EXPECT_THAT(ReadyUrls("[::1]:3000"), ElementsAre("http://[::1]:3000/ready"));
  EXPECT_THAT(ReadyUrls("localhost:3000"), ElementsAre("http://127.0.0.1:3000/ready"));
}

TEST(LocalReady, CloudflaredsTwoAnswersNameItsConnector) {
  for (const auto& [status, name] :
      {std::pair(200, "cloudflared_ready_200.json"), std::pair(503, "cloudflared_ready_503.json")}) {
    const auto id = JudgeReady(Answer(status, CloudflareExample(name)));
    ASSERT_TRUE(id.has_value()) << id.error().message;
    EXPECT_EQ(id->ToString(), "1bedc50d-42b3-473c-b108-ff3d10c0d925");
  }
}

TEST(LocalReady, WhateverElseStandsOnThePortNamesNone) {
  const std::string good = CloudflareExample("cloudflared_ready_200.json");
  for (const int status : {0, 100, 204, 301, 401, 404, 500}) {
    EXPECT_FALSE(JudgeReady(Answer(status, good)).has_value()) << status;
  }
  EXPECT_FALSE(JudgeReady({.transport = Transport::kTimeout, .status = 200, .body = good}).has_value());
  for (const char* body : {"", "OK", "<html>", "null", "[]", "{}", R"({"connectorId":null})",
           R"({"connectorId":7})", R"({"connectorId":""})", R"({"connectorId":"1bedc50d"})",
           R"({"connectorId":["1bedc50d-42b3-473c-b108-ff3d10c0d925"]})",
           R"({"connectorid":"1bedc50d-42b3-473c-b108-ff3d10c0d925"})",
           R"({"connectorId":"1bedc50d-42b3-473c-b108-ff3d10c0d925")"}) {
    EXPECT_FALSE(ParseReady(body).has_value()) << body;
  }
}

}  // namespace
}  // namespace failover
