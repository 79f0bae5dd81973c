#include "common/tunnel_id.h"

#include <gtest/gtest.h>

#include <string>

namespace failover {
namespace {

constexpr std::string_view kText = "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415";
constexpr std::string_view kBytes = "\xf7\x0f\xf9\x85\xa4\xef\x46\x43\xbb\xbc\x4a\x0e\xd4\xfc\x84\x15";

TEST(TunnelId, IsSixteenBytesInTheOrderOfItsText) {
  const auto id = TunnelId::Parse(kText);
  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(id->bytes(), kBytes);
  EXPECT_EQ(id->ToString(), kText);
  EXPECT_EQ(TunnelId::FromBytes(kBytes), id);
}

TEST(TunnelId, TakesEitherCaseAndWritesLowerCase) {
  EXPECT_EQ(TunnelId::Parse("F70FF985-A4EF-4643-BBBC-4A0ED4FC8415").value().ToString(), kText);
}

TEST(TunnelId, ReadsNothingBehindItsText) {
  const std::string longer = std::string(kText) + "ff";
  EXPECT_EQ(TunnelId::Parse(std::string_view(longer).substr(0, kText.size())), TunnelId::Parse(kText));
}

TEST(TunnelId, RefusesEveryOtherText) {
  for (const std::string_view text :
      {"", "f70ff985", "f70ff985a4ef4643bbbc4a0ed4fc8415", "f70ff985-a4ef-4643-bbbc-4a0ed4fc841",
          "f70ff985-a4ef-4643-bbbc-4a0ed4fc84155", "f70ff985-a4ef-4643-bbbc-4a0ed4fc841g",
          "f70ff985-a4ef-4643-bbbc_4a0ed4fc8415", "f70ff985a-4ef-4643-bbbc-4a0ed4fc8415",
          "-f70ff98-a4ef-4643-bbbc-4a0ed4fc8415", "{70ff985-a4ef-4643-bbbc-4a0ed4fc841}",
          "f70ff985-a4ef-4643-bbbc-4a0ed4fc841 ", "+70ff985-a4ef-4643-bbbc-4a0ed4fc8415"}) {
    EXPECT_EQ(TunnelId::Parse(text), std::nullopt) << text;
  }
  EXPECT_EQ(TunnelId::Parse(std::string_view()), std::nullopt);
  std::string with_zero(kText);
  with_zero[35] = '\0';
  EXPECT_EQ(TunnelId::Parse(with_zero), std::nullopt);
}

TEST(TunnelId, RefusesEveryOtherNumberOfBytes) {
  for (const std::size_t size : {0U, 1U, 15U, 17U, 36U}) {
    EXPECT_EQ(TunnelId::FromBytes(std::string(size, 'a')), std::nullopt) << size;
  }
}

TEST(TunnelId, ComparesByItsBytes) {
  const auto low = TunnelId::Parse("00000000-0000-0000-0000-000000000001");
  const auto high = TunnelId::Parse("00000000-0000-0000-0000-000000000002");
  EXPECT_LT(low, high);
  EXPECT_EQ(low, TunnelId::Parse("00000000-0000-0000-0000-000000000001"));
}

}  // namespace
}  // namespace failover
