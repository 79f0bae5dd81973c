#include "prober/listing.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace failover {
namespace {

ListedTunnel Tunnel(char fill) {
  return {.id = *TunnelId::FromBytes(std::string(16, fill)), .health = Known(TunnelStatus::kDown)};
}

// Tunnels 'a' to 'e' on three pages of two.
TunnelList Page(unsigned page, const std::string& tunnels) {
  TunnelList list;
  for (const char fill : tunnels) list.tunnels.push_back(Tunnel(fill));
  list.count = tunnels.size();
  list.page = page;
  list.per_page = 2;
  list.total_count = 5;
  return list;
}

TEST(Listing, OnlyAWholeOneThatAgreesWithItselfSaysThatATunnelIsMissing) {
  using enum Listing::Rest;
  struct Case {
    std::string what;
    std::function<void(Listing&, TunnelList&, TunnelList&, TunnelList&)> change;
    Listing::Rest rest;
  };
  const std::vector<Case> cases = {
      {"as it should be", [](auto&, auto&, auto&, auto&) {}, kMissing},
      {"another total on page 2", [](auto&, auto&, auto& second, auto&) { second.total_count = 6; },
          kNothing},
      {"a total that the pages do not reach",
          [](auto&, auto& first, auto& second, auto& third) {
            first.total_count = second.total_count = third.total_count = 6;
          },
          kNothing},
      {"a count that is not the page's", [](auto&, auto&, auto& second, auto&) { second.count = 3; },
          kNothing},
      {"a tunnel on two pages", [](auto&, auto&, auto& second, auto&) { second = Page(2, "bc"); }, kNothing},
      {"a tunnel twice on a page", [](auto&, auto&, auto& second, auto&) { second = Page(2, "cc"); },
          kNothing},
      {"an item that cannot be read", [](auto&, auto&, auto&, auto& third) { third.unreadable = 1; },
          kNothing},
      {"the number of another page", [](auto&, auto&, auto& second, auto&) { second.page = 3; }, kNothing},
      {"another size of a page", [](auto&, auto&, auto& second, auto&) { second.per_page = 20; }, kNothing},
      {"fewer on a page", [](auto&, auto&, auto& second, auto&) { second = Page(2, "c"); }, kNothing},
  };
  for (const Case& c : cases) {
    Listing listing(Use::kRound);
    TunnelList first = Page(1, "ab");
    TunnelList second = Page(2, "cd");
    TunnelList third = Page(3, "e");
    c.change(listing, first, second, third);
    EXPECT_EQ(listing.Took(1, first).size(), first.tunnels.size());
    EXPECT_EQ(listing.pages(), 3U) << c.what;
    EXPECT_FALSE(listing.ended());
    listing.Took(3, third);
    listing.Took(2, second);
    EXPECT_TRUE(listing.ended()) << c.what;
    EXPECT_EQ(listing.rest(), c.rest) << c.what;
    EXPECT_TRUE(listing.Saw(Tunnel('a').id));
    EXPECT_FALSE(listing.Saw(Tunnel('x').id));
  }
}

TEST(Listing, AFailedPageGivesTheFirstReason) {
  Listing listing(Use::kRound);
  listing.Took(1, Page(1, "ab"));
  listing.Failed(Reason::kTimeout);
  EXPECT_FALSE(listing.ended());
  listing.Failed(Reason::kServerError);
  EXPECT_TRUE(listing.ended());
  EXPECT_EQ(listing.rest(), Listing::Rest::kFailed);
  EXPECT_EQ(listing.failure(), Reason::kTimeout);
}

TEST(Listing, WithoutItsFirstPageThereIsNone) {
  Listing listing(Use::kConfirmation);
  EXPECT_EQ(listing.use(), Use::kConfirmation);
  EXPECT_FALSE(listing.ended());
  listing.Failed(Reason::kConnect);
  EXPECT_TRUE(listing.ended());
  EXPECT_EQ(listing.rest(), Listing::Rest::kFailed);
}

TEST(Listing, PagesThatAreNotAskedSayNothing) {
  Listing dropped(Use::kRound);
  dropped.Took(1, Page(1, "ab"));
  dropped.Dropped();
  dropped.Took(2, Page(2, "cd"));
  EXPECT_TRUE(dropped.ended());
  EXPECT_EQ(dropped.rest(), Listing::Rest::kNothing);
  Listing abandoned(Use::kRound);
  abandoned.Took(1, Page(1, "ab"));
  abandoned.Abandon();
  EXPECT_TRUE(abandoned.ended());
  EXPECT_EQ(abandoned.rest(), Listing::Rest::kNothing);
}

TEST(Listing, ATunnelIsNewOnceInAListing) {
  Listing listing(Use::kRound);
  EXPECT_EQ(listing.Took(1, Page(1, "ab")).size(), 2U);
  EXPECT_EQ(listing.Took(2, Page(2, "bc")).size(), 1U);
  EXPECT_EQ(listing.Took(3, Page(3, "e")).size(), 1U);
}

TEST(Listing, AnEmptyAccountIsOneWholePage) {
  Listing listing(Use::kRound);
  TunnelList empty = Page(1, "");
  empty.total_count = 0;
  EXPECT_TRUE(listing.Took(1, empty).empty());
  EXPECT_EQ(listing.pages(), 1U);
  EXPECT_TRUE(listing.ended());
  EXPECT_EQ(listing.rest(), Listing::Rest::kMissing);
}

TEST(Listing, APeersHugeNumbersDoNoHarm) {
  Listing listing(Use::kRound);
  TunnelList page = Page(1, "ab");
  page.total_count = UINT64_MAX;
  page.per_page = 1;
  listing.Took(1, page);
  EXPECT_EQ(listing.pages(), UINT64_MAX);
  listing.Abandon();
  EXPECT_TRUE(listing.ended());
}

}  // namespace
}  // namespace failover
