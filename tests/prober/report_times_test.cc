#include "prober/report_times.h"

#include <gtest/gtest.h>

namespace failover {
namespace {

using namespace std::chrono_literals;
const TimePoint kNow(100s);

TEST(ReportTimes, TheLatencyIsThatOfTheLastReportAlone) {
  ReportTimes times;
  EXPECT_FALSE(times.last_report());
  times.Sent(1, kNow);
  times.Sent(2, kNow + 1s);
  times.Acknowledged(1, kNow + 2s);
  EXPECT_EQ(times.latency(), 0s);
  EXPECT_EQ(times.last_acknowledgement(), kNow + 2s);
  times.Acknowledged(2, kNow + 3s);
  EXPECT_EQ(times.latency(), 2s);
  // Another word about the same report, after a unit has started.
  times.Acknowledged(2, kNow + 9s);
  EXPECT_EQ(times.latency(), 2s);
  EXPECT_EQ(times.last_report(), kNow + 1s);
}

TEST(ReportTimes, AReportOfALostConnectionIsNotTakenForOneOfTheNext) {
  ReportTimes times;
  times.Sent(1, kNow);
  times.BeginConnection();
  times.Acknowledged(1, kNow + 5s);
  EXPECT_EQ(times.latency(), 0s);
}

}  // namespace
}  // namespace failover
