// JSON into a protobuf message by its descriptor, strictly: exact types, snake_case names, nothing
// unknown, the ranges and patterns that config.proto states. protobuf's own JSON reader accepts far
// more and names one fault; here it only turns the text into a Struct. Runs in the prober: what the
// operator reads of a faulty file is made here.
#pragma once

#include <google/protobuf/message.h>

#include <vector>

#include "common/error.h"
#include "config.pb.h"

namespace failover {

// Fills `message` and returns all faults, each "FIELD: REASON; REMEDY", in the schema's order.
// A text that is no JSON object is an Error of its own: "LINE:COLUMN: REASON; REMEDY".
std::expected<std::vector<std::string>, Error> ReadMessage(
    std::string_view json, google::protobuf::Message& message);

}  // namespace failover
