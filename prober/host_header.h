// Whether a request that came over TCP was meant for us: a web page that lets its name resolve to
// this host's address (DNS rebinding) sends its own name as Host. Pure; the bytes are a peer's.
#pragma once

#include <string_view>

namespace failover {

enum class Host { kOurs, kForeign };

// Ours is an IP literal or localhost, with or without a port. What is missing is empty, and foreign.
Host JudgeHost(std::string_view header);

}  // namespace failover
