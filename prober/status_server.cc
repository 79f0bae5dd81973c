#include "prober/status_server.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <glog/logging.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "common/log.h"
#include "prober/host_header.h"

namespace failover {
namespace {

constexpr ev_ssize_t kMaxHeaders = 4096;  // bytes
constexpr ev_ssize_t kMaxBody = 1024;     // bytes, of a request that is refused anyway
constexpr std::size_t kMaxUnread = 8192;  // bytes that a peer may send on while it is answered
constexpr std::chrono::milliseconds kTick{100};
constexpr std::chrono::milliseconds kTickWhenFull{10};
constexpr std::chrono::seconds kIdleTick{1};
// However fast they come: so many in a tick cost less than a tenth of it.
constexpr std::size_t kMaxAccepts = 64;
// So long a page is worked on in one turn of the loop.
constexpr std::chrono::microseconds kWork{1000};

constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kJson = "application/json; charset=utf-8";
constexpr const char* kMetrics = "text/plain; version=0.0.4; charset=utf-8";

constexpr auto kEveryMethod = static_cast<ev_uint16_t>(
    EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE |
    EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE | EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH);

ino_t InodeOf(int fd) {
  struct stat status{};
  return fstat(fd, &status) == 0 ? status.st_ino : 0;
}

bool CameByTcp(evhttp_request* request) {
  bufferevent* connection = evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));
  int family = AF_UNSPEC;
  socklen_t size = sizeof(family);
  getsockopt(bufferevent_getfd(connection), SOL_SOCKET, SO_DOMAIN, &family, &size);
  return family != AF_UNIX;
}

const char* Phrase(int code) {
  switch (code) {
    case 200: return "OK";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    default: return "Service Unavailable";
  }
}

}  // namespace

// What libevent calls.
struct StatusServer::Http {
  static bufferevent* OnConnection(event_base* base, void* self) noexcept {
    bufferevent* connection = bufferevent_socket_new(base, -1, 0);
    if (connection != nullptr) static_cast<StatusServer*>(self)->Admit(connection);
    return connection;
  }
  static void OnRequest(evhttp_request* request, void* self) noexcept {
    static_cast<StatusServer*>(self)->Answer(request);
  }
  static void OnFresh(int /*fd*/, short /*what*/, void* self) noexcept {
    static_cast<StatusServer*>(self)->Enter();
  }
  static void OnAcceptError(evconnlistener* listener, void* /*evhttp*/) noexcept {
    evconnlistener_disable(listener);  // no descriptor is free; the next tick tries again
  }
  static void Release(const void* /*data*/, std::size_t /*size*/, void* page) noexcept {
    const std::unique_ptr<Page> last(static_cast<Page*>(page));
  }
  static void OnWords(int severity, const char* words) noexcept {
    LOG_IF(WARNING, severity >= EVENT_LOG_WARN) << "libevent: " << Escape(words);
  }
};

StatusServer::StatusServer(EventLoop& loop, Pages pages)
    : loop_(loop), trouble_(std::move(pages.trouble)),
      status_{.cache = PageCache(std::move(pages.status)), .type = kJson},
      metrics_{.cache = PageCache(std::move(pages.metrics)), .type = kMetrics},
      tick_(loop, [this] { Tick(); }), make_(loop, [this] { MakePages(); }),
      enter_(event_new(loop.base(), -1, 0, &Http::OnFresh, this), &event_free),
      http_(evhttp_new(loop.base()), &evhttp_free) {
  CHECK(http_ != nullptr && enter_ != nullptr) << "out of memory";
  event_set_log_callback(&Http::OnWords);
  evhttp_set_bevcb(http_.get(), &Http::OnConnection, this);
  evhttp_set_gencb(http_.get(), &Http::OnRequest, this);
  evhttp_set_allowed_methods(http_.get(), kEveryMethod);  // what is refused is refused by us, with 405
  evhttp_set_max_headers_size(http_.get(), kMaxHeaders);
  evhttp_set_max_body_size(http_.get(), kMaxBody);
  evhttp_set_timeout(http_.get(), kRequestTime.count());
  tick_.Start(kIdleTick);
}

