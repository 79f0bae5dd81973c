// Is the connector that our backup stands in for there again? Pure: lists in, a finding out.
// Everything here errs to one side: it may miss a return, and never invents one.
#pragma once

#include <optional>
#include <set>

#include "prober/connections.h"

namespace failover {

// Numbers: proto/health.proto.
enum class Primary {
  kUncertain = 0,  // never leads to a failback
  kAway = 1,
  kReturned = 2,  // a connection that is not ours, opened after our start
};

class PrimaryJudge {
 public:
  enum class Finding { kOwnUnknown, kAway, kReturned };

  // `list`: all connectors of the tunnel. `claims`: ids that connectors of this host gave after the
  // list was read; one counts if it stands in the list, with a connection.
  //
  // Earlier, and ours could have been restarted in between: the old process named, the new one
  // listed, and taken for the primary.
  Finding Judge(const Connectors& list, const std::set<ConnectorId>& claims);

 private:
  void Learn(const Connector& own);

  std::set<ConnectorId> own_;  // since the failover; one for each start of ours
  Connectors before_;          // the last list before the first of ours was known
  // What was opened until then says nothing: it was there before our last start. Cloudflare goes on
  // listing a crashed primary for minutes. The earliest connection of ours that is known stands for
  // our start, so that a judge without a memory only misses more.
  std::optional<CloudflareTime> start_;
};

}  // namespace failover
