// What came of one HTTP request. A value; `body` and `status` are the peer's and untrusted.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace failover {

enum class Transport {
  kAnswered,     // a whole answer with a status
  kTimeout,      // no whole answer in time
  kConnect,      // no TCP connection
  kTls,          // no trusted TLS connection
  kDns,          // the name did not resolve
  kInterrupted,  // cut before the answer was whole
  kTooLarge,     // more than kMaxBody
  kInternal,     // could not be asked
};

struct HttpAnswer {
  Transport transport = Transport::kInternal;
  int status = 0;    // HTTP; 0 unless answered
  std::string body;  // decoded
  std::optional<std::chrono::seconds> retry_after;
  std::chrono::nanoseconds elapsed{0};
  unsigned requests = 1;  // that were sent for it; 2 if a kept connection was closed meanwhile
};

}  // namespace failover
