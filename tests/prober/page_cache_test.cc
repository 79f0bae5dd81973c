#include "prober/page_cache.h"

#include <gtest/gtest.h>

namespace failover {
namespace {

using namespace std::chrono_literals;
using enum PageCache::Progress;

class PageCacheTest : public testing::Test {
 protected:
  Page Make() {
    while (cache_.Work(now_) == kUnfinished) {
    }
    return cache_.Get(now_);
  }

  TimePoint now_{100s};
  int edition_ = 0;
  PageCache cache_{[this](std::size_t number, std::string& out) {
    out += std::to_string(edition_) + "." + std::to_string(number) + " ";
    return number == 2 ? Piece::kLast : Piece::kMoreFollow;
  }};
};

TEST_F(PageCacheTest, IsThereOnceAllItsPiecesAre) {
  EXPECT_EQ(cache_.Get(now_), nullptr);
  EXPECT_EQ(cache_.Work(now_), kUnfinished);
  EXPECT_EQ(cache_.Get(now_), nullptr);
  EXPECT_EQ(cache_.Work(now_), kUnfinished);
  EXPECT_EQ(cache_.Work(now_), kWhole);
  EXPECT_EQ(*cache_.Get(now_), "0.0 0.1 0.2 ");
}

TEST_F(PageCacheTest, IsGoodForASecond) {
  Make();
  now_ += 999ms;
  EXPECT_NE(cache_.Get(now_), nullptr);
  now_ += 1ms;
  EXPECT_EQ(cache_.Get(now_), nullptr);
}

TEST_F(PageCacheTest, WhoHoldsAnOldPageKeepsThePresentOneFromBeingReplaced) {
  Page held = Make();
  now_ += 1s;
  edition_ = 1;
  EXPECT_EQ(*Make(), "1.0 1.1 1.2 ");
  now_ += 4s;
  ASSERT_NE(cache_.Get(now_), nullptr);
  EXPECT_EQ(*cache_.Get(now_), "1.0 1.1 1.2 ");
  held.reset();
  EXPECT_EQ(cache_.Get(now_), nullptr);
}

TEST_F(PageCacheTest, ForgettingBeginsAnew) {
  cache_.Work(now_);
  cache_.Forget();
  edition_ = 5;
  EXPECT_EQ(*Make(), "5.0 5.1 5.2 ");
  cache_.Forget();
  EXPECT_EQ(cache_.Get(now_), nullptr);
}

}  // namespace
}  // namespace failover
