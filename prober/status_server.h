// Serves the status by HTTP: GET /status, /metrics, /healthz and nothing else. The only user of
// evhttp, which bounds neither its connections nor the time of a request; both is done here, around
// it. Runs after root was given up; every byte that comes in is a peer's.
#pragma once

#include <event2/http.h>
#include <event2/listener.h>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "common/event_loop.h"
#include "prober/page_cache.h"
#include "prober/status_listener.h"

namespace failover {

inline constexpr std::size_t kMaxStatusConnections = 64;
// From the first moment of a connection to the last byte of its answer.
inline constexpr std::chrono::seconds kRequestTime{5};
// The same while all connections are taken.
inline constexpr std::chrono::milliseconds kRequestTimeWhenFull{500};

class StatusServer {
 public:
  struct Pages {
    PageCache::Append status;
    PageCache::Append metrics;
    std::function<std::string()> trouble;  // why we are not healthy; empty: we are
  };
  StatusServer(EventLoop& loop, Pages pages);
  ~StatusServer();
  StatusServer(const StatusServer&) = delete;
  StatusServer& operator=(const StatusServer&) = delete;

  // The path is removed at the end.
  std::expected<void, Error> OpenUnix(const std::string& path, const std::string& group);
  // Replaces what was opened so before; nothing closes it.
  std::expected<void, Error> OpenTcp(const std::optional<Endpoint>& endpoint);

  // The settings that the pages are made of are others now.
  void ForgetPages();

  std::size_t connections() const { return connections_.size(); }

 private:
  // evhttp tells nobody when it closes a connection. The inode of a socket tells whether a
  // descriptor still is what it was.
  struct Connection {
    int fd = -1;
    ino_t inode = 0;
    TimePoint begin;
  };
  struct Served {
    PageCache cache;
    std::string type;
    std::vector<evhttp_request*> waiting = {};
  };
  // A socket that http_ accepts from.
  struct Door {
    UniqueFd listener;
    evhttp_bound_socket* bound = nullptr;  // http_'s
  };
  struct Http;

  enum class Accepting { kYes, kPaused };

  void Admit(bufferevent* connection);
  void Enter();
  void Sweep();
  void Tick();
  void SetAccepting(Accepting accepting);
  void Open(Door& door, UniqueFd listener);
  void Close(Door& door);

  void Answer(evhttp_request* request);
  void AnswerWith(evhttp_request* request, Served& served);
  void MakePages();
  void Reply(evhttp_request* request, int code, const std::string& type, Page body);
  void ReplyShort(evhttp_request* request, int code, const std::string& text);

  EventLoop& loop_;
  std::function<std::string()> trouble_;
  Served status_;
  Served metrics_;
  std::string path_;
  std::optional<Endpoint> endpoint_;
  Door unix_;
  Door tcp_;
  std::deque<Connection> connections_;  // oldest first; some may have ended since the last Sweep()
  std::vector<bufferevent*> fresh_;     // accepted, without a descriptor until this turn's end
  std::size_t accepted_ = 0;            // since the last Tick()
  Timer tick_;                          // runs always
  Timer make_;                          // runs while a page is waited for
  std::unique_ptr<event, void (*)(event*)> enter_;
  std::unique_ptr<evhttp, void (*)(evhttp*)> http_;
};

}  // namespace failover
