#include "common/line_budget.h"

#include <gtest/gtest.h>

namespace failover {
namespace {

// The line as it would be written, or nothing.
std::string Write(LineBudget& budget, std::string line = "line") { return budget.Allows(line) ? line : ""; }

TEST(LineBudget, WithoutABoundNothingIsAllowed) {
  LineBudget budget;
  EXPECT_EQ(Write(budget), "");
  budget.Tick();
  EXPECT_EQ(Write(budget), "");
}

TEST(LineBudget, AllowsSoManyAtOnceAndNoMore) {
  LineBudget budget;
  budget.Bound(3, 1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Write(budget), "line");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Write(budget), "");
}

TEST(LineBudget, TheNextLineSaysHowManyWereLeftOut) {
  LineBudget budget;
  budget.Bound(2, 1);
  EXPECT_EQ(Write(budget) + Write(budget), "lineline");
  for (int i = 0; i < 7; ++i) Write(budget);
  budget.Tick();
  EXPECT_EQ(Write(budget), "line (7 lines left out before)");
  EXPECT_EQ(Write(budget), "");
  budget.Tick();
  EXPECT_EQ(Write(budget), "line (1 lines left out before)");
  budget.Tick();
  EXPECT_EQ(Write(budget), "line");
}

TEST(LineBudget, TimeGivesSoManyMoreButNeverMoreThanAtOnce) {
  LineBudget budget;
  budget.Bound(5, 2);
  for (int i = 0; i < 5; ++i) ASSERT_EQ(Write(budget), "line");
  budget.Tick();
  EXPECT_EQ(Write(budget) + Write(budget) + Write(budget), "lineline");
  for (int i = 0; i < 1000; ++i) budget.Tick();
  int written = 0;
  while (!Write(budget).empty()) ++written;
  EXPECT_EQ(written, 5);
}

TEST(LineBudget, ALineThatIsLeftOutStaysAsItIs) {
  LineBudget budget;
  budget.Bound(0, 0);
  std::string line = "line";
  EXPECT_FALSE(budget.Allows(line));
  EXPECT_EQ(line, "line");
}

TEST(LineBudget, ANewBoundBeginsAnew) {
  LineBudget budget;
  budget.Bound(1, 0);
  EXPECT_EQ(Write(budget) + Write(budget), "line");
  budget.Bound(2, 0);
  EXPECT_EQ(Write(budget), "line (1 lines left out before)");
  EXPECT_EQ(Write(budget), "line");
  EXPECT_EQ(Write(budget), "");
}

}  // namespace
}  // namespace failover
