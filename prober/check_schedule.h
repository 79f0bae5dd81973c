// Which question is asked next. Pure; the clock is passed in. Every round asks about all tunnels:
// those that share account and token by the list of their account where that costs fewer requests,
// the others one by one. A suspect (its status is in its failover_on, not yet as often as
// failure_threshold asks) is asked again confirm_interval after its answer. UNKNOWN neither counts
// nor resets nor speeds anything up.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/clock.h"
#include "common/tunnel_id.h"
#include "prober/budget_plan.h"
#include "prober/cloudflare_api.h"
#include "prober/inquiry.h"
#include "prober/listing.h"
#include "prober/lookups.h"
#include "prober/request_queue.h"
#include "prober/settings.h"
#include "prober/suspects.h"
#include "prober/tunnel_health.h"

namespace failover {

// A tunnel that its account's list lacks is asked alone so often, once it is known why; and so often
// it is looked whether a list that was too long is not any more.
inline constexpr std::chrono::minutes kMissingInterval{10};

class CheckSchedule {
 public:
  using RetryAfter = std::optional<std::chrono::seconds>;

  // `fraction` gives the jitter: numbers from 0 to 1.
  explicit CheckSchedule(std::function<double()> fraction) : fraction_(std::move(fraction)) {}

  // Keeps what is known of the tunnels that stay, and what the budgets have used. Whatever was
  // asked counts as not asked, and everything is due.
  void Configure(const Settings& settings, TimePoint now);

  // The gateway answered a round's probe, or one for the suspects. Puts what is due before the
  // next round into the queue, and nothing that is being asked or whose budget is paused.
  void QueueRound(TimePoint now, TimePoint next_round);
  void QueueSuspects(TimePoint now);
  // The gateway did not answer: nothing more is asked before the next round. Faults of the API so
  // far were ours, perhaps, and delay nothing any more.
  void Clear();

  // The next question to ask now, from then on in flight; nothing if none may be sent.
  std::optional<Question> TakeNext(TimePoint now);
  // When to look again; nothing if an answer or a round must come first.
  std::optional<TimePoint> next_send() const;

  // The HTTPS client had to send a question again, which counts as well.
  void SentAgain(const Question& question, unsigned times, TimePoint now) {
    queue_.SentAgain(question, times, now);
  }

  // What an answer says about the tunnel asked about; ends the question's flight.
  void Answered(const Question& question, const TunnelHealth& health, RetryAfter retry_after, TimePoint now);
  // The same for a page of a list. Returns what is news, about tunnels of the settings alone.
  std::vector<ListedTunnel> ListAnswered(const Question& question,
      const std::expected<TunnelList, Reason>& list, RetryAfter retry_after, TimePoint now);

  // The backup of a tunnel may be running, or does no longer: its connectors are looked up as well.
  void WatchConnectors(const TunnelId& id) {
    const std::size_t tunnel = by_id_.at(id);
    lookups_.Watch(tunnel, groups_[tunnels_[tunnel].group].budget);
  }
  void LeaveConnectors(const TunnelId& id) { lookups_.Leave(by_id_.at(id)); }
  // Ends a look-up's flight: kNone, or why there is no list of connectors. Whether it is still news.
  Lookups::Wanted ConnectorsAnswered(
      const Question& question, Reason reason, RetryAfter retry_after, TimePoint now);

  // A supervisor without a memory may be at the other end: counts begin anew, and what fails is
  // confirmed again.
  void ForgetCounts(TimePoint now);

  // When the first suspect is due.
  std::optional<TimePoint> next_confirmation() const { return suspects_.next(); }

  // The budgets whose interval has changed since the last call.
  std::vector<BudgetLoad> TakeChangedLoads() { return std::exchange(changed_loads_, {}); }

