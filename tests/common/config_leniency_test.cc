// Root reads tunnels.json with protobuf's own JSON reader, which takes more than the strict one of
// the prober. Whatever it takes, no value passes that its rule does not allow.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "common/config.h"
#include "tests/support/config_samples.h"

namespace failover {
namespace {

using testing::ElementsAre;

const std::string kNoObject =
    "F: not one JSON object of the known fields; see: failover-prober --check-config";

TEST(ConfigLeniency, WhatProtobufDoesNotTakeHasOneFault) {
  const std::string deep = [] {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "{\"a\":";
    return text + "1" + std::string(1000, '}');
  }();
  for (const std::string& text : {std::string(), std::string("["), std::string("{"), std::string("{} x"),
           std::string("[]"), std::string("3"), std::string("\"x\""), std::string("{\"a\": tru}"), deep,
           std::string("{\"gateway_ip\": \"\xff\"}"), std::string("{\"tunnels\": [3]}"),
           WithField(R"("chek_interval": 3)"), WithField(R"("a\nb": 3)"), WithTunnelField(R"("zone": 1)"),
           WithField(R"("cooldown": "x")"), WithField(R"("failure_threshold": 2.5)"),
           WithField(R"("failure_threshold": -1)"), WithField(R"("failure_threshold": 4294967296)"),
           WithField(R"("cooldown": 1e999)"), WithField(R"("failover_on": ["healthy"])"),
           WithField(R"("failover_on": ["DOWN"])"), WithField(R"("gateway_check": 1)"),
           Edited("\"cloudflared_1\"", "{\"a\": 1}")}) {
    const auto config = ParseConfig(text, "F");
    ASSERT_FALSE(config.has_value()) << text;
    EXPECT_THAT(config.error(), ElementsAre(kNoObject)) << text;
  }
}

TEST(ConfigLeniency, OneObjectIsAListOfOneAndItsFieldsAreMissed) {
  const auto config = ParseConfig(R"({"tunnels": {}})", "F");
  ASSERT_FALSE(config.has_value());
  EXPECT_EQ(config.error().size(), 4U);
  for (const std::string& fault : config.error()) {
    EXPECT_THAT(fault, testing::ContainsRegex("^F: tunnels\\[0\\]\\.[a-z_]+: missing; "));
  }
}

// Each way in which the reader lets a field be written, with a value in place of @.
std::vector<std::string> Spellings(const std::string& name, const std::string& camel) {
  return {"\"" + name + "\": @", "\"" + camel + "\": @", "\"" + name + "\": null, \"" + camel + "\": @",
      "\"" + name + "\": @, \"" + name + "\": @", "\"" + camel + "\": @, \"" + name + "\": @"};
}

std::string With(std::string spelling, const std::string& value) {
  for (std::size_t at = spelling.find('@'); at != spelling.npos; at = spelling.find('@', at + value.size()))
    spelling.replace(at, 1, value);
  return spelling;
}

TEST(ConfigLeniency, NoSpellingLetsABadUnitThrough) {
  const std::vector<std::string> bad = {R"("")", R"("/etc/x.service")", R"("\/x")", R"("-H")", R"("a*")",
      R"("a b")", R"("a\nb")", R"("a\u0000b")", R"("a;b")", R"("a.target")", R"("b@")", R"("@b")", R"("..")",
      R"("cfut_x")", R"("\u002d\u002dnow")", R"("ä")", "\"" + std::string(248, 'a') + "\""};
  for (const std::string& value : bad) {
    for (const std::string& spelling : Spellings("service", "service")) {
      const std::string text = Edited(R"("service": "cloudflared_1")", With(spelling, value));
      EXPECT_FALSE(ParseConfig(text, "F").has_value()) << text;
    }
    for (const std::string& spelling : Spellings("failback_service", "failbackService")) {
      const std::string text = WithTunnelField(With(spelling, value));
      EXPECT_FALSE(ParseConfig(text, "F").has_value()) << text;
    }
  }
}

// The last one of a repeated field counts, and that is the one that was looked at.
TEST(ConfigLeniency, ARepeatedFieldIsTheOneThatWasChecked) {
  const auto with = [](const char* services) {
    return ParseConfig(Edited(R"("service": "cloudflared_1")", services), "F");
  };
  const auto good = with(R"("service": "/x", "service": "a")");
  ASSERT_TRUE(good.has_value()) << good.error()[0];
  EXPECT_EQ(good->settings.tunnels(0).service(), "a.service");
  EXPECT_FALSE(with(R"("service": "a", "service": "/x")").has_value());
  for (const char* more : {R"(, "tunnels": [{"service": "/x"}])", R"(, "tunnels": [{"service": "b"}])"}) {
    EXPECT_FALSE(ParseConfig(Edited("\n  ]", "\n  ]" + std::string(more)), "F").has_value()) << more;
  }
}

TEST(ConfigLeniency, NoSpellingLetsABadIdThrough) {
  const std::string tunnel = R"("tunnel_id": "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415")";
  const std::string account = R"("account_id": "0123456789abcdef0123456789abcdef")";
  for (const std::string value : {R"("")", R"("home")", R"("f70ff985a4ef4643bbbc4a0ed4fc841")", "7", "null",
           R"("f70ff985-a4ef-4643-bbbc-4a0ed4fc8415\u0000")",
           R"("f70ff985-a4ef-4643-bbbc-4a0ed4fc8415\n")"}) {
    for (const std::string& spelling : Spellings("tunnel_id", "tunnelId")) {
      EXPECT_FALSE(ParseConfig(Edited(tunnel, With(spelling, value)), "F").has_value()) << spelling << value;
    }
    for (const std::string& spelling : Spellings("account_id", "accountId")) {
      EXPECT_FALSE(ParseConfig(Edited(account, With(spelling, value)), "F").has_value())
          << spelling << value;
    }
  }
}

TEST(ConfigLeniency, NoSpellingLetsANumberOutOfItsRangeThrough) {
  const std::vector<std::string> bad = {"0", "-1", "1e300", "-1e300", "\"0\"", "\"-3\"", "\"NaN\"",
      "\"Infinity\"", "\"-Infinity\"", "0.0", "86400.001", "\"1e9\""};
  for (const std::string& value : bad) {
    for (const auto& [name, camel] : {std::pair("cooldown", "cooldown"), {"start_timeout", "startTimeout"},
             {"recovery_deadline", "recoveryDeadline"}, {"failback_after", "failbackAfter"},
             {"failure_threshold", "failureThreshold"}, {"max_starts_per_hour", "maxStartsPerHour"}}) {
      for (const std::string& spelling : Spellings(name, camel)) {
        EXPECT_FALSE(ParseConfig(WithField(With(spelling, value)), "F").has_value()) << spelling << value;
      }
    }
    for (const std::string& spelling : Spellings("failure_threshold", "failureThreshold")) {
      EXPECT_FALSE(ParseConfig(WithTunnelField(With(spelling, value)), "F").has_value()) << value;
    }
  }
}

TEST(ConfigLeniency, AStatusByItsNumberIsOneThatCountsAsFailureOrNone) {
  for (int number = -1; number < 100; ++number) {
    const auto config = ParseConfig(WithField("\"failover_on\": [" + std::to_string(number) + "]"), "F");
    if (!config) continue;
    for (const int status : config->settings.tunnels(0).failover_on()) {
      EXPECT_TRUE(config::FailoverStatus_IsValid(status)) << number;
      EXPECT_EQ(status, number);
    }
  }
}

TEST(ConfigLeniency, OtherSpellingsOfGoodValuesMeanTheSame) {
  const auto config =
      ParseConfig(WithField(R"("failureThreshold": "3", "cooldown": "30", "startTimeout": 5e1,
      "max_starts_per_hour": 7.0, "recovery_deadline": null)"),
          "F");
  ASSERT_TRUE(config.has_value()) << config.error()[0];
  EXPECT_EQ(config->settings.failure_threshold(), 3U);
  EXPECT_EQ(config->settings.cooldown(), 30);
  EXPECT_EQ(config->settings.start_timeout(), 50);
  EXPECT_EQ(config->settings.max_starts_per_hour(), 7U);
  EXPECT_EQ(config->settings.recovery_deadline(), 120);
}

TEST(ConfigLeniency, NoNumberIsInNoRange) {
  config::Rule rule;
  rule.set_min(0);
  rule.set_max(86400);
  EXPECT_EQ(FaultIn(rule, std::nan("")), "nan is out of range");
  EXPECT_EQ(FaultIn(rule, HUGE_VAL), "inf is out of range");
  EXPECT_EQ(FaultIn(rule, 0.0), "");
  EXPECT_EQ(FaultIn(rule, 86400.0), "");
}

}  // namespace
}  // namespace failover
