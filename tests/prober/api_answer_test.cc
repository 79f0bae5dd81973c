#include "prober/api_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace failover {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::expected<std::int64_t, Error> ReadResult(const dom::object& root) {
  std::int64_t number = 0;
  const auto member = Member(root, "result");
  if (member && member->get(number) == simdjson::SUCCESS) return number;
  return Fail("result: not a number");
}

std::expected<std::int64_t, Reason> JudgeBody(int status, std::string body) {
  return Judge(
      HttpAnswer{.transport = Transport::kAnswered, .status = status, .body = std::move(body)}, &ReadResult);
}

TEST(ApiAnswer, AGoodAnswerIsReadWhateverElseItHas) {
  EXPECT_EQ(JudgeBody(200, R"({"success":true,"errors":[],"messages":[1],"result":7,"more":{}})"), 7);
  EXPECT_EQ(JudgeBody(200, R"({"result":7,"success":true})"), 7) << "no errors at all";
  EXPECT_EQ(JudgeBody(200, R"({"result":7,"success":true,"errors":null})"), 7);
}

TEST(ApiAnswer, AnythingElseHasAReason) {
  const std::string good = R"({"success":true,"errors":[],"result":7})";
  const auto refusal = [](int code) {
    return R"({"success":false,"errors":[{"code":)" + std::to_string(code) + R"(}],"result":null})";
  };
  const std::tuple<int, std::string, Reason> cases[] = {
      {200, R"({"success":true,"errors":[],"result":"7"})", Reason::kMalformed},
      {200, "", Reason::kMalformed},
      {200, "null", Reason::kMalformed},
      {200, R"({"success":"true","result":7})", Reason::kMalformed},
      {200, R"({"success":true,"errors":{},"result":7})", Reason::kMalformed},
      {200, R"({"success":true,"errors":[{}],"result":7})", Reason::kMalformed},
      {200, R"({"success":true,"errors":[{"code":1}],"result":7})", Reason::kRejected},
      {200, R"({"success":false,"result":7})", Reason::kRejected},
      {200, refusal(971), Reason::kRateLimited},
      {500, refusal(971), Reason::kRateLimited},
      {429, "null", Reason::kRateLimited},
      {302, good, Reason::kRedirected},
      {503, good, Reason::kServerError},
      {400, refusal(10000), Reason::kUnauthorized},
      {401, "", Reason::kUnauthorized},
      {403, refusal(9109), Reason::kUnauthorized},
      {404, refusal(1002), Reason::kNotFound},
      {404, "", Reason::kNotFound},
      {418, good, Reason::kRejected},
      {201, good, Reason::kRejected},
  };
  for (const auto& [status, body, reason] : cases) {
    const auto judged = JudgeBody(status, body);
    ASSERT_FALSE(judged.has_value()) << status << body;
    EXPECT_EQ(judged.error(), reason) << status << body;
  }
}

TEST(ApiAnswer, WithoutAnAnswerTheReasonIsThatOfTheTransport) {
  const std::pair<Transport, Reason> cases[] = {{Transport::kTimeout, Reason::kTimeout},
      {Transport::kConnect, Reason::kConnect}, {Transport::kTls, Reason::kTls},
      {Transport::kDns, Reason::kDns}, {Transport::kInterrupted, Reason::kInterrupted},
      {Transport::kTooLarge, Reason::kTooLarge}, {Transport::kInternal, Reason::kInternal}};
  for (const auto& [transport, reason] : cases) {
    const HttpAnswer answer{.transport = transport, .status = 200, .body = R"({"success":true,"result":7})"};
    EXPECT_EQ(Judge(answer, &ReadResult).error(), reason);
  }
}

TEST(ApiAnswer, TheEnvelopeIsReadAlone) {
  const auto envelope = ParseEnvelope(R"({"success":false,"errors":[{"code":7},{"code":-8}]})");
  ASSERT_TRUE(envelope.has_value());
  EXPECT_EQ(envelope->success, Envelope::Success::kNo);
  EXPECT_THAT(envelope->error_codes, ElementsAre(7, -8));
  EXPECT_THAT(ParseEnvelope(R"({"success":true})")->error_codes, IsEmpty());
  EXPECT_FALSE(ParseEnvelope("[]").has_value());
  EXPECT_FALSE(ParseBody<std::int64_t>(R"({"success":false,"result":7})", &ReadResult).has_value());
  EXPECT_EQ(ParseBody<std::int64_t>(R"({"success":true,"result":7})", &ReadResult).value(), 7);
}

}  // namespace
}  // namespace failover
