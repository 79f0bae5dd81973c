// A token shows up in no message of either reader, wherever in a faulty file it stands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/prober/strict_faults.h"
#include "tests/support/config_samples.h"

namespace failover {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kOldToken = "Old0Token1Without2Prefix3Old_Token4-aaaa";  // 40 characters
constexpr std::string_view kRunToken = "eyJhIjoiNjk5ZDk4NjQyYzU2NGQyZTg1NWU5NjYxODk5";

// Where the secret may stand: @ is its place.
const std::vector<std::string> kFaultyFiles = {
    // syntax
    R"({"token": "@)",
    R"({"token": "@})",
    R"({"token": @})",
    R"({"token": "@" 1})",
    R"({"token" "@"})",
    R"({"a": "@", "b": tru})",
    R"({"a": "@\q"})",
    R"({"a": "@\u12"})",
    R"(["@"])",
    R"("@")",
    R"(@)",
    R"({} @)",
    R"({"a": "@"} @)",
    R"({"a": ["@" "@"]})",
    R"({"@": })",
    R"({@: 1})",
    R"({"@" 1})",
    "{\"a\": \"@\xff\"}",
    "{\"@\xff\": 1}",
    "{\"a\": \"@\n\xc3(\"}",
    R"({"a": 1@})",
    R"({"a": -@})",
    R"({"a": "\ud800@"})",
    std::string("{\"a\": \"@\", \0}", 13),
    // repeated, unknown, of a wrong type
    R"({"a": "@", "a": "@"})",
    R"({"@": 1, "@": 2})",
    R"({"tunnels": [{"@": 1, "@": 2}]})",
    R"({"@": 1})",
    R"({"tunnels": [{"@": 1}]})",
    R"({"tunnels": ["@"]})",
    R"({"tunnels": "@"})",
    R"({"check_interval": "@"})",
    R"({"gateway_check": "@"})",
    R"({"failover_on": "@"})",
    R"({"failover_on": ["@", "@"]})",
    R"({"tunnels": [{"token": ["@"]}]})",
    R"({"tunnels": [{"token": {"@": "@"}}]})",
    // in its place, but not good, or given twice over
    R"({"tunnels": [{"token": "@ "}]})",
    R"({"tunnels": [{"token": "@\n"}]})",
    R"({"tunnels": [{"token": "your_@"}]})",
    R"({"tunnels": [{"token": "@", "token_file": "/x"}]})",
    R"({"tunnels": [{"token": "@"}, {"token": "@"}]})",
    // in another's place
    R"({"gateway_ip": "@"})",
    R"({"api_base_url": "@"})",
    R"({"api_base_url": "https://@@h"})",
    R"({"api_base_url": "https://h/?t=@"})",
    R"({"api_ca_file": "@"})",
    R"({"tunnels": [{"account_id": "@"}]})",
    R"({"tunnels": [{"tunnel_id": "@"}]})",
    R"({"tunnels": [{"tunnel_id": "@"}, {"tunnel_id": "@"}]})",
    R"({"tunnels": [{"service": "@"}]})",
    R"({"tunnels": [{"service": "x @"}]})",
    R"({"tunnels": [{"service": "@.socket"}]})",
    R"({"tunnels": [{"service": "/x/@"}]})",
    R"({"tunnels": [{"token_file": "@"}]})",
    R"({"tunnels": [{"name": "@\n"}]})",
    R"({"tunnels": [{"name": "@"}]})",
};

std::string Planted(std::string text, std::string_view secret) {
  for (std::size_t at = text.find('@'); at != text.npos; at = text.find('@', at + secret.size())) {
    text.replace(at, 1, secret);
  }
  return text;
}

// What root says of it, and what the prober says.
Faults AllFaultsOf(std::string_view text) {
  const auto lenient = ParseConfig(text, "F");
  Faults faults = lenient ? Faults{} : lenient.error();
  const Faults strict = FaultsOf(text);
  EXPECT_FALSE(faults.empty()) << text;
  EXPECT_FALSE(strict.empty()) << text;
  faults.insert(faults.end(), strict.begin(), strict.end());
  return faults;
}

std::string Deep(std::string_view secret) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "{\"" + std::string(secret) + "\":";
  return text + "1" + std::string(500, '}');
}

TEST(ConfigSecrets, StandInNoMessage) {
  for (const std::string_view secret : {kToken, kOldToken, kRunToken}) {
    std::vector<std::string> texts = {Deep(secret)};
    for (const std::string& file : kFaultyFiles) texts.push_back(Planted(file, secret));
    for (const std::string& text : texts) {
      const Faults faults = AllFaultsOf(text);
      // Not even a third of it.
      for (std::size_t at = 0; at + 14 <= secret.size(); ++at) {
        ASSERT_THAT(faults, Each(Not(HasSubstr(secret.substr(at, 14))))) << text;
      }
    }
  }
}

TEST(ConfigSecrets, DoNotReachStandardErrorThroughProtobuf) {
  testing::internal::CaptureStderr();
  for (const std::string& file : kFaultyFiles) AllFaultsOf(Planted(file, kToken));
  AllFaultsOf(Deep(kToken));
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = Edited("cloudflared_1", std::string(3, static_cast<char>(byte)));
    EXPECT_EQ(ParseConfig(text, "F").has_value(), FaultsOf(text).empty()) << byte;
  }
  AllFaultsOf(WithField(R"("a": "\udc00\ud800")"));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace failover
