#include "prober/http_client.h"

#include <curl/curl.h>
#include <glog/logging.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <map>

#include "prober/loopback.h"

namespace failover {
namespace {

// HTTP/1.1 needs a connection for each request in flight; with fewer libcurl closes and opens one
// for every request, which costs fifteen times the CPU.
constexpr long kMaxConnections = 128;
// libcurl sends again what a server leaves unanswered on a kept connection, five times if it is let.
constexpr unsigned kMaxTries = 2;
// A connection is given up after this: a changed address or a stuck peer heals itself.
constexpr long kMaxConnectionAge = 300;  // seconds

// Only a libcurl that lacks the option fails here, and then nothing below can be relied on.
void SetEasy(CURL* handle, CURLoption option, auto value) {
  CHECK_EQ(curl_easy_setopt(handle, option, value), CURLE_OK) << "option " << option;
}

void SetMulti(CURLM* multi, CURLMoption option, auto value) {
  CHECK_EQ(curl_multi_setopt(multi, option, value), CURLM_OK) << "option " << option;
}

long Milliseconds(std::chrono::nanoseconds time) {
  return std::max<long>(1, std::chrono::ceil<std::chrono::milliseconds>(time).count());
}

// A dead path under an HTTP/2 connection that is kept alive would fail every request on it for a
// quarter of an hour: the kernel's own patience. Ours ends with the request.
int LimitPatience(void* settings, curl_socket_t fd, curlsocktype /*purpose*/) noexcept {
  const auto patience = static_cast<int>(Milliseconds(static_cast<HttpSettings*>(settings)->timeout));
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof(patience));
  return CURL_SOCKOPT_OK;
}

// Whatever the address to ask says.
curl_socket_t OpenLoopback(void* /*unused*/, curlsocktype /*purpose*/, curl_sockaddr* to) noexcept {
  return IsLoopback(to->addr) ? socket(to->family, to->socktype, to->protocol) : CURL_SOCKET_BAD;
}

void SetPeer(CURL* handle, const HttpSettings& settings) {
  SetEasy(handle, CURLOPT_FOLLOWLOCATION, 0L);
  if (settings.peer == HttpSettings::Peer::kThisHost) {
    SetEasy(handle, CURLOPT_PROTOCOLS_STR, "http");
    SetEasy(handle, CURLOPT_OPENSOCKETFUNCTION, &OpenLoopback);
    return SetEasy(handle, CURLOPT_PROXY, "");
  }
  SetEasy(handle, CURLOPT_PROTOCOLS_STR, "https");
  SetEasy(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  SetEasy(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  SetEasy(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  // The parsed bundle is cached only while no CAPATH is set; libcurl's own bundle stays CAINFO.
  if (!settings.ca_file.empty()) SetEasy(handle, CURLOPT_CAINFO, settings.ca_file.c_str());
  SetEasy(handle, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  SetEasy(handle, CURLOPT_CA_CACHE_TIMEOUT, 24L * 3600);
}

void SetLimits(CURL* handle, const HttpSettings& settings) {
  SetEasy(handle, CURLOPT_TIMEOUT_MS, Milliseconds(settings.timeout));
  SetEasy(handle, CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(settings.timeout / 2));
  SetEasy(handle, CURLOPT_MAXLIFETIME_CONN, kMaxConnectionAge);
  SetEasy(handle, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(settings.max_body));
  SetEasy(handle, CURLOPT_SOCKOPTFUNCTION, &LimitPatience);
  SetEasy(handle, CURLOPT_SOCKOPTDATA, const_cast<HttpSettings*>(&settings));
  SetEasy(handle, CURLOPT_NOSIGNAL, 1L);
  SetEasy(handle, CURLOPT_QUICK_EXIT, 1L);
}

}  // namespace

// One request: a libcurl easy handle, used again and again.
class HttpClient::Transfer {
 public:
  explicit Transfer(const HttpSettings& settings);

  void Prepare(const std::string& url, const std::string& token, Done done);
  std::pair<Done, HttpAnswer> Take(CURLcode code, Reached reached);  // once after each Prepare()

  CURL* handle() const { return handle_.get(); }
  std::chrono::steady_clock::time_point begin() const { return begin_; }
  bool had_address() const { return Info<curl_off_t>(CURLINFO_NAMELOOKUP_TIME_T) > 0 || sent(); }
  bool had_peer() const { return Info<long>(CURLINFO_NUM_CONNECTS) > 0 || sent(); }
  bool sent() const { return tries_ > 0; }

 private:
  using List = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;
  template <typename Value>
  Value Info(CURLINFO what) const {  // 0 if libcurl does not know it
    Value value = 0;
    curl_easy_getinfo(handle(), what, &value);
    return value;
  }

  static int BeforeSending(void* self, char* peer, char* local, int peer_port, int local_port) noexcept;
  static std::size_t Write(const char* data, std::size_t size, std::size_t count, void* self) noexcept;

  List headers_{nullptr, &curl_slist_free_all};  // outlives its use by handle_
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle_{curl_easy_init(), &curl_easy_cleanup};
  std::string body_;
  std::size_t max_body_;
  std::size_t expected_ = 0;  // bytes of a body: as the last one, so that it seldom grows
  enum class Body { kFits, kTooLarge } body_state_ = Body::kFits;
  Done done_;
  std::chrono::steady_clock::time_point begin_;
  unsigned tries_ = 0;
};

HttpClient::Transfer::Transfer(const HttpSettings& settings) : max_body_(settings.max_body) {
  CHECK(handle_ != nullptr) << "out of memory";
  SetPeer(handle(), settings);
  SetLimits(handle(), settings);
  SetEasy(handle(), CURLOPT_USERAGENT, "failover-monitor/" FAILOVER_VERSION);
  SetEasy(handle(), CURLOPT_ACCEPT_ENCODING, "");
  SetEasy(handle(), CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  SetEasy(handle(), CURLOPT_PIPEWAIT, 1L);
  SetEasy(handle(), CURLOPT_PREREQFUNCTION, &Transfer::BeforeSending);
  SetEasy(handle(), CURLOPT_PREREQDATA, this);
  SetEasy(handle(), CURLOPT_WRITEFUNCTION, &Transfer::Write);
  SetEasy(handle(), CURLOPT_WRITEDATA, this);
}

void HttpClient::Transfer::Prepare(const std::string& url, const std::string& token, Done done) {
  List headers(curl_slist_append(nullptr, "Accept: application/json"), &curl_slist_free_all);
  const std::string authorization = token.empty() ? "Authorization:" : "Authorization: Bearer " + token;
  CHECK(headers && curl_slist_append(headers.get(), authorization.c_str())) << "out of memory";
  SetEasy(handle(), CURLOPT_HTTPHEADER, headers.get());
  headers_ = std::move(headers);
  SetEasy(handle(), CURLOPT_URL, url.c_str());
  done_ = std::move(done);
  body_.clear();
  body_state_ = Body::kFits;
  tries_ = 0;
  begin_ = std::chrono::steady_clock::now();
}

int HttpClient::Transfer::BeforeSending(
    void* self, char* /*peer*/, char* /*local*/, int /*peer_port*/, int /*local_port*/) noexcept {
  return ++static_cast<Transfer*>(self)->tries_ > kMaxTries ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

std::size_t HttpClient::Transfer::Write(
    const char* data, std::size_t size, std::size_t count, void* self) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t bytes = size * count;
  if (transfer.body_.empty()) transfer.body_.reserve(transfer.expected_);
  if (bytes > transfer.max_body_ - transfer.body_.size()) {
    transfer.body_state_ = Body::kTooLarge;
    return 0;  // libcurl ends the transfer
  }
  transfer.body_.append(data, bytes);
  return bytes;
}

std::pair<HttpClient::Done, HttpAnswer> HttpClient::Transfer::Take(CURLcode code, Reached reached) {
  HttpAnswer answer{.transport = TransportOf(code, reached)};
  answer.elapsed = std::chrono::steady_clock::now() - begin_;
  answer.requests = std::clamp(tries_, 1U, kMaxTries);
  if (body_state_ == Body::kTooLarge) answer.transport = Transport::kTooLarge;
  if (answer.transport != Transport::kAnswered) return {std::move(done_), std::move(answer)};
  answer.status = static_cast<int>(Info<long>(CURLINFO_RESPONSE_CODE));
  const auto retry_after = Info<curl_off_t>(CURLINFO_RETRY_AFTER);  // seconds; 0 without the header
  if (retry_after > 0) answer.retry_after = std::chrono::seconds(retry_after);
  expected_ = body_.size() + 64;  // the parser copies a body that has no room behind it
  answer.body = std::move(body_);
  return {std::move(done_), std::move(answer)};
}

// A libcurl multi handle: connections that are kept, and the requests that run on them.
struct HttpClient::Connections {
  static int OnSocket(CURL* /*easy*/, curl_socket_t fd, int what, void* self, void* /*unused*/) noexcept {
    auto& us = *static_cast<Connections*>(self);
    us.watches.erase(fd);
    if (what == CURL_POLL_REMOVE) return 0;
    const int events = (what == CURL_POLL_OUT ? 0 : EV_READ) | (what == CURL_POLL_IN ? 0 : EV_WRITE);
    us.watches.try_emplace(fd, us.client.loop_, fd, static_cast<short>(events),
        [&us, fd](short ready) { us.client.OnReady(us, fd, ready); });
    return 0;
  }
  static int OnTimer(CURLM* /*multi*/, long milliseconds, void* self) noexcept {
    Timer& timer = static_cast<Connections*>(self)->timer;
    milliseconds < 0 ? timer.Stop() : timer.Start(std::chrono::milliseconds(milliseconds));
    return 0;
  }
  explicit Connections(HttpClient& owner)
      : client(owner), timer(owner.loop_, [this] { client.OnReady(*this, CURL_SOCKET_TIMEOUT, 0); }),
        multi(curl_multi_init()) {
    CHECK(multi != nullptr) << "out of memory";
    SetMulti(multi, CURLMOPT_SOCKETFUNCTION, &OnSocket);
    SetMulti(multi, CURLMOPT_SOCKETDATA, this);
    SetMulti(multi, CURLMOPT_TIMERFUNCTION, &OnTimer);
    SetMulti(multi, CURLMOPT_TIMERDATA, this);
    SetMulti(multi, CURLMOPT_MAXCONNECTS, kMaxConnections);
  }
  ~Connections() {
    for (const auto& transfer : running) curl_multi_remove_handle(multi, transfer->handle());
    curl_multi_cleanup(multi);  // calls back
  }

  std::unique_ptr<Transfer> Take(CURL* handle) {
    curl_multi_remove_handle(multi, handle);
    const auto at = std::ranges::find(running, handle, &Transfer::handle);
    std::unique_ptr<Transfer> taken = std::move(*at);
    running.erase(at);
    return taken;
  }
  HttpClient& client;
  Timer timer;
  std::map<int, FdWatch> watches;
  std::vector<std::unique_ptr<Transfer>> running;
  CURLM* multi;
};

HttpClient::HttpClient(EventLoop& loop, HttpSettings settings, std::function<void()> turn_done)
    : loop_(loop), settings_(std::move(settings)), turn_done_(std::move(turn_done)) {
  CHECK_EQ(curl_global_init(CURL_GLOBAL_DEFAULT), CURLE_OK);  // only counts after the first
  connections_ = std::make_unique<Connections>(*this);
}
HttpClient::~HttpClient() = default;

void HttpClient::Get(const std::string& url, const std::string& token, Done done) {
  std::erase_if(left_, [](const auto& connections) { return connections->running.empty(); });
  if (idle_.empty()) idle_.push_back(std::make_unique<Transfer>(settings_));
  std::unique_ptr<Transfer> transfer = std::move(idle_.back());
  idle_.pop_back();
  transfer->Prepare(url, token, std::move(done));
  CHECK_EQ(curl_multi_add_handle(connections_->multi, transfer->handle()), CURLM_OK);
  connections_->running.push_back(std::move(transfer));
}

void HttpClient::OnReady(Connections& connections, int fd, short ready) {
  const int events =
      ((ready & EV_READ) != 0 ? CURL_CSELECT_IN : 0) | ((ready & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0);
  int running = 0;
  const CURLMcode code = curl_multi_socket_action(connections.multi, fd, events, &running);
  LOG_IF(ERROR, code != CURLM_OK) << "libcurl: " << curl_multi_strerror(code);
  TakeAnswers(connections);
}

// A request that waits for another one's connection has no address and no peer of its own.
Reached HttpClient::HowFar(const Transfer& transfer) const {
  if (transfer.sent()) return Reached::kSent;
  if (last_peer_ >= transfer.begin()) return Reached::kPeer;
  return last_address_ >= transfer.begin() ? Reached::kAddress : Reached::kNothing;
}

void HttpClient::TakeAnswers(Connections& connections) {
  std::vector<std::pair<std::unique_ptr<Transfer>, CURLcode>> ended;
  const auto now = std::chrono::steady_clock::now();
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(connections.multi, &left)) {
    const CURLcode code = message->data.result;  // gone with the handle
    ended.emplace_back(connections.Take(message->easy_handle), code);
    if (ended.back().first->had_address()) last_address_ = now;
    if (ended.back().first->had_peer()) last_peer_ = now;
    if (code == CURLE_OK) last_answer_ = now;
  }
  if (ended.empty()) return;
  std::vector<std::pair<Done, HttpAnswer>> answers;
  bool stuck = false;
  for (auto& [transfer, code] : ended) {
    stuck |= code == CURLE_OPERATION_TIMEDOUT && transfer->sent() && last_answer_ < transfer->begin();
    answers.push_back(transfer->Take(code, HowFar(*transfer)));
    idle_.push_back(std::move(transfer));
  }
  // A peer that acknowledges bytes and answers nothing looks alive to the kernel, and libcurl would
  // put each next request on that same HTTP/2 connection.
  if (stuck && &connections == connections_.get()) {
    left_.push_back(std::exchange(connections_, std::make_unique<Connections>(*this)));
  }
  for (auto& [done, answer] : answers) done(std::move(answer));
  turn_done_();  // may destroy the connections
}

Transport TransportOf(int curl_code, Reached reached) {
  using enum Transport;
  static const std::map<int, Transport> kMeanings = {{CURLE_OK, kAnswered},
      {CURLE_COULDNT_RESOLVE_HOST, kDns}, {CURLE_COULDNT_RESOLVE_PROXY, kDns},
      {CURLE_COULDNT_CONNECT, kConnect}, {CURLE_INTERFACE_FAILED, kConnect}, {CURLE_SSL_CONNECT_ERROR, kTls},
      {CURLE_PEER_FAILED_VERIFICATION, kTls}, {CURLE_SSL_CACERT_BADFILE, kTls},
      {CURLE_SSL_CERTPROBLEM, kTls}, {CURLE_SSL_CIPHER, kTls}, {CURLE_SSL_ISSUER_ERROR, kTls},
      {CURLE_SSL_INVALIDCERTSTATUS, kTls}, {CURLE_USE_SSL_FAILED, kTls}, {CURLE_SEND_ERROR, kInterrupted},
      {CURLE_RECV_ERROR, kInterrupted}, {CURLE_HTTP2, kInterrupted}, {CURLE_FILESIZE_EXCEEDED, kTooLarge}};
  if (curl_code == CURLE_OPERATION_TIMEDOUT && reached == Reached::kNothing) return kDns;
  if (curl_code == CURLE_OPERATION_TIMEDOUT) return reached == Reached::kAddress ? kConnect : kTimeout;
  if (curl_code == CURLE_OUT_OF_MEMORY && reached == Reached::kSent) return kTooLarge;  // a line of the head
  if (const auto found = kMeanings.find(curl_code); found != kMeanings.end()) return found->second;
  // Once it is sent, what is wrong is the answer; before, it is our own: memory, options.
  return reached == Reached::kSent ? kInterrupted : kInternal;
}

}  // namespace failover
