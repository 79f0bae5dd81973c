// GET over libcurl, driven by the event loop; the only user of libcurl. HTTPS, and the peer is
// verified always; or plain HTTP to this host itself and nowhere else. Redirects are never followed,
// and answers are untrusted bytes of bounded size.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/event_loop.h"
#include "prober/http_answer.h"

namespace failover {

inline constexpr std::size_t kMaxBody = std::size_t{8} * 1024 * 1024;  // bytes, decoded

// Whether the name of the host was resolved before a request ended.
enum class NameLookup { kDone, kNotDone };
// What a CURLcode means here.
Transport TransportOf(int curl_code, NameLookup lookup);

struct HttpSettings {
  // kThisHost: http alone, to loopback addresses alone, by no proxy.
  enum class Peer { kApi, kThisHost } peer = Peer::kApi;
  std::string ca_file = {};             // empty: the system's
  std::chrono::nanoseconds timeout{0};  // of a whole request; connecting may take half of it
  std::size_t max_body = kMaxBody;      // bytes, decoded; the rest makes the answer kTooLarge
};

class HttpClient {
 public:
  using Done = std::function<void(HttpAnswer)>;

  // `turn_done` runs once after all answers of one turn of the loop were handed out.
  HttpClient(EventLoop& loop, HttpSettings settings, std::function<void()> turn_done);
  // Cancels what is under way without waiting, also for a name server.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Calls `done` once, from the loop. `token` becomes the Authorization header; empty: there is none.
  void Get(const std::string& url, const std::string& token, Done done);

 private:
  class Transfer;
  struct Curl;

  void OnReady(int fd, short ready);
  void TakeAnswers();
  void LeaveConnections();

  EventLoop& loop_;
  HttpSettings settings_;
  std::function<void()> turn_done_;
  Timer timer_;
  std::map<int, FdWatch> watches_;
  std::vector<std::unique_ptr<Transfer>> running_;
  std::vector<std::unique_ptr<Transfer>> idle_;          // easy handles to use again
  std::chrono::steady_clock::time_point last_lookup_{};  // when a request last had an address
  std::chrono::steady_clock::time_point last_answer_{};
  std::unique_ptr<Curl> curl_;  // last: its destruction calls back into the members above
};

}  // namespace failover
