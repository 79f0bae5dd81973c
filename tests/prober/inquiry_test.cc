#include "prober/inquiry.h"

#include <gtest/gtest.h>

namespace failover {
namespace {

using namespace std::chrono_literals;
const TimePoint kNow(1000s);
const Pace kPlain{.check_interval = 3s, .interval = 3s, .phase = 100ms, .requests = 4};
const Pace kStretched{.check_interval = 3s, .interval = 8s, .phase = 100ms, .requests = 4};

TEST(Inquiry, WithoutStretchingEveryRoundAsks) {
  Inquiry inquiry;
  for (int round = 0; round < 5; ++round) {
    const TimePoint begin = kNow + round * 3s;
    // The gateway answers now sooner, now later.
    const TimePoint now = begin + (round % 2) * 500ms;
    EXPECT_TRUE(inquiry.Due(kPlain, now, begin + 3s));
    EXPECT_EQ(inquiry.At(kPlain, now), now + 100ms);
    inquiry.Asked(kPlain, now + 100ms, begin + 3s);
    EXPECT_FALSE(inquiry.Due(kPlain, now + 200ms, begin + 3s)) << "once a round";
  }
}

TEST(Inquiry, StretchedTheFirstRoundAsksAllAndThenEachHasItsPlaceInTheInterval) {
  for (std::size_t order = 0; order < 4; ++order) {
    Inquiry inquiry;
    inquiry.SetOrder(order);
    ASSERT_TRUE(inquiry.Due(kStretched, kNow, kNow + 3s));
    ASSERT_EQ(inquiry.At(kStretched, kNow), kNow + 100ms);
    inquiry.Asked(kStretched, kNow, kNow + 3s);
    for (int turn = 0; turn < 3; ++turn) {
      const TimePoint due = kNow + (order + 1) * 2s + turn * 8s;
      EXPECT_FALSE(inquiry.Due(kStretched, due - 3s, due)) << "belongs to the next round";
      EXPECT_TRUE(inquiry.Due(kStretched, due - 2s, due + 1s));
      EXPECT_EQ(inquiry.At(kStretched, due - 2s), due);
      inquiry.Asked(kStretched, due + 1ms, due + 1s);
    }
  }
}

TEST(Inquiry, AfterAnOutageItIsAskedAtOnceAndKeepsItsPlace) {
  Inquiry inquiry;
  inquiry.Asked(kStretched, kNow, kNow + 3s);  // due at 2, 10, 18, 26 s
  EXPECT_EQ(inquiry.At(kStretched, kNow + 20s), kNow + 20s + 100ms);
  inquiry.Asked(kStretched, kNow + 20s, kNow + 21s);
  EXPECT_EQ(inquiry.At(kStretched, kNow + 21s), kNow + 26s);
}

TEST(Inquiry, FaultsDelayItUntilTheyAreForgotten) {
  Inquiry inquiry;
  inquiry.Asked(kPlain, kNow, kNow + 3s);
  inquiry.Answered(kPlain, Reason::kTimeout, 1, kNow + 1s);
  EXPECT_TRUE(inquiry.Due(kPlain, kNow + 3s, kNow + 6s)) << "the first fault costs nothing";
  inquiry.Asked(kPlain, kNow + 3s, kNow + 6s);
  inquiry.Answered(kPlain, Reason::kTimeout, 1, kNow + 4s);
  EXPECT_FALSE(inquiry.Due(kPlain, kNow + 9s, kNow + 12s));
  EXPECT_TRUE(inquiry.Due(kPlain, kNow + 12s, kNow + 15s));
  inquiry.ForgetFaults();
  EXPECT_TRUE(inquiry.Due(kPlain, kNow + 6s, kNow + 9s));
}

TEST(Inquiry, APostponedOneWaits) {
  Inquiry inquiry;
  inquiry.Asked(kPlain, kNow, kNow + 3s);
  inquiry.Postpone(kNow + 600s);
  inquiry.Postpone(kNow + 1s);
  EXPECT_FALSE(inquiry.Due(kPlain, kNow + 597s, kNow + 600s));
  EXPECT_TRUE(inquiry.Due(kPlain, kNow + 600s, kNow + 603s));
}

}  // namespace
}  // namespace failover
