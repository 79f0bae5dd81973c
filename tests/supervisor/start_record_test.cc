#include "supervisor/start_record.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/supervisor/samples.h"
#include "tests/support/temp_dir.h"

namespace failover {
namespace {

using std::chrono::nanoseconds;

const TimePoint kNow{std::chrono::hours(1000)};

UnitHistory History(std::vector<TimePoint> starts, StartOutcome outcome) {
  return {.starts = std::move(starts), .outcome = outcome};
}

class StartRecord : public testing::Test {
 protected:
  std::expected<UnitHistory, Error> Load() const { return LoadStarts(dir_.Path(""), unit_, kNow); }

  const TempDir dir_;
  const UnitWhitelist list_{Settings()};
  const UnitName unit_ = list_.Find(Id(kTunnelTwo))->unit;
};

TEST_F(StartRecord, AUnitWithoutARecordWasNeverStarted) {
  const auto loaded = Load();
  ASSERT_TRUE(loaded.has_value());
  EXPECT_TRUE(loaded->starts.empty());
  EXPECT_EQ(loaded->outcome, StartOutcome::kNone);
}

TEST_F(StartRecord, WhatIsSavedIsLoaded) {
  for (const StartOutcome outcome : {StartOutcome::kPending, StartOutcome::kSucceeded, StartOutcome::kFailed,
           StartOutcome::kTimedOut, StartOutcome::kIgnored, StartOutcome::kUnknown}) {
    for (const std::size_t count : {0U, 1U, 3600U}) {
      UnitHistory history = History(std::vector<TimePoint>(count, kNow), outcome);
      if (count > 0) history.starts.front() = kNow - nanoseconds(1);
      ASSERT_TRUE(SaveStarts(dir_.Path(""), unit_, history).has_value());
      const auto loaded = Load();
      ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
      EXPECT_EQ(loaded->starts, history.starts);
      EXPECT_EQ(loaded->outcome, outcome);
    }
  }
}

TEST_F(StartRecord, StandsInAFileNamedAsTheUnit) {
  ASSERT_TRUE(SaveStarts(dir_.Path(""), unit_, History({TimePoint(nanoseconds(7))}, StartOutcome::kFailed)));
  std::ifstream in(dir_.Path("two@b.service"));
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "3 7\n");
}

TEST_F(StartRecord, AShorterRecordLeavesNothingOfALongerOne) {
  ASSERT_TRUE(SaveStarts(dir_.Path(""), unit_, History({kNow, kNow, kNow}, StartOutcome::kPending)));
  ASSERT_TRUE(SaveStarts(dir_.Path(""), unit_, History({kNow}, StartOutcome::kSucceeded)));
  EXPECT_EQ(Load()->starts.size(), 1U);
}

TEST_F(StartRecord, WhatIsNoWholeRecordOfThePastIsAnError) {
  const std::string future = std::to_string((kNow + nanoseconds(1)).time_since_epoch().count());
  const std::vector<std::string> cases = {"", "\n", "2", "2 5", "2 5 6", "x\n", "2 x\n", "2 5 x\n",
      "2 6 5\n", "2 5 6x\n", "0 5\n", "-1 5\n", "7 5\n", "99999999999 5\n", "2 99999999999999999999\n",
      "2 " + future + "\n", std::string("2 5\0\n", 5), std::string("\0\0\0\0", 4), "2 5.5\n",
      std::string("2 5 \0 6\n", 8), std::string(64, '\xff'), std::string(1'000'000, ' '),
      std::string(1'000'000, '9')};
  for (const std::string& text : cases) {
    const std::string path = dir_.Write(unit_.str(), text);
    const auto loaded = Load();
    const std::string said = loaded ? "it is one" : loaded.error().message;
    EXPECT_EQ(said, path + " is not a record of starts") << text.substr(0, 40);
  }
}

TEST_F(StartRecord, WhatIsNoFileIsAnError) {
  ASSERT_EQ(mkdir(dir_.Path(unit_.str()).c_str(), 0700), 0);
  EXPECT_FALSE(Load().has_value());
  EXPECT_FALSE(SaveStarts(dir_.Path(""), unit_, History({kNow}, StartOutcome::kPending)).has_value());
}

TEST_F(StartRecord, CannotBeSavedWhereThereIsNoDirectory) {
  const auto saved = SaveStarts(dir_.Path("gone/"), unit_, History({kNow}, StartOutcome::kPending));
  ASSERT_FALSE(saved.has_value());
  EXPECT_EQ(saved.error().message, dir_.Path("gone/two@b.service") + ": No such file or directory");
}

TEST_F(StartRecord, AFullFileSystemIsAnError) {
  ASSERT_EQ(symlink("/dev/full", dir_.Path(unit_.str()).c_str()), 0);
  EXPECT_FALSE(SaveStarts(dir_.Path(""), unit_, History({kNow}, StartOutcome::kPending)).has_value());
}

}  // namespace
}  // namespace failover
