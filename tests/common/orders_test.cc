#include "common/orders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temp_dir.h"

namespace failover {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::string_view kId = "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415";
const TunnelId kTunnel = *TunnelId::Parse(kId);
constexpr TimePoint kNow{1000s};

std::string Name(std::string_view verb) { return std::string(kId) + "." + std::string(verb); }

class OrdersTest : public testing::Test {
 protected:
  Orders Read() const { return ReadOrders(dir_.Path(""), kNow); }
  std::string NoOrder(const std::string& path) const {
    return path + ": not an order; see failover-supervisor(8)";
  }

  TempDir dir_;
};

TEST_F(OrdersTest, NoDirectoryAndAnEmptyOneHaveNone) {
  for (const Orders& orders : {Read(), ReadOrders(dir_.Path("none"), kNow)}) {
    EXPECT_THAT(orders.pauses, IsEmpty());
    EXPECT_THAT(orders.drills, IsEmpty());
    EXPECT_THAT(orders.spent, IsEmpty());
    EXPECT_THAT(orders.faults, IsEmpty());
  }
}

TEST_F(OrdersTest, APauseIsInForceUntilItsEndAndSpentThen) {
  const std::string path =
      dir_.Write(Name("pause"), R"({"until": 1000.5, "reason": "we \"move\" the rack"})");
  const Orders orders = Read();
  ASSERT_TRUE(orders.pauses.contains(kTunnel));
  EXPECT_EQ(orders.pauses.at(kTunnel).until(), 1000.5);
  EXPECT_EQ(orders.pauses.at(kTunnel).reason(), "we \"move\" the rack");
  EXPECT_THAT(orders.spent, IsEmpty());
  const Orders later = ReadOrders(dir_.Path(""), kNow + 500ms);
  EXPECT_THAT(later.pauses, IsEmpty());
  EXPECT_THAT(later.spent, ElementsAre(path));
  EXPECT_THAT(later.faults, IsEmpty());
}

TEST_F(OrdersTest, ADrillIsSpentAsSoonAsItIsRead) {
  const std::string path = dir_.Write(Name("drill"), R"({"until": 1060, "reason": "monthly"})");
  const Orders orders = Read();
  ASSERT_TRUE(orders.drills.contains(kTunnel));
  EXPECT_EQ(orders.drills.at(kTunnel).until(), 1060);
  EXPECT_THAT(orders.spent, ElementsAre(path));
  EXPECT_THAT(orders.pauses, IsEmpty());
  // Whether it is void by now is for whoever would do it.
  EXPECT_THAT(ReadOrders(dir_.Path(""), kNow + 24h).drills, testing::SizeIs(1));
}

TEST_F(OrdersTest, EachTunnelHasItsOwnAndTheFilesNameSaysWhose) {
  constexpr std::string_view kOther = "00000000-0000-0000-0000-000000000001";
  dir_.Write(Name("pause"), R"({"until": 2000})");
  dir_.Write(Name("drill"), R"({"until": 2000})");
  dir_.Write(std::string(kOther) + ".pause", R"({"until": 3000})");
  const Orders orders = Read();
  ASSERT_EQ(orders.pauses.size(), 2U);
  EXPECT_EQ(orders.pauses.at(*TunnelId::Parse(kOther)).until(), 3000);
  EXPECT_EQ(orders.drills.size(), 1U);
  EXPECT_THAT(orders.faults, IsEmpty());
}

TEST_F(OrdersTest, WhatIsBeingWrittenIsLeftAlone) {
  dir_.Write("." + Name("pause"), R"({"unti)");
  const Orders orders = Read();
  EXPECT_THAT(orders.spent, IsEmpty());
  EXPECT_THAT(orders.faults, IsEmpty());
}

TEST_F(OrdersTest, WhateverIsNoOrderIsSpentAndSaid) {
  const std::vector<std::string> paths = {
      dir_.Write(Name("pause"), ""),
      dir_.Write(Name("drill"), "{\"until\": 2000"),
      dir_.Write("pause", R"({"until": 2000})"),
      dir_.Write("home.pause", R"({"until": 2000})"),
      dir_.Write(Name("start"), R"({"until": 2000})"),
      dir_.Write(Name("pause.old"), R"({"until": 2000})"),
      dir_.Write("00000000-0000-0000-0000-000000000001.pause", R"({"until": 2000, "service": "sshd"})"),
      dir_.Write("00000000-0000-0000-0000-000000000002.pause",
          R"({"until": 2000, "reason": ")" + std::string(5000, 'x') + "\"}"),
      dir_.Write("00000000-0000-0000-0000-000000000003.pause", R"({"until": "NaN"})"),
      dir_.Write("00000000-0000-0000-0000-000000000004.pause", R"({"until": 1e300})"),
      dir_.Write("00000000-0000-0000-0000-000000000005.pause", R"({"until": "Infinity"})"),
      dir_.Write("00000000-0000-0000-0000-000000000007.drill", R"({"until": -1e300})"),
      dir_.Write("00000000-0000-0000-0000-000000000006.drill", "{\"reason\": \"\xff\"}"),
  };
  const Orders orders = Read();
  EXPECT_THAT(orders.pauses, IsEmpty());
  EXPECT_THAT(orders.drills, IsEmpty());
  EXPECT_THAT(orders.spent, testing::UnorderedElementsAreArray(paths));
  std::vector<std::string> faults;
  faults.reserve(paths.size());
  for (const std::string& path : paths) faults.push_back(NoOrder(path));
  EXPECT_THAT(orders.faults, testing::UnorderedElementsAreArray(faults));
}

TEST_F(OrdersTest, NothingButARegularFileIsReadAndNothingIsWaitedFor) {
  const std::string fifo = dir_.Path(Name("pause"));
  const std::string directory = dir_.Path(Name("drill"));
  const std::string link = dir_.Path("00000000-0000-0000-0000-000000000001.pause");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  ASSERT_EQ(mkdir(directory.c_str(), 0700), 0);
  ASSERT_EQ(symlink("/dev/null", link.c_str()), 0);
  const Orders orders = Read();
  EXPECT_THAT(orders.pauses, IsEmpty());
  EXPECT_THAT(orders.drills, IsEmpty());
  EXPECT_THAT(orders.faults, UnorderedElementsAre(NoOrder(fifo), NoOrder(directory), NoOrder(link)));
}

// Long before the boot: an end that is over, however far away.
TEST_F(OrdersTest, AnEndOfLongAgoIsOver) {
  for (const std::string until : {"0", "-1", "-1e9"}) {
    const std::string path = dir_.Write(Name("pause"), "{\"until\": " + until + "}");
    const Orders orders = Read();
    EXPECT_THAT(orders.pauses, IsEmpty()) << until;
    EXPECT_THAT(orders.spent, ElementsAre(path)) << until;
    EXPECT_THAT(orders.faults, IsEmpty()) << until;
  }
}

}  // namespace
}  // namespace failover