  // For those who look at it: every budget, and the name of that of a tunnel of the settings.
  std::vector<BudgetUse> Uses(TimePoint now) const {
    std::vector<BudgetUse> uses;
    for (std::size_t i = 0; i < budgets_.size(); ++i) {
      const RateBudget& rate = queue_.budget(i);
      const auto pause = std::max(rate.paused_until() - now, std::chrono::nanoseconds::zero());
      uses.push_back({.name = budgets_[i].name,
          .used = rate.Used(now),
          .limit = kBudgetRequests,
          .check_interval = budgets_[i].pace.check_interval,
          .interval = budgets_[i].pace.interval,
          .paused_for = pause});
    }
    return uses;
  }
  const std::string& BudgetOf(std::size_t tunnel) const {
    return budgets_.at(groups_.at(tunnels_.at(tunnel).group).budget).name;
  }

 private:
  struct Tunnel {
    TunnelId id;
    std::size_t group = 0;
    enum class Asking { kNo, kQueued, kInFlight } asking = Asking::kNo;  // alone
    // In its group's list; or it exists all the same.
    enum class Listed { kYes, kMissing, kUnlisted } listed = Listed::kYes;
    Reason why_missing = Reason::kNone;  // once that is known
    unsigned unseen = 0;                 // listings in a row that said nothing about it
    Inquiry alone = {};
    std::optional<TimePoint> missed_turn = {};  // in this round, because it was in flight
  };
  // Tunnels of one account, one token and one budget.
  struct Group {
    std::size_t budget = 0;
    std::vector<std::size_t> tunnels = {};
    std::uint64_t pages = 1;  // of the list, as last told
    TimePoint pages_told;     // when
    Inquiry list = {};
    std::optional<TimePoint> missed_turn = {};
    std::optional<Listing> listing = {};                // under way
    enum class Again { kNo, kYes } again = Again::kNo;  // suspects wait for the next listing

    bool ByList() const { return tunnels.size() > pages; }
  };
  struct Budget {
    std::string name;
    Pace pace = {};
    std::vector<std::size_t> groups = {};
  };

  void AddTunnel(const WatchedTunnel& tunnel);
  void CountRequests(std::size_t budget);
  void ApplyPlan();
  void SetListed(std::size_t index, Tunnel::Listed listed);
  const Pace& PaceOf(const Tunnel& tunnel) const;

  void QueueGroup(Group& group, TimePoint now, TimePoint next_round);
  void QueueAlone(std::size_t index, Use use, TimePoint not_before);
  void QueueListing(Group& group, Use use, TimePoint not_before);
  void TakeMissedTurn(std::size_t index, TimePoint now);
  void Heed(std::size_t budget, Reason reason, RetryAfter retry_after, TimePoint now);
  void Forget(const std::vector<Question>& dropped);

  std::vector<ListedTunnel> Found(const Question& question, const TunnelList& list, TimePoint now);
  void LearnPages(Group& group, TimePoint now);
  void QueuePages(Group& group, TimePoint now);
  bool IsMissing(Tunnel& tunnel, const Listing& listing);
  Reason NotSeen(std::size_t index, const Listing& listing, TimePoint now);
  std::vector<ListedTunnel> EndListing(Group& group, TimePoint now);
  bool Notice(std::size_t index, const TunnelHealth& health, TimePoint now);

  std::function<double()> fraction_;
  std::chrono::nanoseconds check_interval_{0};
  TimePoint next_round_;
  enum class Gateway { kAnswers, kSilent } gateway_ = Gateway::kAnswers;
  std::vector<Tunnel> tunnels_;  // as in the settings
  std::map<TunnelId, std::size_t> by_id_;
  std::vector<Group> groups_;
  std::vector<Budget> budgets_;
  std::map<std::string, std::size_t> group_keys_;   // secret
  std::map<std::string, std::size_t> budget_keys_;  // secret
  Suspects suspects_;
  Lookups lookups_;
  BudgetPlan plan_{std::chrono::nanoseconds(0)};
  std::vector<BudgetLoad> changed_loads_;
  RequestQueue queue_;
};

}  // namespace failover
