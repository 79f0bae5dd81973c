// What the status page and the metrics are made from: one look at the prober, borrowed for as long
// as it takes to write a piece of either. Nothing in it is secret but the settings' tokens, which
// neither page reads.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "common/clock.h"
#include "prober/check_schedule.h"
#include "prober/chronicle.h"
#include "prober/connector_book.h"
#include "prober/gateway_facts.h"
#include "prober/report_client.h"
#include "prober/settings.h"

namespace failover {

// Unix time by the clock that never steps: bit for bit the same for the same moment, unless the real
// clock was set meanwhile. Else every timestamp would be a new value at every look.
class UnixClock {
 public:
  using RealTime = std::chrono::sys_time<std::chrono::nanoseconds>;
  std::chrono::nanoseconds Offset(TimePoint now, RealTime real);

 private:
  std::chrono::nanoseconds offset_{0};
};

struct StatusView {
  TimePoint now;
  std::chrono::nanoseconds unix_offset{0};  // of UnixClock
  const Settings& settings;
  const Chronicle& chronicle;
  const CheckSchedule& schedule;
  ReportClient::State supervisor = ReportClient::State::kAway;
  const VerdictBook& verdicts;
  const ReportTimes& times;  // of reports
  const GatewayFacts& gateway;
  const ConnectorBook& connectors;

  double Age(TimePoint then) const { return std::chrono::duration<double>(now - then).count(); }
  double UnixTime(TimePoint then) const {
    return std::chrono::duration<double>(then.time_since_epoch() + unix_offset).count();
  }
};

// Its verdict as last acknowledged; a default one before the first.
const TunnelVerdict& VerdictOf(const StatusView& view, const TunnelId& id);

// Failing as often as the threshold asks while the gateway is reachable, or unknown for so long that
// the supervisor takes it for failed.
enum class Backup { kNotWanted, kWanted };
Backup BackupFor(const StatusView& view, const WatchedTunnel& tunnel);

// Why the prober does not do its work, in one sentence; empty if it does. That somebody can ask proves
// that its loop runs.
std::string TroubleOf(const StatusView& view);

// What the supervisor refused since it started, by name of words::Refusal: all of them, and none that
// this version does not know.
std::map<std::string, std::uint64_t> RefusalsOf(const VerdictBook& verdicts);

// The digests of the two configurations in force are equal; nothing before the first answer.
std::optional<bool> ConfigurationsAgree(const StatusView& view);

}  // namespace failover
