#include "prober/recent_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace failover {
namespace {

TEST(RecentValues, AreThoseAddedLastOldestFirst) {
  RecentValues values;
  EXPECT_TRUE(values.InOrder().empty());
  values.Add(1);
  values.Add(2);
  EXPECT_THAT(values.InOrder(), testing::ElementsAre(1, 2));
  for (int i = 3; i <= 100; ++i) values.Add(static_cast<float>(i));
  ASSERT_EQ(values.InOrder().size(), 60U);
  EXPECT_EQ(values.InOrder().front(), 41);
  EXPECT_EQ(values.InOrder().back(), 100);
}

}  // namespace
}  // namespace failover