StatusServer::~StatusServer() {
  if (!path_.empty()) unlink(path_.c_str());
}

void StatusServer::Open(Door& door, UniqueFd listener) {
  Close(door);
  door.listener = std::move(listener);
  evconnlistener* accepting =
      evconnlistener_new(loop_.base(), nullptr, nullptr, LEV_OPT_CLOSE_ON_EXEC, 0, door.listener.get());
  CHECK(accepting != nullptr) << "out of memory";
  evconnlistener_set_error_cb(accepting, &Http::OnAcceptError);
  door.bound = evhttp_bind_listener(http_.get(), accepting);
  CHECK(door.bound != nullptr) << "out of memory";
}

void StatusServer::Close(Door& door) {
  if (door.bound != nullptr) evhttp_del_accept_socket(http_.get(), std::exchange(door.bound, nullptr));
  door.listener.reset();
}

std::expected<void, Error> StatusServer::OpenUnix(const std::string& path, const std::string& group) {
  auto listener = ListenUnix(path, group);
  if (!listener) return std::unexpected(listener.error());
  LOG_IF(WARNING, !listener->warning.empty()) << "Status: " << Escape(listener->warning);
  path_ = path;
  Open(unix_, std::move(listener->fd));
  return {};
}

std::expected<void, Error> StatusServer::OpenTcp(const std::optional<Endpoint>& endpoint) {
  if (endpoint == endpoint_) return {};
  Close(tcp_);
  endpoint_.reset();
  if (!endpoint) return {};
  auto listener = ListenTcp(*endpoint);
  if (!listener) return std::unexpected(listener.error());
  Open(tcp_, std::move(*listener));
  endpoint_ = endpoint;
  LOG(INFO) << "Status: served on " << ToString(*endpoint);
  LOG_IF(WARNING, !IsLoopback(endpoint->address))
      << "Status: " << ToString(*endpoint) << " is no loopback address: whoever reaches it reads the status";
  return {};
}

void StatusServer::ForgetPages() {
  status_.cache.Forget();
  metrics_.cache.Forget();
}

void StatusServer::SetAccepting(Accepting accepting) {
  for (const Door* door : {&unix_, &tcp_}) {
    if (door->bound == nullptr) continue;
    evconnlistener* listener = evhttp_bound_socket_get_listener(door->bound);
    accepting == Accepting::kYes ? evconnlistener_enable(listener) : evconnlistener_disable(listener);
  }
}

// A connection was accepted; evhttp gives it its descriptor when we return.
void StatusServer::Admit(bufferevent* connection) {
  // Whoever sends on and on while it is answered fills its own pipe, not our memory.
  bufferevent_setwatermark(connection, EV_READ, 0, kMaxUnread);
  fresh_.push_back(connection);
  event_active(enter_.get(), 0, 0);
  const auto all = [this] { return connections_.size() + fresh_.size(); };
  if (all() >= kMaxStatusConnections) Sweep();
  if (all() >= kMaxStatusConnections || ++accepted_ >= kMaxAccepts) SetAccepting(Accepting::kPaused);
  if (accepted_ == 1) tick_.Start(kTick);
}

// Still in the turn of the loop that accepted them, so that none of them can have ended.
void StatusServer::Enter() {
  for (bufferevent* connection : std::exchange(fresh_, {})) {
    const int fd = bufferevent_getfd(connection);
    connections_.push_back({.fd = fd, .inode = InodeOf(fd), .begin = BootClock::now()});
  }
}

void StatusServer::Sweep() {
  std::erase_if(connections_, [](const Connection& one) { return InodeOf(one.fd) != one.inode; });
}

