// The prober's lines on standard error: as text (common/log.h), or one JSON object a line. Needs no
// privilege.
#pragma once

#include <string>
#include <string_view>

#include "prober/settings.h"

namespace failover {

// From the next line on. After InitLog().
void UseLogFormat(LogFormat format);

// {"time":"2025-10-24T01:30:15.250Z","severity":"INFO","program":"failover-prober","message":"..."}
// `microseconds` since 1970.
std::string JsonLine(std::string_view severity, long long microseconds, std::string_view message);

}  // namespace failover
