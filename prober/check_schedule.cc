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
  plan_ = BudgetPlan(check_interval_);
  for (std::size_t i = 0; i < budgets_.size(); ++i) {
    budgets_[i].pace.phase = PhaseOf(i, budgets_.size(), check_interval_);
    CountRequests(i);
  }
  ApplyPlan();
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

void CheckSchedule::CountRequests(std::size_t budget) {
  std::size_t requests = 0;
  for (const std::size_t index : budgets_[budget].groups) {
    const Group& group = groups_[index];
    requests += group.ByList() ? group.pages : group.tunnels.size();
    if (!group.ByList()) continue;
    for (const std::size_t tunnel : group.tunnels) {
      requests += tunnels_[tunnel].listed == Tunnel::Listed::kUnlisted ? 1 : 0;
    }
  }
  plan_.SetRequests(budget, budgets_[budget].name, requests);
}

void CheckSchedule::ApplyPlan() {
  plan_.Apply(changed_loads_);
  for (std::size_t i = 0; i < budgets_.size(); ++i) {
    budgets_[i].pace.interval = plan_.IntervalOf(i);
    queue_.budget(i).SetSpacing(plan_.SpacingOf(i));
    queue_.budget(i).SetPlanned(plan_.PlannedOf(i));
  }
}

// One that the list lacks although it exists is asked alone in each interval.
void CheckSchedule::SetListed(std::size_t index, Tunnel::Listed listed) {
  Tunnel& tunnel = tunnels_[index];
  const Tunnel::Listed before = std::exchange(tunnel.listed, listed);
  if ((before == Tunnel::Listed::kUnlisted) == (listed == Tunnel::Listed::kUnlisted)) return;
  CountRequests(groups_[tunnel.group].budget);
  ApplyPlan();
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
    if (!queue_.budget(group.budget).Paused(now)) QueueGroup(group, now, next_round);
  }
  lookups_.QueueDue(queue_, now, next_round);
}

void CheckSchedule::QueueGroup(Group& group, TimePoint now, TimePoint next_round) {
  const Pace& pace = budgets_[group.budget].pace;
  const bool too_long = !group.ByList() && now < group.pages_told + kMissingInterval;
  group.missed_turn.reset();
  if (group.tunnels.size() > 1 && !too_long && group.list.Due(pace, now, next_round)) {
    if (group.listing) {
      group.missed_turn = group.list.At(pace, now);
    } else {
      if (!group.ByList()) group.pages_told = now;
      QueueListing(group, Use::kRound, group.list.At(pace, now));
    }
  }
  for (const std::size_t index : group.tunnels) {
    Tunnel& tunnel = tunnels_[index];
    tunnel.missed_turn.reset();
    if (group.ByList() && tunnel.listed == Tunnel::Listed::kYes) continue;
    if (suspects_.WaitsLonger(index, now) || !tunnel.alone.Due(pace, now, next_round)) continue;
    if (tunnel.asking == Tunnel::Asking::kInFlight) tunnel.missed_turn = tunnel.alone.At(pace, now);
    QueueAlone(index, Use::kRound, tunnel.alone.At(pace, now));
  }
}

// A round found the question of the last one in flight. Its turn may still be to come.
void CheckSchedule::TakeMissedTurn(std::size_t index, TimePoint now) {
  Tunnel& tunnel = tunnels_[index];
  const auto turn = std::exchange(tunnel.missed_turn, std::nullopt);
  if (!turn || *turn < now || suspects_.WaitsLonger(index, now)) return;
  if (queue_.budget(groups_[tunnel.group].budget).Paused(now)) return;
  if (tunnel.alone.Due(PaceOf(tunnel), now, next_round_)) QueueAlone(index, Use::kRound, *turn);
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
  for (Tunnel& tunnel : tunnels_) {
    tunnel.alone.ForgetFaults();
    tunnel.missed_turn.reset();
  }
  for (Group& group : groups_) {
    group.list.ForgetFaults();
    group.missed_turn.reset();
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
  queue_.Ended(question.use, now);
  Heed(question.budget, health.reason, retry_after, now);
  tunnel.alone.Answered(PaceOf(tunnel), health.reason, retry_after, fraction_(), now);
  const bool gone = health.reason == Reason::kNotFound || health.reason == Reason::kDeleted;
  tunnel.why_missing = gone ? health.reason : Reason::kNone;
  if (tunnel.listed != Tunnel::Listed::kYes && gone) {
    SetListed(question.tunnel, Tunnel::Listed::kMissing);
    tunnel.alone.Postpone(now + kMissingInterval);
  } else if (tunnel.listed != Tunnel::Listed::kYes && health.status != TunnelStatus::kUnknown) {
    SetListed(question.tunnel, Tunnel::Listed::kUnlisted);
  }
  suspects_.Count(question.tunnel, health, now);
  TakeMissedTurn(question.tunnel, now);
}

Lookups::Wanted CheckSchedule::ConnectorsAnswered(
    const Question& question, Reason reason, RetryAfter retry_after, TimePoint now) {
  queue_.Ended(question.use, now);
  Heed(question.budget, reason, retry_after, now);
  return lookups_.Answered(question.tunnel, reason, retry_after, fraction_(), now);
}

void CheckSchedule::ForgetCounts(TimePoint now) {
  for (std::size_t index = 0; index < tunnels_.size(); ++index) {
    suspects_.ForgetCount(index);
    if (tunnels_[index].asking == Tunnel::Asking::kNo) suspects_.ConfirmAgain(index, now);
  }
}

}  // namespace failover
