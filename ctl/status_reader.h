// From the bytes of /status to proto/status.proto's message. They are the word of an unprivileged
// process, and a root shell may be reading: every string comes out escaped and of at most 512 bytes,
// every time and amount finite and never negative, ids, units and addresses of their form or
// kUnreadable, so that nothing after this need look again.
#pragma once

#include <google/protobuf/message.h>

#include <string_view>

#include "common/error.h"
#include "status.pb.h"

namespace failover {

inline constexpr unsigned kStatusVersion = 1;    // of the format
inline constexpr const char* kUnreadable = "?";  // instead of a value that has not its form

// At most 20,000 tunnels. Fields that this version does not know are left out.
std::expected<status::Status, Error> ParseStatus(std::string_view body);

// The same in JSON again, with the schema's names and every field: for --json.
std::string PrintStatus(const status::Status& status);

}  // namespace failover
