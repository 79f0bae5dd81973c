// GET /status from the prober's Unix socket: the only user of libcurl in ctl. Runs as whoever calls,
// which may be root: the answer is bounded in time and size, and judged by status_reader.h.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "ctl/failure.h"
#include "status.pb.h"

namespace failover {

inline constexpr const char* kDefaultStatusSocket = "/run/failover-prober/status.sock";

class StatusClient {
 public:
  explicit StatusClient(std::string socket);
  StatusClient(const StatusClient&) = delete;
  StatusClient& operator=(const StatusClient&) = delete;
  ~StatusClient();

  // One question, at most 5 s. The connection is kept for the next one.
  std::expected<status::Status, Failure> Ask();

 private:
  struct Curl;

  std::string socket_;
  std::unique_ptr<Curl> curl_;
};

// Why there was no answer, with the remedy. `os_error` is the errno of the failed connection, or 0.
Failure NoAnswer(const std::string& socket, int os_error, const std::string& words);

}  // namespace failover
