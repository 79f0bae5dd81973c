#include "common/health.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "health.pb.h"

namespace failover {
namespace {

std::string LowerCase(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// proto/health.proto and common/health.h state the same enums: a number means the same in both.
TEST(Health, StatusesAreThoseOfTheWire) {
  for (int i = 1; i < wire::TunnelStatus_ARRAYSIZE; ++i) {
    ASSERT_TRUE(wire::TunnelStatus_IsValid(i)) << i;
    const auto number = static_cast<wire::TunnelStatus>(i);
    EXPECT_EQ(Name(static_cast<TunnelStatus>(i)), LowerCase(wire::TunnelStatus_Name(number)));
  }
  EXPECT_EQ(static_cast<int>(TunnelStatus::kInactive), wire::TunnelStatus_MAX);
  EXPECT_EQ(Name(TunnelStatus()), "not checked yet");
}

TEST(Health, ASummaryCountsEachStatusThatThereIs) {
  EXPECT_EQ(Summarize({}), "0 tunnels");
  EXPECT_EQ(Summarize({{TunnelStatus::kDown, 1}}), "1 tunnel: 1 down");
  EXPECT_EQ(Summarize({{TunnelStatus::kDown, 1}, {TunnelStatus::kHealthy, 11}, {TunnelStatus{}, 2}}),
      "14 tunnels: 2 not checked yet, 11 healthy, 1 down");
}

TEST(Health, GatewayStatesAreThoseOfTheWire) {
  EXPECT_EQ(static_cast<int>(GatewayState::kReachable), wire::REACHABLE);
  EXPECT_EQ(static_cast<int>(GatewayState::kUnreachable), wire::UNREACHABLE);
  EXPECT_EQ(static_cast<int>(GatewayState::kNotChecked), wire::NOT_CHECKED);
  EXPECT_EQ(wire::GatewayState_ARRAYSIZE, 4);
}

// No text crosses the socket: a peer's bytes could otherwise reach a log or a terminal.
TEST(Health, TheWireHasNoText) {
  using google::protobuf::FieldDescriptor;
  for (const auto* type : {wire::HealthReport::descriptor(), wire::TunnelHealth::descriptor(),
           wire::Acknowledgement::descriptor(), wire::TunnelVerdict::descriptor()}) {
    for (int i = 0; i < type->field_count(); ++i) {
      EXPECT_NE(type->field(i)->type(), FieldDescriptor::TYPE_STRING) << type->field(i)->full_name();
    }
  }
}

}  // namespace
}  // namespace failover
