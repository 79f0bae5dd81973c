#include "prober/histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace failover {
namespace {

TEST(Histogram, CountsEachValueUnderTheFirstBoundThatHoldsIt) {
  Histogram histogram({0.1, 1});
  for (const double value : {0.05, 0.1, 0.5, 1.0, 7.0}) histogram.Add(value);
  EXPECT_THAT(histogram.counts(), testing::ElementsAre(2, 2, 1));
  EXPECT_DOUBLE_EQ(histogram.sum(), 8.65);
}

}  // namespace
}  // namespace failover
