#include "prober/check_schedule.h"

#include <algorithm>

namespace failover {

void CheckSchedule::Configure(const Settings& settings, TimePoint now) {
  tunnels_.clear();
  by_id_.clear();
  groups_.clear();
  budgets_.clear();
  group_keys_.clear();
  budget_keys_.clear();
  changed_loads_.clear();
  check_interval_ = settings.check_interval;
  next_round_ = now;
  suspects_.Configure(settings);
  lookups_.Configure(check_interval_);
  for (const WatchedTunnel& tunnel : settings.tunnels) AddTunnel(tunnel);
  std::vector<std::string> keys(budgets_.size());
  for (const auto& [key, index] : budget_keys_) keys[index] = key;
  queue_.Configure(keys, check_interval_, now);
  for (std::size_t i = 0; i < budgets_.size(); ++i) {
    budgets_[i].pace.phase = PhaseOf(i, budgets_.size(), check_interval_);
    CountRequests(budgets_[i]);
  }
}

void CheckSchedule::AddTunnel(const WatchedTunnel& tunnel) {
  const std::string budget_key = BudgetKey(tunnel);
  const auto [budget, first] = budget_keys_.try_emplace(budget_key, budgets_.size());
  if (first)
    budgets_.push_back({.name = BudgetName(tunnel),
        .pace = {.check_interval = check_interval_, .interval = check_interval_}});
  // Neither an account id nor a token has a line break.
  const std::string group_key = tunnel.account_id + "\n" + tunnel.token + "\n" + budget_key;
  const auto [group, alone] = group_keys_.try_emplace(group_key, groups_.size());
  if (alone) {
    budgets_[budget->second].groups.push_back(groups_.size());
    groups_.push_back({.budget = budget->second});
  }
  by_id_.emplace(tunnel.id, tunnels_.size());
  groups_[group->second].tunnels.push_back(tunnels_.size());
  tunnels_.push_back({.id = tunnel.id, .group = group->second});
}

void CheckSchedule::CountRequests(Budget& budget) {
  std::size_t requests = 0;
  for (const std::size_t index : budget.groups) {
    Group& group = groups_[index];
    group.list.SetOrder(requests);
    for (std::size_t i = 0; i < group.tunnels.size(); ++i)
      tunnels_[group.tunnels[i]].alone.SetOrder(requests + i);
    requests += group.ByList() ? group.pages : group.tunnels.size();
  }
  budget.pace.requests = requests;
  const auto interval = IntervalFor(requests, check_interval_);
  if (std::exchange(budget.pace.interval, interval) == interval) return;
  changed_loads_.push_back(
      {.name = budget.name, .requests = requests, .check_interval = check_interval_, .interval = interval});
}

const Pace& CheckSchedule::PaceOf(const Tunnel& tunnel) const {
  return budgets_[groups_[tunnel.group].budget].pace;
}

void CheckSchedule::QueueAlone(std::size_t index, Use use, TimePoint not_before) {
  Tunnel& tunnel = tunnels_[index];
  if (tunnel.asking != Tunnel::Asking::kNo) return;
  suspects_.StopWaiting(index);
  tunnel.asking = Tunnel::Asking::kQueued;
  queue_.Add({.tunnel = index, .page = 0, .budget = groups_[tunnel.group].budget, .use = use}, not_before);
}

void CheckSchedule::QueueListing(Group& group, Use use, TimePoint not_before) {
  group.listing.emplace(use);
  queue_.Add({.tunnel = group.tunnels.front(), .page = 1, .budget = group.budget, .use = use}, not_before);
}

void CheckSchedule::QueueRound(TimePoint now, TimePoint next_round) {
  next_round_ = next_round;
  gateway_ = Gateway::kAnswers;
  for (Group& group : groups_) {
    const Pace& pace = budgets_[group.budget].pace;
    if (queue_.budget(group.budget).Paused(now)) continue;
    if (group.ByList() && !group.listing && group.list.Due(pace, now, next_round)) {
      QueueListing(group, Use::kRound, group.list.At(pace, now));
    }
    for (const std::size_t index : group.tunnels) {
      const Tunnel& tunnel = tunnels_[index];
      if (group.ByList() && tunnel.listed == Tunnel::Listed::kYes) continue;
      if (suspects_.WaitsLonger(index, now) || !tunnel.alone.Due(pace, now, next_round)) continue;
      QueueAlone(index, Use::kRound, tunnel.alone.At(pace, now));
    }
  }
  lookups_.QueueDue(queue_, now, next_round);
}

void CheckSchedule::QueueSuspects(TimePoint now) {
  gateway_ = Gateway::kAnswers;
  std::map<std::size_t, std::vector<std::size_t>> due;  // by group
  for (const std::size_t index : suspects_.TakeDue(now)) due[tunnels_[index].group].push_back(index);
  for (const auto& [index, suspects] : due) {
    Group& group = groups_[index];
    if (queue_.budget(group.budget).Paused(now)) continue;
    if (!group.ByList() || suspects.size() <= group.pages) {
      for (const std::size_t suspect : suspects) QueueAlone(suspect, Use::kConfirmation, now);
    } else if (group.listing) {
      group.again = Group::Again::kYes;
    } else {
      QueueListing(group, Use::kConfirmation, now);
    }
  }
}

void CheckSchedule::Clear() {
  gateway_ = Gateway::kSilent;
  Forget(queue_.DropAll());
  suspects_.StopWaiting();
  for (Tunnel& tunnel : tunnels_) tunnel.alone.ForgetFaults();
  for (Group& group : groups_) {
    group.list.ForgetFaults();
    group.again = Group::Again::kNo;
  }
}

void CheckSchedule::Forget(const std::vector<Question>& dropped) {
  for (const Question& question : dropped) {
    Tunnel& tunnel = tunnels_[question.tunnel];
    if (question.use == Use::kLookup) {
      lookups_.Dropped(question.tunnel);
    } else if (question.page == 0) {
      if (tunnel.asking == Tunnel::Asking::kQueued) tunnel.asking = Tunnel::Asking::kNo;
    } else {
      Group& group = groups_[tunnel.group];
      group.listing->Dropped();
      if (group.listing->ended()) group.listing.reset();
    }
  }
}

std::optional<TimePoint> CheckSchedule::next_send() const {
  return gateway_ == Gateway::kAnswers ? queue_.next() : std::nullopt;
}

std::optional<Question> CheckSchedule::TakeNext(TimePoint now) {
  if (gateway_ == Gateway::kSilent) return std::nullopt;
  while (const auto question = queue_.Take(now)) {
    Tunnel& tunnel = tunnels_[question->tunnel];
    const Pace& pace = PaceOf(tunnel);
    const bool round = question->use == Use::kRound;
    if (question->use == Use::kLookup) {
      if (lookups_.Begin(question->tunnel, now) == Lookups::Wanted::kNo) continue;
    } else if (question->page == 0) {
      if (tunnel.asking != Tunnel::Asking::kQueued) continue;  // a list has answered it meanwhile
      tunnel.asking = Tunnel::Asking::kInFlight;
      if (round) tunnel.alone.Asked(pace, now, next_round_);
    } else if (question->page == 1 && round) {
      groups_[tunnel.group].list.Asked(pace, now, next_round_);
    }
    queue_.Sent(*question, now);
    return question;
  }
  return std::nullopt;
}

// What an answer means for the budget.
void CheckSchedule::Heed(std::size_t budget, Reason reason, RetryAfter retry_after, TimePoint now) {
  if (reason == Reason::kNone) queue_.budget(budget).Served();
  if (reason != Reason::kRateLimited) return;
  queue_.budget(budget).Refused(retry_after, now);
  Forget(queue_.Drop(budget));
}

void CheckSchedule::Answered(
    const Question& question, const TunnelHealth& health, RetryAfter retry_after, TimePoint now) {
  Tunnel& tunnel = tunnels_.at(question.tunnel);
  if (tunnel.asking != Tunnel::Asking::kInFlight) return;
  tunnel.asking = Tunnel::Asking::kNo;
  queue_.Ended();
  Heed(question.budget, health.reason, retry_after, now);
  tunnel.alone.Answered(PaceOf(tunnel), health.reason, fraction_(), now);
  const bool gone = health.reason == Reason::kNotFound || health.reason == Reason::kDeleted;
  tunnel.why_missing = gone ? health.reason : Reason::kNone;
  if (gone && tunnel.listed == Tunnel::Listed::kMissing) tunnel.alone.Postpone(now + kMissingInterval);
  suspects_.Count(question.tunnel, health, now);
}

std::vector<ListedTunnel> CheckSchedule::ListAnswered(const Question& question,
    const std::expected<TunnelList, Reason>& list, RetryAfter retry_after, TimePoint now) {
  Group& group = groups_[tunnels_.at(question.tunnel).group];
  if (!group.listing) return {};
  queue_.Ended();
  Heed(group.budget, list ? Reason::kNone : list.error(), retry_after, now);
  std::vector<ListedTunnel> news;
  if (list) {
    news = Found(question, *list, now);
  } else {
    group.listing->Failed(list.error());
  }
  if (group.listing->ended()) std::ranges::copy(EndListing(group, now), std::back_inserter(news));
  return news;
}

std::vector<ListedTunnel> CheckSchedule::Found(
    const Question& question, const TunnelList& list, TimePoint now) {
  const std::size_t group = tunnels_[question.tunnel].group;
  std::vector<ListedTunnel> news;
  for (const ListedTunnel& found : groups_[group].listing->Took(question.page, list)) {
    const auto ours = by_id_.find(found.id);
    if (ours == by_id_.end() || tunnels_[ours->second].group != group) continue;
    tunnels_[ours->second].listed = Tunnel::Listed::kYes;
    if (Notice(ours->second, found.health, now)) news.push_back(found);
  }
  if (question.page == 1) LearnPages(groups_[group], now);
  return news;
}

// The first page is there: the others are asked together, or each tunnel alone if that is cheaper.
void CheckSchedule::LearnPages(Group& group, TimePoint now) {
  if (std::exchange(group.pages, group.listing->pages()) != group.pages)
    CountRequests(budgets_[group.budget]);
  if (group.ByList()) {
    for (unsigned page = 2; page <= group.pages; ++page) {
      queue_.Add({.tunnel = group.tunnels.front(),
                     .page = page,
                     .budget = group.budget,
                     .use = group.listing->use()},
          now);
    }
    return;
  }
  group.listing->Abandon();
  for (const std::size_t index : group.tunnels) {
    tunnels_[index].listed = Tunnel::Listed::kYes;
    if (!group.listing->Saw(tunnels_[index].id)) QueueAlone(index, Use::kRound, now);
  }
}

// What an ended listing says about a tunnel that it did not see; kNone if nothing.
Reason CheckSchedule::NotSeen(std::size_t index, const Listing& listing, TimePoint now) {
  Tunnel& tunnel = tunnels_[index];
  const bool was_missing = tunnel.listed == Tunnel::Listed::kMissing;
  switch (listing.rest()) {
    case Listing::Rest::kNothing: return Reason::kNone;
    case Listing::Rest::kFailed: return was_missing ? Reason::kNone : listing.failure();
    case Listing::Rest::kMissing: break;
  }
  if (was_missing) return tunnel.why_missing;
  tunnel.listed = Tunnel::Listed::kMissing;
  tunnel.why_missing = Reason::kNone;
  QueueAlone(index, Use::kRound, now);
  return Reason::kNone;
}

std::vector<ListedTunnel> CheckSchedule::EndListing(Group& group, TimePoint now) {
  const Listing listing = *std::exchange(group.listing, std::nullopt);
  group.list.Answered(budgets_[group.budget].pace, listing.failure(), fraction_(), now);
  std::vector<ListedTunnel> news;
  for (const std::size_t index : group.tunnels) {
    const TunnelId& id = tunnels_[index].id;
    if (listing.Saw(id)) continue;
    const Reason reason = NotSeen(index, listing, now);
    if (reason == Reason::kNone || !Notice(index, Unknown(reason), now)) continue;
    news.push_back({.id = id, .health = Unknown(reason)});
  }
  const bool again = std::exchange(group.again, Group::Again::kNo) == Group::Again::kYes;
  if (again && group.ByList() && !queue_.budget(group.budget).Paused(now)) {
    QueueListing(group, Use::kConfirmation, now);
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

Lookups::Wanted CheckSchedule::ConnectorsAnswered(
    const Question& question, Reason reason, RetryAfter retry_after, TimePoint now) {
  queue_.Ended();
  Heed(question.budget, reason, retry_after, now);
  return lookups_.Answered(question.tunnel, reason, fraction_(), now);
}

void CheckSchedule::ForgetCounts(TimePoint now) {
  for (std::size_t index = 0; index < tunnels_.size(); ++index) {
    suspects_.ForgetCount(index);
    if (tunnels_[index].asking == Tunnel::Asking::kNo) suspects_.ConfirmAgain(index, now);
  }
}

}  // namespace failover
