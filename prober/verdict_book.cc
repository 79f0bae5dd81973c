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
  return {.verdict = words::Verdict_IsValid(from.verdict()) ? from.verdict() : words::VERDICT_UNSPECIFIED,
      .failures = from.failures(),
      .last_outcome =
          words::StartOutcome_IsValid(from.last_outcome()) ? from.last_outcome() : words::OUTCOME_UNKNOWN,
      .last_start = Ago(from.last_start_age_ms(), now),
      .observation = from.observation(),
      .failback = words::Failback_IsValid(from.failback()) ? from.failback() : words::FAILBACK_NONE,
      .paused_until = now + std::chrono::milliseconds(
                                static_cast<std::int64_t>(std::min(from.paused_for_ms(), kMaxAgeMs)))};
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
  refusals_.assign(read.refusals().begin(), read.refusals().end());
  return {};
}

}  // namespace failover
