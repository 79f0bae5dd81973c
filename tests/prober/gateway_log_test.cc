#include "prober/gateway_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace failover {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class GatewayLogTest : public testing::Test {
 protected:
  // "[INFO] text" or "[WARNING] text" of each line.
  std::vector<std::string> News(GatewayState state, const std::string& trouble = "") {
    facts_.state = state;
    std::vector<std::string> lines;
    for (const GatewayLine& line : log_.News(facts_, trouble)) {
      const bool info = line.severity == GatewayLine::Severity::kInfo;
      lines.push_back((info ? "[INFO] " : "[WARNING] ") + line.text);
    }
    return lines;
  }
  void Configure(const std::vector<std::string>& texts) {
    facts_ = {};
    facts_.choice.source = GatewaySource::kConfigured;
    facts_.choice.addresses = facts_.asked = Addresses(texts);
  }
  static std::vector<GatewayAddress> Addresses(const std::vector<std::string>& texts) {
    std::vector<GatewayAddress> addresses;
    addresses.reserve(texts.size());
    for (const std::string& text : texts) addresses.push_back(*GatewayAddress::Parse(text));
    return addresses;
  }

  GatewayFacts facts_;
  GatewayLog log_;
};

TEST_F(GatewayLogTest, SaysEachChangeOnce) {
  Configure({"192.168.1.1"});
  EXPECT_THAT(News(GatewayState::kReachable), ElementsAre("[INFO] Gateway 192.168.1.1 reachable."));
  EXPECT_THAT(News(GatewayState::kReachable), IsEmpty());
  EXPECT_THAT(News(GatewayState::kUnreachable),
      ElementsAre("[WARNING] Gateway 192.168.1.1 unreachable. Skipping tunnel monitoring."));
  EXPECT_THAT(News(GatewayState::kUnreachable), IsEmpty());
  EXPECT_THAT(News(GatewayState::kReachable), ElementsAre("[INFO] Gateway 192.168.1.1 reachable again."));
}

TEST_F(GatewayLogTest, NamesAllGatewaysAndWhyOneCouldNotBeAsked) {
  Configure({"10.0.0.1", "fe80::1%eth0"});
  EXPECT_THAT(News(GatewayState::kUnreachable, "fe80::1%eth0: interface eth0: No such device"),
      ElementsAre("[WARNING] Gateway 10.0.0.1, fe80::1%eth0 unreachable. Skipping tunnel monitoring. "
                  "fe80::1%eth0: interface eth0: No such device"));
}

TEST_F(GatewayLogTest, AnUncheckedGatewayIsNoNews) {
  EXPECT_THAT(News(GatewayState::kNotChecked), IsEmpty());
}

TEST_F(GatewayLogTest, BehindAutoStandsWhatTheDefaultRouteNames) {
  facts_.choice.source = GatewaySource::kDefaultRoute;
  facts_.asked = Addresses({"10.0.0.1", "fe80::1%eth0"});
  EXPECT_THAT(News(GatewayState::kReachable),
      ElementsAre("[INFO] Gateway auto (10.0.0.1, fe80::1%eth0) reachable."));
  facts_.asked = Addresses({"10.0.0.2"});
  EXPECT_THAT(News(GatewayState::kReachable),
      ElementsAre("[INFO] Gateway auto: 10.0.0.2 (was 10.0.0.1, fe80::1%eth0)"));
  EXPECT_THAT(News(GatewayState::kReachable), IsEmpty());
}

TEST_F(GatewayLogTest, NoDefaultRouteIsSaidWithItsReasonAlsoWhereTheGatewayWasUnreachableBefore) {
  facts_.choice.source = GatewaySource::kDefaultRoute;
  facts_.asked = Addresses({"10.0.0.1"});
  EXPECT_THAT(News(GatewayState::kUnreachable),
      ElementsAre("[WARNING] Gateway auto (10.0.0.1) unreachable. Skipping tunnel monitoring."));
  facts_.asked = {};
  EXPECT_THAT(News(GatewayState::kUnreachable, "no default route of IPv4"),
      ElementsAre("[INFO] Gateway auto: none (was 10.0.0.1). no default route of IPv4"));
  facts_.asked = Addresses({"10.0.0.2"});
  EXPECT_THAT(News(GatewayState::kReachable), ElementsAre("[INFO] Gateway auto: 10.0.0.2 (was none)",
                                                  "[INFO] Gateway auto (10.0.0.2) reachable again."));
  facts_.asked = {};
  EXPECT_THAT(News(GatewayState::kUnreachable, "no default route of IPv4"),
      ElementsAre("[INFO] Gateway auto: none (was 10.0.0.2)",
          "[WARNING] Gateway auto unreachable. Skipping tunnel monitoring. no default route of IPv4"));
}

TEST_F(GatewayLogTest, AnotherGatewayInTheConfigurationIsNewsOfItsOwn) {
  Configure({"10.0.0.1"});
  News(GatewayState::kReachable);
  Configure({"10.0.0.2"});
  EXPECT_THAT(News(GatewayState::kReachable), ElementsAre("[INFO] Gateway 10.0.0.2 reachable."));
}

}  // namespace
}  // namespace failover
