// What the supervisor answered: its newest verdict on each tunnel. Runs in the prober, trusts the
// supervisor's numbers for nothing but showing them.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock.h"
#include "common/error.h"
#include "common/tunnel_id.h"
#include "health.pb.h"

namespace failover {

struct TunnelVerdict {
  words::Verdict verdict = words::VERDICT_UNSPECIFIED;
  std::uint32_t failures = 0;  // failing observations in a row, as the supervisor counts
  words::StartOutcome last_outcome = words::NOT_STARTED;
  TimePoint last_start;  // meaningless for NOT_STARTED
  std::uint64_t observation = 0;
  words::Failback failback = words::FAILBACK_NONE;
  TimePoint paused_until;  // not paused if that is now, or past
};

class VerdictBook {
 public:
  // Reads one packet; fails, changing nothing, if it is no Acknowledgement. A verdict that this
  // version does not know is kept as VERDICT_UNSPECIFIED, such a state of a failback as FAILBACK_NONE.
  std::expected<void, Error> Read(std::string_view packet, TimePoint now);

  const std::map<TunnelId, TunnelVerdict>& verdicts() const { return verdicts_; }
  const std::vector<TunnelId>& news() const { return news_; }  // whose verdict the last packet had
  std::uint64_t sequence() const { return sequence_; }         // of the newest report that was read
  const std::string& config_digest() const { return config_digest_; }
  // By words::Refusal, since the supervisor's start; may be shorter or longer than this version knows.
  const std::vector<std::uint64_t>& refusals() const { return refusals_; }

 private:
  std::map<TunnelId, TunnelVerdict> verdicts_;
  std::vector<TunnelId> news_;
  std::uint64_t sequence_ = 0;
  std::string config_digest_;
  std::vector<std::uint64_t> refusals_;
};

}  // namespace failover
