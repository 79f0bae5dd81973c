#include "ctl/order_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "common/orders.h"
#include "tests/ctl/fake_world.h"
#include "tests/support/temp_dir.h"

namespace failover {
namespace {

using namespace std::chrono_literals;

TEST(OrderFile, IsWholeAndWhatTheSupervisorReads) {
  const TempDir dir;
  chmod(dir.Path("").c_str(), 0700);
  const auto orders = OrderDirectory::Open(dir.Path(""));
  ASSERT_TRUE(orders) << orders.error().message;
  ASSERT_TRUE(orders->Write(kHome, "pause", TimePoint(1234500ms), "kernel \"upgrade\""));
  const std::string path = dir.Path(std::string(kHome) + ".pause");
  const Orders read = ReadOrders(dir.Path(""), TimePoint(1234s));
  ASSERT_EQ(read.pauses.size(), 1U);
  EXPECT_EQ(read.pauses.begin()->first.ToString(), kHome);
  EXPECT_EQ(read.pauses.begin()->second.until(), 1234.5);
  EXPECT_EQ(read.pauses.begin()->second.reason(), "kernel \"upgrade\"");
  EXPECT_TRUE(read.faults.empty());
  EXPECT_TRUE(ReadOrders(dir.Path(""), TimePoint(1235s)).pauses.empty());
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.Path("")), {}), 1);
}

TEST(OrderFile, ANewerOneReplacesTheOlder) {
  const TempDir dir;
  const auto orders = OrderDirectory::Open(dir.Path(""));
  ASSERT_TRUE(orders);
  ASSERT_TRUE(orders->Write(kHome, "pause", TimePoint(1s), "a"));
  ASSERT_TRUE(orders->Write(kHome, "pause", TimePoint(2s), "b"));
  EXPECT_EQ(ReadFile(dir.Path(std::string(kHome) + ".pause")), "{\"until\": 2, \"reason\": \"b\"}\n");
}

TEST(OrderFile, IsRemovedOnce) {
  const TempDir dir;
  const auto orders = OrderDirectory::Open(dir.Path(""));
  ASSERT_TRUE(orders);
  ASSERT_TRUE(orders->Write(kHome, "drill", TimePoint(1s), "x"));
  EXPECT_TRUE(orders->Has(kHome, "drill"));
  EXPECT_FALSE(orders->Has(kHome, "pause"));
  EXPECT_EQ(orders->Remove(kHome, "drill").value(), true);
  EXPECT_EQ(orders->Remove(kHome, "drill").value(), false);
  EXPECT_FALSE(orders->Has(kHome, "drill"));
}

TEST(OrderFile, TunnelsAreThoseOfOneVerb) {
  const TempDir dir;
  const auto orders = OrderDirectory::Open(dir.Path(""));
  ASSERT_TRUE(orders);
  for (const char* name : {"b.pause", "a.pause", "c.drill", ".d.pause", "pause"}) dir.Write(name, "");
  EXPECT_EQ(orders->Tunnels("pause").value(), (std::vector<std::string>{"a", "b"}));
}

TEST(OrderFile, NothingButAUuidBecomesTheNameOfAFile) {
  const TempDir dir;
  const auto orders = OrderDirectory::Open(dir.Path(""));
  ASSERT_TRUE(orders);
  for (const std::string bad : {"", "x", "/../x", "../x", "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415/../x"}) {
    EXPECT_FALSE(orders->Write(bad, "pause", TimePoint(1s), "x")) << bad;
  }
  EXPECT_TRUE(std::filesystem::is_empty(dir.Path("")));
}

TEST(OrderFile, ADirectoryThatOthersMayWriteIsRefused) {
  const TempDir dir;
  chmod(dir.Path("").c_str(), 0770);
  EXPECT_TRUE(OrderDirectory::Open(dir.Path("")).error().message.contains("mode 0700"));
  const TempDir other;
  symlink(other.Path("").c_str(), dir.Path("link").c_str());
  EXPECT_FALSE(OrderDirectory::Open(dir.Path("link")));
  EXPECT_TRUE(OrderDirectory::Open(dir.Path("none")).error().message.contains("systemctl start"));
  EXPECT_FALSE(OrderDirectory::Open(dir.Write("file", "")));
}

TEST(OrderFile, AReasonIsOneLineOf200Bytes) {
  EXPECT_EQ(OrderText(TimePoint(1500ms), "x").value(), "{\"until\": 1.5, \"reason\": \"x\"}\n");
  for (const std::string& bad : {std::string(), std::string("a\nb"), std::string(201, 'x')}) {
    const auto text = OrderText(TimePoint(1s), bad);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().exit_status, kExitUsage);
  }
}

}  // namespace
}  // namespace failover
