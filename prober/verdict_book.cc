#include "prober/verdict_book.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace failover {
namespace {

// Longer than any boot; keeps the subtraction away from overflow.
constexpr std::uint64_t kMaxAgeMs = 1'000'000'000'000;

std::chrono::milliseconds Bounded(std::uint64_t ms) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::min(ms, kMaxAgeMs)));
}

TunnelVerdict ReadVerdict(const wire::TunnelVerdict& from, TimePoint now) {
  TunnelVerdict verdict{
      .verdict = wire::Verdict_IsValid(from.verdict()) ? from.verdict() : wire::VERDICT_UNSPECIFIED,
      .failures = from.failures(),
      .last_outcome =
          wire::StartOutcome_IsValid(from.last_outcome()) ? from.last_outcome() : wire::OUTCOME_UNKNOWN,
      .last_start = now - Bounded(from.last_start_age_ms()),
      .observation = from.observation(),
      .starts_in_hour = from.starts_in_hour(),
      .failback = wire::Failback_IsValid(from.failback()) ? from.failback() : wire::FAILBACK_NONE};
  if (from.last_failback_age_ms() > 0) verdict.last_failback = now - Bounded(from.last_failback_age_ms());
  if (from.paused_for_ms() > 0) verdict.paused_until = now + Bounded(from.paused_for_ms());
  return verdict;
}

// A number that this version does not know has no name, and is left out.
std::map<std::string, std::uint64_t> ReadRefusals(const wire::Acknowledgement& from) {
  std::map<std::string, std::uint64_t> refusals;
  for (int i = wire::Refusal_MIN; i <= wire::Refusal_MAX; ++i) {
    refusals[wire::Refusal_Name(static_cast<wire::Refusal>(i))] =
        i < from.refusals_size() ? from.refusals(i) : 0;
  }
  return refusals;
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
  refusals_ = ReadRefusals(read);
  return {};
}

}  // namespace failover
