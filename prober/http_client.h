// GET over libcurl, driven by the event loop; the only user of libcurl. HTTPS, and the peer is
// verified always; or plain HTTP to this host itself and nowhere else. Redirects are never followed,
// and answers are untrusted bytes of bounded size.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/event_loop.h"
#include "prober/http_answer.h"

namespace failover {

inline constexpr std::size_t kMaxBody = std::size_t{8} * 1024 * 1024;  // bytes, decoded

// How far a request came before it ended: to an address, to a TCP connection, out to the peer.
enum class Reached { kNothing, kAddress, kPeer, kSent };
// What a CURLcode means here.
Transport TransportOf(int curl_code, Reached reached);

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
  struct Connections;

  void OnReady(Connections& connections, int fd, short ready);
  void TakeAnswers(Connections& connections);
  Reached HowFar(const Transfer& transfer) const;

  EventLoop& loop_;
  HttpSettings settings_;
  std::function<void()> turn_done_;
  std::vector<std::unique_ptr<Transfer>> idle_;  // easy handles to use again
  // When a request that ended since had last had an address, a peer, an answer.
  std::chrono::steady_clock::time_point last_address_{};
  std::chrono::steady_clock::time_point last_peer_{};
  std::chrono::steady_clock::time_point last_answer_{};
  std::unique_ptr<Connections> connections_;        // for new requests
  std::vector<std::unique_ptr<Connections>> left_;  // stuck: what is under way there ends there
};

}  // namespace failover
