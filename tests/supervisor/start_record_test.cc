#include "supervisor/start_record.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/supervisor/samples.h"
#include "tests/support/temp_dir.h"

namespace failover {
namespace {

using std::chrono::nanoseconds;

const TimePoint kNow{std::chrono::hours(1000)};

UnitHistory History(std::vector<TimePoint> starts, words::StartOutcome outcome) {
  return {.starts = std::move(starts), .outcome = outcome};
}

class StartRecord : public testing::Test {
 protected:
  std::optional<UnitHistory> Load() const { return LoadStarts(Path(), kNow); }
  std::string Path() const { return dir_.Path(unit_.str()); }

  const TempDir dir_;
  const UnitWhitelist list_{Settings()};
  const UnitName unit_ = list_.Find(Id(kTunnelTwo))->unit;
};

TEST_F(StartRecord, AUnitWithoutARecordWasNeverStarted) {
  const auto loaded = Load();
  ASSERT_TRUE(loaded.has_value());
  EXPECT_TRUE(loaded->starts.empty());
  EXPECT_EQ(loaded->outcome, words::NOT_STARTED);
}

TEST_F(StartRecord, WhatIsSavedIsLoaded) {
  for (const words::StartOutcome outcome : {words::PENDING, words::SUCCEEDED, words::FAILED,
           words::TIMED_OUT, words::IGNORED, words::OUTCOME_UNKNOWN}) {
    for (const std::size_t count : {0U, 1U, 3600U}) {
      UnitHistory history = History(std::vector<TimePoint>(count, kNow), outcome);
      if (count > 0) history.starts.front() = kNow - nanoseconds(1);
      ASSERT_TRUE(SaveStarts(Path(), history));
      const auto loaded = Load();
      ASSERT_TRUE(loaded.has_value());
      EXPECT_EQ(loaded->starts, history.starts);
      EXPECT_EQ(loaded->outcome, outcome);
    }
  }
}

TEST_F(StartRecord, AShorterRecordLeavesNothingOfALongerOne) {
  ASSERT_TRUE(SaveStarts(Path(), History({kNow, kNow, kNow}, words::PENDING)));
  ASSERT_TRUE(SaveStarts(Path(), History({kNow}, words::SUCCEEDED)));
  EXPECT_EQ(Load()->starts.size(), 1U);
}

TEST_F(StartRecord, WhatIsNoWholeRecordOfThePastIsNone) {
  ASSERT_TRUE(SaveStarts(Path(), History({kNow, kNow}, words::SUCCEEDED)));
  std::ifstream in(Path(), std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  ASSERT_TRUE(Load().has_value());
  for (std::size_t size = 0; size < whole.size(); ++size) {  // torn at any byte
    dir_.Write(unit_.str(), whole.substr(0, size));
    EXPECT_FALSE(Load().has_value()) << size;
  }
  for (const std::string& text : {std::string("x"), std::string(64, '\xff'), whole + "\xff",
           std::string(1'000'000, '9'), std::string(1000, '\0')}) {
    dir_.Write(unit_.str(), text);
    EXPECT_FALSE(Load().has_value()) << text.substr(0, 10);
  }
  const std::vector<UnitHistory> bad = {History({kNow}, words::NOT_STARTED),
      History({kNow}, static_cast<words::StartOutcome>(99)),
      History({kNow, kNow - nanoseconds(1)}, words::FAILED),
      History({kNow + nanoseconds(1)}, words::FAILED)};
  for (const UnitHistory& history : bad) {
    ASSERT_TRUE(SaveStarts(Path(), history));
    EXPECT_FALSE(Load().has_value());
  }
}

TEST_F(StartRecord, WhatIsNoFileIsAnError) {
  ASSERT_EQ(mkdir(dir_.Path(unit_.str()).c_str(), 0700), 0);
  EXPECT_FALSE(Load().has_value());
  EXPECT_FALSE(SaveStarts(Path(), History({kNow}, words::PENDING)));
}

TEST_F(StartRecord, CannotBeSavedWhereThereIsNoDirectory) {
  EXPECT_FALSE(SaveStarts(dir_.Path("gone/two@b.service"), History({kNow}, words::PENDING)));
  EXPECT_EQ(errno, ENOENT);
}

TEST_F(StartRecord, AFullFileSystemIsAnError) {
  ASSERT_EQ(symlink("/dev/full", dir_.Path(unit_.str()).c_str()), 0);
  EXPECT_FALSE(SaveStarts(Path(), History({kNow}, words::PENDING)));
}

}  // namespace
}  // namespace failover
