#include "ctl/drill.h"

#include <algorithm>

#include "ctl/json.h"
#include "ctl/order_commands.h"
#include "ctl/status_view.h"
#include "ctl/text.h"
#include "ctl/verdict_words.h"

namespace failover {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using State = DrillWatch::State;

const status::Tunnel* Find(const status::Status& status, const std::string& id) {
  const auto found = std::ranges::find(status.tunnels(), id, [](const auto& t) { return t.id(); });
  return found == status.tunnels().end() ? nullptr : &*found;
}

double StartedAt(const status::Status& status, const status::Tunnel& tunnel) {
  const bool never = OutcomeNamed(tunnel.last_start_outcome()) == words::NOT_STARTED;
  return never ? 0 : status.time() - tunnel.last_start_age();
}

std::string Warning(const NamedTunnel& tunnel) {
  return "Drill of " + FullName(tunnel) + "\n\n" + "The supervisor will start " + tunnel.unit +
         " now, as in a real failover.\n"
         "- Is it a connector of this tunnel, Cloudflare takes it for a replica and sends part of the LIVE\n"
         "  traffic to it at once. Its origin must be able to serve.\n"
         "- It goes on running after the drill. Nothing here stops it:\n"
         "  sudo systemctl stop " +
         tunnel.unit +
         "\n"
         "- The start counts for cooldown and hourly bound: a real failover within the cooldown waits.\n\n";
}

// The supervisor starts the unit for its tunnel's next answer, and that may come late where the API
// budget is stretched; but not when nobody follows it any more.
std::chrono::nanoseconds OrderLasts(
    const status::Status& status, const status::Tunnel& tunnel, std::chrono::nanoseconds timeout) {
  const auto budget =
      std::ranges::find(status.budgets(), tunnel.budget(), [](const auto& b) { return b.name(); });
  const double interval = budget == status.budgets().end() ? 0 : budget->interval();
  return std::min(
      std::max<std::chrono::nanoseconds>(10s, 3 * Seconds(std::min(interval, 86400.0))), timeout);
}

bool Ended(State state) {
  return state == State::kConnected || state == State::kDone || state == State::kFailed;
}

std::string_view Words(State state) {
  switch (state) {
    case State::kOrdered: return "the supervisor did not take the order";
    case State::kTaken: return "the supervisor took the order and started nothing";
    case State::kStarting: return "systemctl has not ended yet";
    case State::kStarted: return "the unit was started, its own connector was not seen";
    case State::kConnected: return "the tunnel's own connector is connected";
    case State::kDone: return "the unit was started; connectors are not asked for without failback_service";
    case State::kFailed: return "the unit was not started";
  }
  __builtin_unreachable();
}

// From the order to its end, or to the deadline.
class Follower {
 public:
  Follower(const World& world, const OrderDirectory& orders, const NamedTunnel& tunnel, DrillWatch watch)
      : world_(world), orders_(orders), tunnel_(tunnel), watch_(std::move(watch)), begin_(world.now()) {}

  // `until`: the end of the order.
  void Follow(TimePoint until) {
    const TimePoint deadline = begin_ + world_.options.timeout;
    while (!Ended(state_) && world_.now() < deadline) {
      const bool waits = orders_.Has(tunnel_.id, "drill");
      // Without a word of the prober nothing is known; it may come back before the deadline.
      if (const auto status = world_.ask()) Note(watch_.See(*status, waits));
      // The order is void by now, or the supervisor has refused it.
      const bool hopeless = state_ <= State::kTaken && world_.now() >= until + 10s;
      if (Ended(state_) || hopeless) break;
      world_.sleep(200ms);
    }
    took_ = Since();
  }

  Outcome Report() const {
    const bool good = state_ == State::kConnected || state_ == State::kDone;
    const std::string words = std::string(Words(state_)) + watch_.why();
    if (world_.json()) {
      world_.out << Json::Object(
                        {{"tunnel", tunnel_.id}, {"unit", tunnel_.unit}, {"succeeded", good},
                            {"result", words}, {"start_outcome", watch_.outcome()}, {"seconds", took_}})
                        .text()
                 << "\n";
      return good ? kExitDone : kExitFailed;
    }
    if (good) {
      world_.out << "Drill succeeded after " << Duration(took_) << ": " << words << "\n";
      return kExitDone;
    }
    return Failed("drill failed after " + Duration(took_) + ": " + words + "; see: failoverctl explain " +
                  tunnel_.id.substr(0, 8) + ", and the log");
  }

 private:
  double Since() const { return std::chrono::duration<double>(world_.now() - begin_).count(); }

  void Note(State state) {
    if (std::exchange(state_, state) == state || world_.json() || Ended(state)) return;
    const std::string at = Pad(Duration(Since()), 7);
    if (state == State::kTaken) world_.out << at << "the supervisor took the order\n" << std::flush;
    if (state == State::kStarting)
      world_.out << at << "systemctl starts " << tunnel_.unit << "\n" << std::flush;
    if (state == State::kStarted) world_.out << at << "started; waits for its connector\n" << std::flush;
  }