void StatusServer::Tick() {
  Sweep();
  const bool full = connections_.size() >= kMaxStatusConnections;
  const auto limit = full ? std::chrono::nanoseconds(kRequestTimeWhenFull) : kRequestTime;
  const TimePoint now = BootClock::now();
  for (const Connection& one : connections_) {
    // evhttp sees the end of the stream, or cannot write on, and closes it.
    if (now - one.begin >= limit) shutdown(one.fd, SHUT_RDWR);
  }
  accepted_ = 0;
  if (!full) SetAccepting(Accepting::kYes);
  const std::chrono::milliseconds rest = connections_.empty() ? kIdleTick : kTick;
  tick_.Start(full ? kTickWhenFull : rest);
}

void StatusServer::Answer(evhttp_request* request) {
  const evhttp_uri* uri = evhttp_request_get_evhttp_uri(request);
  const char* path = evhttp_uri_get_path(uri);
  const std::string asked = path == nullptr ? "" : path;
  const char* host = evhttp_find_header(evhttp_request_get_input_headers(request), "Host");
  if (CameByTcp(request) && JudgeHost(host == nullptr ? "" : host) == Host::kForeign) {
    return ReplyShort(request, 403, "Ask by this host's address or as localhost, not by another name.\n");
  }
  if (evhttp_request_get_command(request) != EVHTTP_REQ_GET) {
    evhttp_add_header(evhttp_request_get_output_headers(request), "Allow", "GET");
    return ReplyShort(request, 405, "Only GET is answered here.\n");
  }
  if (asked == "/status") return AnswerWith(request, status_);
  if (asked == "/metrics") return AnswerWith(request, metrics_);
  if (asked != "/healthz") return ReplyShort(request, 404, "Here are /status, /metrics and /healthz.\n");
  const std::string trouble = trouble_();
  if (trouble.empty()) return ReplyShort(request, 200, "ok\n");
  ReplyShort(request, 503, trouble + "\n");
}

void StatusServer::AnswerWith(evhttp_request* request, Served& served) {
  if (const Page page = served.cache.Get(BootClock::now())) return Reply(request, 200, served.type, page);
  served.waiting.push_back(request);
  if (!make_.running()) make_.Start(std::chrono::nanoseconds::zero());
}

// Each turn of the loop a little, so that nothing else waits.
void StatusServer::MakePages() {
  for (Served* served : {&status_, &metrics_}) {
    const TimePoint begin = BootClock::now();
    while (!served->waiting.empty() && BootClock::now() - begin < kWork) {
      if (served->cache.Work(BootClock::now()) == PageCache::Progress::kUnfinished) continue;
      const Page page = served->cache.Get(BootClock::now());
      for (evhttp_request* request : std::exchange(served->waiting, {})) {
        Reply(request, 200, served->type, page);
      }
    }
  }
  const bool more = !status_.waiting.empty() || !metrics_.waiting.empty();
  if (more) make_.Start(std::chrono::nanoseconds::zero());
}

// The page is shared by all who get it, until the last of them has it.
void StatusServer::Reply(evhttp_request* request, int code, const std::string& type, Page body) {
  evkeyvalq* headers = evhttp_request_get_output_headers(request);
  evhttp_add_header(headers, "Content-Type", type.c_str());
  evhttp_add_header(headers, "Cache-Control", "no-store");
  evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
  evhttp_add_header(headers, "Connection", "close");
  const std::unique_ptr<evbuffer, void (*)(evbuffer*)> buffer(evbuffer_new(), &evbuffer_free);
  CHECK(buffer != nullptr) << "out of memory";
  auto held = std::make_unique<Page>(std::move(body));
  if (evbuffer_add_reference(buffer.get(), (*held)->data(), (*held)->size(), &Http::Release, held.get()) ==
      0) {
    [[maybe_unused]] const Page* evhttps = held.release();
  }
  evhttp_send_reply(request, code, Phrase(code), buffer.get());
}

void StatusServer::ReplyShort(evhttp_request* request, int code, const std::string& text) {
  Reply(request, code, kText, std::make_shared<const std::string>(text));
}

}  // namespace failover
