// Seconds are Cloudflare's. P, Q: the primary before and after it crashed; O, B: ours, another backup.
#include "prober/primary.h"

#include <gtest/gtest.h>

#include "tests/prober/connector_samples.h"

namespace failover {
namespace {

using enum PrimaryJudge::Finding;
constexpr char P = '1', Q = '2', O = '3', B = '4';

const Connector kCrashed = Opened(P, {1, 2, 3, 4});  // listed for minutes after its end
const Connector kOurs = Opened(O, {101, 102, 103, 104});

class PrimaryTest : public testing::Test {
 protected:
  // What is said of a list while the connectors of this host have these ids.
  PrimaryJudge::Finding Judge(const Connectors& list, const std::vector<char>& local) {
    std::set<ConnectorId> claims;
    for (const char digit : local) claims.insert(ConnectorCalled(digit));
    return judge_.Judge(list, claims);
  }
  PrimaryJudge judge_;
};

TEST_F(PrimaryTest, OursAloneMeansThatThePrimaryIsAway) { EXPECT_EQ(Judge({kOurs}, {O}), kAway); }

TEST_F(PrimaryTest, AConnectionThatWasOpenedAfterOursIsAReturn) {
  Judge({kCrashed}, {});
  EXPECT_EQ(Judge({kOurs}, {O}), kAway);
  EXPECT_EQ(Judge({kOurs, Opened(Q, {200})}, {O}), kReturned);
  EXPECT_EQ(Judge({kOurs}, {O}), kAway) << "and it can go away again";
}

TEST_F(PrimaryTest, AnOldConnectorWithANewConnectionIsAReturnAsWell) {
  EXPECT_EQ(Judge({kCrashed, kOurs}, {O}), kAway);
  EXPECT_EQ(Judge({Opened(P, {1, 2, 3, 4, 300}), kOurs}, {O}), kReturned);
}

TEST_F(PrimaryTest, ACrashedPrimaryThatStaysListedForTenMinutesNeverReturns) {
  for (int asked = 0; asked < 120; ++asked) {  // every 5 s
    if (asked < 3) {
      EXPECT_EQ(Judge({kCrashed}, {}), kOwnUnknown);
    } else if (asked % 7 == 0) {
      EXPECT_EQ(Judge({kCrashed, kOurs}, {}), kOwnUnknown) << "its port does not answer now and then";
    } else if (asked % 5 == 0) {
      // Ours loses a connection to the edge and opens another one.
      EXPECT_EQ(Judge({kCrashed, Opened(O, {101, 102, 103, 104 + 5 * asked})}, {O}), kAway);
    } else {
      EXPECT_EQ(Judge({kCrashed, kOurs}, {O}), kAway);
    }
  }
}

TEST_F(PrimaryTest, AStaleListThatLeavesItOutForAWhileMakesNoReturnOfIt) {
  EXPECT_EQ(Judge({kOurs}, {O}), kAway);
  EXPECT_EQ(Judge({kCrashed, kOurs}, {O}), kAway);
}

TEST_F(PrimaryTest, WhatWasListedBeforeOursCountsAsBeforeWhateverItsStamp) {
  Judge({Opened(P, {1, 2, 3, 110})}, {});  // by an edge whose clock is ahead
  EXPECT_EQ(Judge({Opened(P, {1, 2, 3, 110}), kOurs}, {O}), kAway);
  EXPECT_EQ(Judge({Opened(P, {1, 2, 3, 110}), Opened(Q, {111}), kOurs}, {O}), kReturned);
}

TEST_F(PrimaryTest, AListThatHadOursAlreadyIsNotOneBeforeOurs) {
  Judge({kOurs, Opened(Q, {200})}, {});  // its port did not answer yet
  EXPECT_EQ(Judge({kOurs, Opened(Q, {200})}, {O}), kReturned);
}

TEST_F(PrimaryTest, AConnectionThatWasLostIsNotThere) {
  const Connector lost = Opened(Q, {200, 201}, Connection::State::kPendingReconnect);
  EXPECT_EQ(Judge({kOurs, lost}, {O}), kAway);
}

TEST_F(PrimaryTest, WithoutOursNothingIsCertain) {
  EXPECT_EQ(Judge({}, {}), kOwnUnknown);
  EXPECT_EQ(Judge({Opened(Q, {200})}, {}), kOwnUnknown);
  EXPECT_EQ(Judge({Opened(Q, {200})}, {O}), kOwnUnknown) << "not connected yet, or of another tunnel";
  EXPECT_EQ(Judge({Opened(O, {}), Opened(Q, {200})}, {O}), kOwnUnknown) << "listed without a connection";
  EXPECT_EQ(Judge({kOurs, Opened(Q, {200})}, {O}), kReturned);
  EXPECT_EQ(Judge({kOurs, Opened(Q, {200})}, {}), kOwnUnknown) << "certainty is needed each time";
}

TEST_F(PrimaryTest, AnIdThatIsNotInTheListIsBelievedNothing) {
  EXPECT_EQ(Judge({kCrashed, kOurs}, {'8', '9', 'a', 'b', O}), kAway) << "four squatted ports";
  EXPECT_EQ(Judge({kCrashed, kOurs, Opened(Q, {200})}, {'8', '9', 'a', 'b', O}), kReturned);
  EXPECT_EQ(Judge({kCrashed, kOurs, Opened(Q, {200})}, {'8', '9', 'a', 'b', 'c'}), kOwnUnknown);
}

// Who knows the primary's id can hide its return, and no more than that.
TEST_F(PrimaryTest, APortThatNamesThePrimaryOnlyHidesIt) {
  EXPECT_EQ(Judge({kCrashed, kOurs}, {P, O}), kAway);
  EXPECT_EQ(Judge({kOurs, Opened(Q, {200})}, {Q, O}), kAway);
}

TEST_F(PrimaryTest, OursThatWasStartedAgainIsNotThePrimary) {
  EXPECT_EQ(Judge({kCrashed, kOurs}, {O}), kAway);
  const Connector again = Opened('5', {301, 302});
  EXPECT_EQ(Judge({kOurs, again}, {}), kOwnUnknown);
  EXPECT_EQ(Judge({kOurs, again}, {'5'}), kAway);
  EXPECT_EQ(Judge({kOurs, again, Opened(Q, {400})}, {'5'}), kReturned);
}

TEST_F(PrimaryTest, OursThatCrashedBeforeItWasSeenIsNotThePrimary) {
  EXPECT_EQ(Judge({kOurs}, {O}), kAway);
  const Connector crashed_at_once = Opened('5', {301, 302});
  EXPECT_EQ(Judge({kOurs, crashed_at_once, Opened('6', {311})}, {'6'}), kAway);
}

TEST_F(PrimaryTest, AProberThatWasStartedAgainMayMissAReturnAndInventsNone) {
  // Ours was opened at 101, and all but one of its connections anew since.
  const Connector ours = Opened(O, {250, 251, 252, 253});
  EXPECT_EQ(PrimaryJudge().Judge({kCrashed, ours}, {ours.id}), kAway);
  EXPECT_EQ(PrimaryJudge().Judge({Opened(Q, {200}), ours}, {ours.id}), kAway) << "missed";
  EXPECT_EQ(PrimaryJudge().Judge({Opened(Q, {200, 260}), ours}, {ours.id}), kReturned);
}

TEST_F(PrimaryTest, OfTwoBackupsOnTwoHostsTheLaterOneStays) {
  const Connector earlier = Opened(O, {101, 103, 105, 107});
  const Connector later = Opened(B, {110, 111, 112, 113});
  PrimaryJudge there;
  EXPECT_EQ(Judge({kCrashed, earlier}, {O}), kAway);
  EXPECT_EQ(there.Judge({kCrashed, earlier, later}, {later.id}), kAway);
  EXPECT_EQ(Judge({kCrashed, earlier, later}, {O}), kReturned) << "a backup there is as good as the primary";
  EXPECT_EQ(there.Judge({earlier, later}, {later.id}), kAway);
  EXPECT_EQ(there.Judge({later}, {later.id}), kAway) << "the earlier one has ended";
  EXPECT_EQ(there.Judge({later, Opened(Q, {400})}, {later.id}), kReturned);
}

// This is what different values of failback_after are for.
TEST_F(PrimaryTest, TwoBackupsThatConnectInTheSameSecondsEachTakeTheOtherForThePrimary) {
  const Connector here = Opened(O, {101, 103, 105, 107});
  const Connector there = Opened(B, {102, 104, 106, 108});
  EXPECT_EQ(Judge({here, there}, {O}), kReturned);
  EXPECT_EQ(PrimaryJudge().Judge({here, there}, {there.id}), kReturned);
}

TEST_F(PrimaryTest, TwoOfOursOnThisHostAreBothOurs) {
  EXPECT_EQ(Judge({kOurs, Opened(B, {110})}, {O, B}), kAway);
  EXPECT_EQ(Judge({kOurs, Opened(B, {110})}, {O}), kAway) << "one that was known stays known";
  EXPECT_EQ(Judge({kOurs, Opened(B, {110}), Opened(Q, {200})}, {O}), kReturned);
}

}  // namespace
}  // namespace failover