  const World& world_;
  const OrderDirectory& orders_;
  const NamedTunnel& tunnel_;
  DrillWatch watch_;
  TimePoint begin_;
  State state_ = State::kOrdered;
  double took_ = 0;
};

// What stands in the way before anything is asked or done.
std::expected<void, Failure> MayBegin(const World& world, const NamedTunnel& tunnel) {
  const auto status = world.ask();
  if (!status) return std::unexpected(status.error());
  const status::Tunnel* watched = Find(*status, tunnel.id);
  if (watched == nullptr) {
    return std::unexpected(Failure{FullName(tunnel) + " is not in force yet; run: failoverctl reload"});
  }
  const auto refused = RefusedNow(*status, *watched);
  if (refused) return std::unexpected(Failure{"no drill now: " + *refused});
  if (world.options.yes) return {};
  switch (world.confirm(Warning(tunnel) + "Start it?")) {
    case Answer::kYes: return {};
    case Answer::kNo: return std::unexpected(Failure{"nothing was done"});
    case Answer::kNobodyThere: break;
  }
  return std::unexpected(
      Failure{Warning(tunnel) + "no terminal to ask on; write --yes if that is what you want", kExitUsage});
}

}  // namespace

// The verdict on the drill is that of one answer alone, so it is kept when the next one came.
std::string DrillWatch::WhyNot(const status::Tunnel& tunnel, std::string known) {
  const words::Verdict verdict = VerdictNamed(tunnel.verdict());
  switch (verdict) {
    case words::WAIT_GATEWAY:
    case words::WAIT_UNDER_WAY:
    case words::WAIT_COOLDOWN:
    case words::WAIT_HOURLY_LIMIT:
    case words::WAIT_NO_RECORD:
    case words::WAIT_PAUSED:
      return " (" + tunnel.verdict() + ": " + std::string(WordsOf(verdict).rule) + ")";
    default: return known;  // protobuf's enums are open
  }
}

DrillWatch::DrillWatch(const status::Status& before, const status::Tunnel& tunnel)
    : id_(tunnel.id()), started_before_(StartedAt(before, tunnel)) {}

DrillWatch::State DrillWatch::See(const status::Status& now, bool order_waits) {
  const status::Tunnel* tunnel = Find(now, id_);
  if (tunnel == nullptr) return order_waits ? State::kOrdered : State::kTaken;
  // Ages come rounded and by the prober's clock.
  const double started = StartedAt(now, *tunnel);
  const bool before = started <= started_before_ + 0.5;
  why_ = before && !order_waits ? WhyNot(*tunnel, std::move(why_)) : "";
  if (before) return order_waits ? State::kOrdered : State::kTaken;
  const words::StartOutcome outcome = OutcomeNamed(tunnel->last_start_outcome());
  outcome_ = WordsOf(outcome);
  if (outcome == words::PENDING) return State::kStarting;
  if (outcome != words::SUCCEEDED) return State::kFailed;
  if (!tunnel->has_connectors()) return tunnel->failback_unit().empty() ? State::kDone : State::kStarted;
  // A list from before the start may show a connector that is not the one that was started.
  const bool newer = tunnel->connectors().age() < tunnel->last_start_age();
  return newer && tunnel->connectors().own_known() ? State::kConnected : State::kStarted;
}

std::optional<std::string> RefusedNow(const status::Status& status, const status::Tunnel& tunnel) {
  const status::Configuration& config = status.configuration();
  const words::StartOutcome outcome = OutcomeNamed(tunnel.last_start_outcome());
  const double rest = config.cooldown() - tunnel.last_start_age();
  if (status.supervisor().state() != "connected") {
    return "the supervisor is not connected; see: systemctl status failover-monitor";
  }
  if (GatewayLost(status)) return "the gateway " + GatewayName(status.gateway()) + " does not answer";
  if (tunnel.paused_for() > 0) {
    return "paused until " + In(status.time(), tunnel.paused_for()) + "; end it with: failoverctl resume";
  }
  if (outcome == words::PENDING) return "systemctl is at work on " + tunnel.unit();
  if (outcome != words::NOT_STARTED && rest > 0) {
    return tunnel.unit() + " was started less than cooldown ago; again at " + In(status.time(), rest);
  }
  if (VerdictNamed(tunnel.verdict()) == words::WAIT_HOURLY_LIMIT) {
    return tunnel.unit() + " was started max_starts_per_hour times in the last hour";
  }
  return std::nullopt;
}

Outcome Drill(const World& world) {
  const auto orders = OpenOrders(world);
  if (!orders) return std::unexpected(orders.error());
  const auto tunnel = ConfiguredTunnel(world);
  if (!tunnel) return std::unexpected(tunnel.error());
  const auto may = MayBegin(world, *tunnel);
  if (!may) return std::unexpected(may.error());
  const auto before = world.ask();  // as new as can be: the answer may have taken its time
  if (!before) return std::unexpected(before.error());
  const status::Tunnel* watched = Find(*before, tunnel->id);
  if (watched == nullptr) return Failed(FullName(*tunnel) + " is in force no longer");
  Follower follower(world, *orders, *tunnel, DrillWatch(*before, *watched));
  const TimePoint until = world.now() + OrderLasts(*before, *watched, world.options.timeout);
  const auto left = orders->Write(tunnel->id, "drill", until, world.options.reason);
  if (!left) return std::unexpected(left.error());
  follower.Follow(until);
  const auto removed = orders->Remove(tunnel->id, "drill");  // what nobody took must not linger
  if (!removed) return std::unexpected(removed.error());
  return follower.Report();
}

}  // namespace failover
