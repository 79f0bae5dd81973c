#include "ctl/sparkline.h"

#include <gtest/gtest.h>

namespace failover {
namespace {

TEST(Sparkline, IsScaledToTheLargestAndShowsWhatWasLost) {
  EXPECT_EQ(Sparkline({1, 4, 0, 8}, 10, Terminal::Charset::kUtf8), "▂▅x█");
  EXPECT_EQ(Sparkline({1, 4, 0, 8}, 10, Terminal::Charset::kAscii), ".=x#");
}

TEST(Sparkline, ShowsTheNewestOnly) {
  EXPECT_EQ(Sparkline({100, 1, 2}, 2, Terminal::Charset::kUtf8), "▅█");
  EXPECT_EQ(Sparkline({}, 5, Terminal::Charset::kUtf8), "");
  EXPECT_EQ(Sparkline({0, 0}, 5, Terminal::Charset::kUtf8), "xx");
}

}  // namespace
}  // namespace failover
