// How a fuzz target says that something which must hold does not: it ends the process, and
// libFuzzer keeps the input.
#pragma once

#include <google/protobuf/stubs/logging.h>

#include <cstdio>
#include <cstdlib>

namespace failover {

inline void MustHold(bool property, const char* what) {
  if (property) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

// Whatever protobuf says on its own would go past the log's limits.
inline void ProtobufMustBeSilent() {
  google::protobuf::SetLogHandler([](google::protobuf::LogLevel, const char*, int, const std::string&) {
    MustHold(false, "protobuf is silent");
  });
}

}  // namespace failover
