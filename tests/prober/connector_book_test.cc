#include "prober/connector_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/prober/connector_samples.h"

namespace failover {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Optional;

const TimePoint kNow(1000s);
const Connector kOurs = Opened('3', {101, 102});
const Connector kBack = Opened('2', {200});

TunnelId Id(char fill) { return *TunnelId::FromBytes(std::string(16, fill)); }

class ConnectorBookTest : public testing::Test {
 protected:
  ConnectorBookTest() {
    settings_.check_interval = 3s;
    settings_.api_timeout = 10s;
    for (const char fill : {'a', 'b'}) {
      settings_.tunnels.push_back({.id = Id(fill),
          .label = std::string("T") + fill,
          .account_id = "",
          .token = "",
          .failover_on = {},
          .failback_service = fill == 'a' ? "failback@x" : ""});
    }
    book_.Configure(settings_);
  }
  std::optional<std::string> Judge(const Connectors& list, TimePoint now = kNow) {
    return book_.Judge(Id('a'), list, {kOurs.id}, now);
  }

  Settings settings_;
  ConnectorBook book_;
};

TEST_F(ConnectorBookTest, OfATunnelThatIsNotWatchedNothingIsKnown) {
  EXPECT_EQ(Judge({kOurs, kBack}), std::nullopt);
  EXPECT_EQ(book_.Failed(Id('a'), Reason::kTimeout), std::nullopt);
  EXPECT_FALSE(book_.Find(Id('a')).has_value());
  EXPECT_EQ(book_.PrimaryOf(Id('a')), Primary::kUncertain);
}

TEST_F(ConnectorBookTest, EachFindingIsSaidOnceWhenItChanges) {
  book_.Watch(Id('a'));
  EXPECT_THAT(Judge({kOurs}), Optional(std::string("Tunnel Ta primary: away")));
  EXPECT_EQ(Judge({kOurs}), std::nullopt);
  EXPECT_THAT(Judge({kOurs, kBack}), Optional(std::string("Tunnel Ta primary: returned")));
  EXPECT_EQ(Judge({kOurs, kBack}), std::nullopt);
  EXPECT_THAT(book_.Failed(Id('a'), Reason::kRateLimited),
      Optional(AllOf(HasSubstr("Tunnel Ta primary: uncertain: no list of its connectors (rate_limited): "),
          HasSubstr(". No failback meanwhile."))));
  EXPECT_EQ(book_.Failed(Id('a'), Reason::kRateLimited), std::nullopt);
  EXPECT_THAT(book_.Failed(Id('a'), Reason::kTimeout), Optional(HasSubstr("(timeout)")));
}

TEST_F(ConnectorBookTest, TheViewHasWhatTheStatusShows) {
  book_.Watch(Id('a'));
  auto view = book_.Find(Id('a'));
  ASSERT_TRUE(view.has_value());
  EXPECT_THAT(view->uncertainty, HasSubstr("not asked for yet"));
  EXPECT_EQ(view->list_at, std::nullopt);
  Judge({kOurs, kBack}, kNow + 1s);
  view = book_.Find(Id('a'));
  EXPECT_EQ(view->connectors, 2U);
  EXPECT_EQ(view->own, ConnectorView::Own::kKnown);
  EXPECT_EQ(view->primary, Primary::kReturned);
  EXPECT_EQ(view->uncertainty, "");
  EXPECT_EQ(view->list_at, kNow + 1s);
}

TEST_F(ConnectorBookTest, WithoutOursTheSentenceSaysWhetherAnybodyAnsweredHere) {
  book_.Watch(Id('a'));
  EXPECT_THAT(book_.Judge(Id('a'), {kBack}, {}, kNow),
      Optional(HasSubstr("no cloudflared answers on this host (127.0.0.1, ports 20241 to 20245)")));
  EXPECT_THAT(Judge({kBack}), Optional(HasSubstr("no cloudflared of this host is connected to it")));
  EXPECT_EQ(book_.Find(Id('a'))->own, ConnectorView::Own::kUnknown);
  settings_.tunnels[0].local_metrics = "127.0.0.1:9";
  book_.Configure(settings_);
  EXPECT_THAT(
      book_.Judge(Id('a'), {kBack}, {}, kNow), Optional(HasSubstr("answers on this host (127.0.0.1:9)")));
}

TEST_F(ConnectorBookTest, AListThatIsTooOldIsWorthNothing) {
  book_.Watch(Id('a'));
  Judge({kOurs, kBack});
  EXPECT_EQ(book_.Expire(Id('a'), kNow + 25s), std::nullopt) << "three look-ups and a whole timeout";
  EXPECT_EQ(book_.PrimaryOf(Id('a')), Primary::kReturned);
  EXPECT_THAT(book_.Expire(Id('a'), kNow + 25s + 1ns), Optional(HasSubstr("too old")));
  EXPECT_EQ(book_.PrimaryOf(Id('a')), Primary::kUncertain);
  EXPECT_EQ(book_.Expire(Id('a'), kNow + 30s), std::nullopt) << "said once";
  settings_.check_interval = 60s;
  book_.Configure(settings_);
  Judge({kOurs, kBack}, kNow + 100s);
  EXPECT_EQ(book_.Expire(Id('a'), kNow + 290s), std::nullopt);
}

TEST_F(ConnectorBookTest, AReloadKeepsWhatIsKnownOfTheTunnelsThatStay) {
  book_.Watch(Id('a'));
  Judge({kOurs, kBack});
  book_.Configure(settings_);
  book_.Watch(Id('a'));
  EXPECT_EQ(book_.PrimaryOf(Id('a')), Primary::kReturned);
  settings_.tunnels[0].failback_service = "";
  book_.Configure(settings_);
  EXPECT_EQ(book_.PrimaryOf(Id('a')), Primary::kUncertain);
}

TEST_F(ConnectorBookTest, TheNextFailoverBeginsWithoutAMemory) {
  book_.Watch(Id('a'));
  Judge({kOurs, kBack});
  book_.Leave(Id('a'));
  EXPECT_EQ(book_.PrimaryOf(Id('a')), Primary::kUncertain);
  book_.Watch(Id('a'));
  const Connector ours_again = Opened('4', {301});
  EXPECT_THAT(
      book_.Judge(Id('a'), {kBack, ours_again}, {ours_again.id}, kNow), Optional(HasSubstr("primary: away")))
      << "it was there before this start of ours, and crashed";
}

TEST(Primary, HasTheWordsOfTheStatus) {
  EXPECT_EQ(Name(Primary::kUncertain), "uncertain");
  EXPECT_EQ(Name(Primary::kAway), "away");
  EXPECT_EQ(Name(Primary::kReturned), "returned");
}

}  // namespace
}  // namespace failover
