#include "prober/verdict_book.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace failover {
namespace {

// Longer than any boot; keeps the subtraction away from overflow.
constexpr std::uint64_t kMaxAgeMs = 1'000'000'000'000;

TimePoint Ago(std::uint64_t age_ms, TimePoint now) {
  return now - std::chrono::milliseconds(static_cast<std::int64_t>(std::min(age_ms, kMaxAgeMs)));
}

TunnelVerdict ReadVerdict(const wire::TunnelVerdict& from, TimePoint now) {
  return {.verdict = wire::Verdict_IsValid(from.verdict()) ? from.verdict() : wire::VERDICT_UNSPECIFIED,
      .failures = from.failures(),
      .last_outcome =
          wire::StartOutcome_IsValid(from.last_outcome()) ? from.last_outcome() : wire::OUTCOME_UNKNOWN,
      .last_start = Ago(from.last_start_age_ms(), now),
      .observation = from.observation(),
      .last_failback = from.last_failback_age_ms() == 0
                           ? std::nullopt
                           : std::optional(Ago(from.last_failback_age_ms(), now))};
}

}  // namespace

std::expected<void, Error> VerdictBook::Read(std::string_view packet, TimePoint now) {
  wire::Acknowledgement read;
  if (!read.ParseFromArray(packet.data(), static_cast<int>(packet.size()))) {
    return Fail("not an acknowledgement");
  }
  if (read.sequence() == 0) return Fail("an acknowledgement of no report");
  std::map<TunnelId, TunnelVerdict> news;
  for (const wire::TunnelVerdict& entry : read.tunnels()) {
    const auto id = TunnelId::FromBytes(entry.tunnel_id());
    if (!id) return Fail("a tunnel's id that is not 16 bytes");
    news.insert_or_assign(*id, ReadVerdict(entry, now));
  }
  news_.clear();
  for (const auto& [id, verdict] : news) {
    verdicts_.insert_or_assign(id, verdict);
    news_.push_back(id);
  }
  sequence_ = read.sequence();
  config_digest_ = read.config_digest();
  unknown_tunnels_ = read.unknown_tunnels();
  return {};
}

}  // namespace failover
