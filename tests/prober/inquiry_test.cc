#include "prober/inquiry.h"

#include <gtest/gtest.h>

namespace failover {
namespace {

using namespace std::chrono_literals;
const TimePoint kNow(1000s);
const Pace kPlain{.check_interval = 3s, .interval = 3s, .phase = 100ms};
const Pace kStretched{.check_interval = 3s, .interval = 8s, .phase = 100ms};

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

TEST(Inquiry, StretchedItIsDueAnIntervalAfterItWasAsked) {
  Inquiry inquiry;
  ASSERT_TRUE(inquiry.Due(kStretched, kNow, kNow + 3s));
  ASSERT_EQ(inquiry.At(kStretched, kNow), kNow + 100ms);
  inquiry.Asked(kStretched, kNow + 100ms, kNow + 3s);
  for (int turn = 1; turn < 4; ++turn) {
    const TimePoint due = kNow + 100ms + turn * 8s;
    EXPECT_FALSE(inquiry.Due(kStretched, due - 3s, due)) << "belongs to the next round";
    EXPECT_TRUE(inquiry.Due(kStretched, due - 2s, due + 1s));
    EXPECT_EQ(inquiry.At(kStretched, due - 2s), due);
    EXPECT_EQ(inquiry.At(kStretched, due + 2s), due + 2s) << "the gateway's answer was late";
    inquiry.Asked(kStretched, due, due + 1s);
  }
}

TEST(Inquiry, AfterAnOutageAllBeginAtTheirPhaseAsAtTheStart) {
  Inquiry inquiry;
  inquiry.Asked(kStretched, kNow, kNow + 3s);
  EXPECT_TRUE(inquiry.Due(kStretched, kNow + 20s, kNow + 23s));
  EXPECT_EQ(inquiry.At(kStretched, kNow + 20s), kNow + 20s + 100ms);
}

TEST(Inquiry, FaultsDelayItUntilTheyAreForgotten) {
  Inquiry inquiry;
  inquiry.Asked(kPlain, kNow, kNow + 3s);
  inquiry.Answered(kPlain, Reason::kTimeout, std::nullopt, 1, kNow + 1s);
  EXPECT_TRUE(inquiry.Due(kPlain, kNow + 3s, kNow + 6s)) << "the first fault costs nothing";
  inquiry.Asked(kPlain, kNow + 3s, kNow + 6s);
  inquiry.Answered(kPlain, Reason::kTimeout, std::nullopt, 1, kNow + 4s);
  EXPECT_FALSE(inquiry.Due(kPlain, kNow + 9s, kNow + 12s));
  EXPECT_TRUE(inquiry.Due(kPlain, kNow + 12s, kNow + 15s));
  inquiry.ForgetFaults();
  EXPECT_TRUE(inquiry.Due(kPlain, kNow + 6s, kNow + 9s));
}

TEST(Inquiry, AFaultsRetryAfterDelaysIt) {
  Inquiry inquiry;
  inquiry.Asked(kPlain, kNow, kNow + 3s);
  inquiry.Answered(kPlain, Reason::kServerError, 20s, 1, kNow + 1s);
  EXPECT_FALSE(inquiry.Due(kPlain, kNow + 18s, kNow + 21s));
  EXPECT_TRUE(inquiry.Due(kPlain, kNow + 21s, kNow + 24s));
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
