#include "prober/status_view.h"

#include <algorithm>

namespace failover {
namespace {

// The verdicts that the supervisor reaches only about a tunnel that it takes for failed.
bool TakenForFailed(words::Verdict verdict) {
  switch (verdict) {
    case words::START:
    case words::WAIT_UNDER_WAY:
    case words::WAIT_COOLDOWN:
    case words::WAIT_HOURLY_LIMIT:
    case words::WAIT_NO_RECORD:
    case words::WAIT_PAUSED: return true;
    default: return false;  // protobuf's enums are open
  }
}

// The two clocks are read one after the other; what is less is no step.
constexpr std::chrono::milliseconds kStep{50};

}  // namespace

std::chrono::nanoseconds UnixClock::Offset(TimePoint now, RealTime real) {
  const std::chrono::nanoseconds offset = real.time_since_epoch() - now.time_since_epoch();
  if (std::chrono::abs(offset - offset_) > kStep) offset_ = offset;
  return offset_;
}

const TunnelVerdict& VerdictOf(const StatusView& view, const TunnelId& id) {
  static const TunnelVerdict kNone;
  const auto& verdicts = view.verdicts.verdicts();
  const auto found = verdicts.find(id);
  return found == verdicts.end() ? kNone : found->second;
}

Backup BackupFor(const StatusView& view, const WatchedTunnel& tunnel) {
  const TunnelStory& story = view.chronicle.Of(tunnel.id);
  if (!story.health || view.gateway.state == GatewayState::kUnreachable) return Backup::kNotWanted;
  const bool failing = story.failing >= tunnel.failure_threshold;
  const bool unknown = story.health->status == TunnelStatus::kUnknown;
  const bool too_long = unknown && TakenForFailed(VerdictOf(view, tunnel.id).verdict);
  return failing || too_long ? Backup::kWanted : Backup::kNotWanted;
}

std::string TroubleOf(const StatusView& view) {
  const Settings& settings = view.settings;
  const TimePoint last = view.chronicle.gateway().last_round.value_or(view.chronicle.started());
  const auto age = view.now - last;
  // A probe that lasts longer than the interval ends no sooner.
  if (age <= 3 * std::max(settings.check_interval, settings.gateway_timeout)) return "";
  return "the last probe of the gateway ended " + std::to_string(age / std::chrono::seconds(1)) + " s ago";
}

std::map<std::string, std::uint64_t> RefusalsOf(const VerdictBook& verdicts) {
  const std::vector<std::uint64_t>& counts = verdicts.refusals();
  std::map<std::string, std::uint64_t> refusals;
  for (int i = words::Refusal_MIN; i <= words::Refusal_MAX; ++i) {
    const auto index = static_cast<std::size_t>(i);
    refusals[words::Refusal_Name(i)] = index < counts.size() ? counts[index] : 0;
  }
  return refusals;
}

std::optional<bool> ConfigurationsAgree(const StatusView& view) {
  const std::string& theirs = view.verdicts.config_digest();
  if (theirs.empty()) return std::nullopt;
  return theirs == view.settings.digest;
}

}  // namespace failover
