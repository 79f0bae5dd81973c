// JSON out of protobuf messages, with the names of the schema and every field that is not a message
// written, also if it is 0 or empty. What protobuf's own reader reads back; its own writer resolves
// each type anew for every call, which is fifty times slower for many small messages. Pure.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

namespace failover {

// A JSON string, quotes included. Bytes that are no UTF-8 become U+FFFD.
void AppendJsonString(std::string_view text, std::string& out);

// One JSON object. Numbers must be finite; maps have string keys.
void AppendJson(const google::protobuf::Message& message, std::string& out);

// The shortest decimal text that reads back as the same number, without an exponent unless it is
// very small or large.
void AppendNumber(double value, std::string& out);

}  // namespace failover
