#include "prober/token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/prober/temp_dir.h"

namespace failover {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Token, OneTrailingNewlineIsStripped) {
  const TempDir dir;
  for (const char* text : {"cfut_secret", "cfut_secret\n"}) {
    const auto loaded = LoadToken(dir.Write("token", text));
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    EXPECT_EQ(loaded->token, "cfut_secret");
    EXPECT_TRUE(loaded->exposure.empty());
  }
}

TEST(Token, FaultsNameTheFileAndTheRemedyAndNeverTheToken) {
  const TempDir dir;
  const struct {
    std::string text;
    const char* fault;
  } cases[] = {
      {"", "is empty"},
      {"\n", "is empty"},
      {"secret token", "white space"},
      {"secret\n\n", "white space"},
      {"secret\r\n", "white space"},
      {std::string("secret\0", 7), "control character"},
      {"eyJsecret", "run token"},
      {"your_api_token_secret", "placeholder"},
      {std::string(5000, 's'), "larger than 4096"},
  };
  for (const auto& c : cases) {
    const std::string path = dir.Write("token", c.text);
    const auto loaded = LoadToken(path);
    ASSERT_FALSE(loaded.has_value()) << c.fault;
    EXPECT_THAT(loaded.error().message, HasSubstr(path));
    EXPECT_THAT(loaded.error().message, HasSubstr(c.fault));
    EXPECT_THAT(loaded.error().message, HasSubstr("; write"));
    if (std::string_view(c.fault) != "placeholder") {
      EXPECT_THAT(loaded.error().message, Not(HasSubstr("secret")));
    }
  }
}

TEST(Token, AMissingFileAndADirectoryAreFaults) {
  const TempDir dir;
  EXPECT_THAT(LoadToken(dir.path("none")).error().message, HasSubstr("No such file"));
  EXPECT_THAT(LoadToken(dir.path("")).error().message, HasSubstr("not a regular file"));
}

TEST(Token, AFileThatEverybodyMayReadIsExposed) {
  const TempDir dir;
  const auto loaded = LoadToken(dir.Write("token", "cfut_secret", 0644));
  ASSERT_TRUE(loaded.has_value());
  ASSERT_EQ(loaded->exposure.size(), 1U);
  EXPECT_THAT(loaded->exposure[0], HasSubstr("chmod 0640 " + dir.path("token")));
}

}  // namespace
}  // namespace failover
