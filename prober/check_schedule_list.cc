// The part of check_schedule.h that listens to the lists of accounts.
#include <algorithm>
#include <iterator>
#include <utility>

#include "prober/check_schedule.h"

namespace failover {

std::vector<ListedTunnel> CheckSchedule::ListAnswered(const Question& question,
    const std::expected<TunnelList, Reason>& list, RetryAfter retry_after, TimePoint now) {
  Group& group = groups_[tunnels_.at(question.tunnel).group];
  if (!group.listing) return {};
  queue_.Ended(question.use, now);
  Heed(group.budget, list ? Reason::kNone : list.error(), retry_after, now);
  std::vector<ListedTunnel> news;
  if (list) {
    news = Found(question, *list, now);
  } else {
    group.listing->Failed(list.error());
  }
  if (!group.listing->ended()) return news;
  group.list.Answered(budgets_[group.budget].pace, group.listing->failure(), retry_after, fraction_(), now);
  std::ranges::copy(EndListing(group, now), std::back_inserter(news));
  return news;
}

std::vector<ListedTunnel> CheckSchedule::Found(
    const Question& question, const TunnelList& list, TimePoint now) {
  const std::size_t group = tunnels_[question.tunnel].group;
  std::vector<ListedTunnel> news;
  for (const ListedTunnel& found : groups_[group].listing->Took(question.page, list)) {
    const auto ours = by_id_.find(found.id);
    if (ours == by_id_.end() || tunnels_[ours->second].group != group) continue;
    SetListed(ours->second, Tunnel::Listed::kYes);
    tunnels_[ours->second].unseen = 0;
    if (Notice(ours->second, found.health, now)) news.push_back(found);
  }
  if (question.page == 1) LearnPages(groups_[group], now);
  return news;
}

// The first page is there: the others are asked together, or each tunnel alone if that is cheaper.
void CheckSchedule::LearnPages(Group& group, TimePoint now) {
  const bool was_by_list = group.ByList();
  group.pages_told = now;
  if (std::exchange(group.pages, group.listing->pages()) != group.pages) {
    CountRequests(group.budget);
    ApplyPlan();
  }
  if (group.ByList()) return QueuePages(group, now);
  group.listing->Abandon();
  for (const std::size_t index : group.tunnels) {
    SetListed(index, Tunnel::Listed::kYes);
    if (was_by_list && !group.listing->Saw(tunnels_[index].id)) QueueAlone(index, Use::kRound, now);
  }
}

void CheckSchedule::QueuePages(Group& group, TimePoint now) {
  const Use use = group.listing->use() == Use::kRound ? Use::kPage : group.listing->use();
  for (unsigned page = 2; page <= group.pages; ++page) {
    queue_.Add({.tunnel = group.tunnels.front(), .page = page, .budget = group.budget, .use = use}, now);
  }
}

// Whether a listing that did not see the tunnel means that it is not in the list. One that changed
// meanwhile does not; if that goes on, the tunnel itself must be asked about.
bool CheckSchedule::IsMissing(Tunnel& tunnel, const Listing& listing) {
  switch (listing.rest()) {
    case Listing::Rest::kFailed: return false;
    case Listing::Rest::kNothing: return ++tunnel.unseen > 1;
    case Listing::Rest::kMissing: return true;
  }
  __builtin_unreachable();
}

// What an ended listing says about a tunnel that it did not see; kNone if nothing.
Reason CheckSchedule::NotSeen(std::size_t index, const Listing& listing, TimePoint now) {
  Tunnel& tunnel = tunnels_[index];
  const bool was_missing = tunnel.listed != Tunnel::Listed::kYes;
  if (!IsMissing(tunnel, listing)) return was_missing ? Reason::kNone : listing.failure();
  if (was_missing) return tunnel.why_missing;
  SetListed(index, Tunnel::Listed::kMissing);
  tunnel.why_missing = Reason::kNone;
  QueueAlone(index, Use::kRound, now);
  return Reason::kNone;
}

std::vector<ListedTunnel> CheckSchedule::EndListing(Group& group, TimePoint now) {
  const Listing listing = *std::exchange(group.listing, std::nullopt);
  const auto turn = std::exchange(group.missed_turn, std::nullopt);
  const bool again = std::exchange(group.again, Group::Again::kNo) == Group::Again::kYes;
  std::vector<ListedTunnel> news;
  if (!group.ByList()) return news;  // each is asked alone
  for (const std::size_t index : group.tunnels) {
    const TunnelId& id = tunnels_[index].id;
    if (listing.Saw(id)) continue;
    const Reason reason = NotSeen(index, listing, now);
    if (reason == Reason::kNone || !Notice(index, Unknown(reason), now)) continue;
    news.push_back({.id = id, .health = Unknown(reason)});
  }
  if (queue_.budget(group.budget).Paused(now)) return news;
  if (again) {
    QueueListing(group, Use::kConfirmation, now);
  } else if (turn && *turn >= now && group.list.Due(budgets_[group.budget].pace, now, next_round_)) {
    QueueListing(group, Use::kRound, *turn);
  }
  return news;
}

// Whether what a list says about a tunnel counts: not while it is asked alone, and a failure not
// before its confirmation is due.
bool CheckSchedule::Notice(std::size_t index, const TunnelHealth& health, TimePoint now) {
  Tunnel& tunnel = tunnels_[index];
  if (tunnel.asking == Tunnel::Asking::kInFlight) return false;
  if (health.status != TunnelStatus::kHealthy && suspects_.WaitsLonger(index, now)) return false;
  tunnel.asking = Tunnel::Asking::kNo;
  suspects_.Count(index, health, now);
  return true;
}

}  // namespace failover
