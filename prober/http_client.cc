#include "prober/http_client.h"

#include <curl/curl.h>
#include <glog/logging.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <utility>

namespace failover {
namespace {

// HTTP/1.1 needs a connection for each request in flight; with fewer libcurl closes and opens one
// for every request, which costs fifteen times the CPU.
constexpr long kMaxConnections = 128;
constexpr const char* kUserAgent = "failover-monitor/" FAILOVER_VERSION;
// A connection is given up after this: a changed address or a stuck peer heals itself.
constexpr long kMaxConnectionAge = 300;  // seconds

// Only a libcurl that lacks the option fails here, and then nothing below can be relied on.
template <typename Value>
void SetEasy(CURL* handle, CURLoption option, Value value) {
  CHECK_EQ(curl_easy_setopt(handle, option, value), CURLE_OK) << "option " << option;
}

template <typename Value>
void SetMulti(CURLM* multi, CURLMoption option, Value value) {
  CHECK_EQ(curl_multi_setopt(multi, option, value), CURLM_OK) << "option " << option;
}

long Milliseconds(std::chrono::nanoseconds time) {
  return std::max<long>(1, std::chrono::ceil<std::chrono::milliseconds>(time).count());
}

// A dead path under an HTTP/2 connection that is kept alive would fail every request on it for a
// quarter of an hour: the kernel's own patience. Ours ends with the request.
int LimitPatience(void* settings, curl_socket_t fd, curlsocktype /*purpose*/) noexcept {
  const auto patience =
      static_cast<unsigned>(Milliseconds(static_cast<const HttpSettings*>(settings)->timeout));
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof(patience));
  return CURL_SOCKOPT_OK;
}

void SetTrust(CURL* handle, const std::string& ca_file) {
  SetEasy(handle, CURLOPT_PROTOCOLS_STR, "https");
  SetEasy(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  SetEasy(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  SetEasy(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  SetEasy(handle, CURLOPT_FOLLOWLOCATION, 0L);
  // The parsed bundle is cached only while no CAPATH is set; libcurl's own bundle stays CAINFO.
  if (!ca_file.empty()) SetEasy(handle, CURLOPT_CAINFO, ca_file.c_str());
  SetEasy(handle, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  SetEasy(handle, CURLOPT_CA_CACHE_TIMEOUT, 24L * 3600);
}

void SetLimits(CURL* handle, const HttpSettings& settings) {
  SetEasy(handle, CURLOPT_TIMEOUT_MS, Milliseconds(settings.timeout));
  SetEasy(handle, CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(settings.timeout / 2));
  SetEasy(handle, CURLOPT_MAXLIFETIME_CONN, kMaxConnectionAge);
  SetEasy(handle, CURLOPT_SOCKOPTFUNCTION, &LimitPatience);
  SetEasy(handle, CURLOPT_SOCKOPTDATA, const_cast<HttpSettings*>(&settings));
  SetEasy(handle, CURLOPT_NOSIGNAL, 1L);
  SetEasy(handle, CURLOPT_QUICK_EXIT, 1L);
}

short ToEvents(int what) {
  return static_cast<short>((what == CURL_POLL_OUT ? 0 : EV_READ) | (what == CURL_POLL_IN ? 0 : EV_WRITE));
}

}  // namespace

// One request: a libcurl easy handle, used again and again.
class HttpClient::Transfer {
 public:
  explicit Transfer(const HttpSettings& settings);

  void Prepare(const std::string& url, const std::string& token, Done done);
  HttpAnswer TakeAnswer(CURLcode code, NameLookup lookup);  // once after each Prepare()
  Done TakeDone() { return std::move(done_); }

  CURL* handle() const { return handle_.get(); }
  std::chrono::steady_clock::time_point begin() const { return begin_; }
  bool sent() const;
  bool looked_up() const;
  // Forgets what came of it so far: it is sent again over another connection.
  void BeginAgain();

 private:
  using List = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

  static std::size_t Write(const char* data, std::size_t size, std::size_t count, void* self) noexcept;

  List headers_{nullptr, &curl_slist_free_all};  // outlives its use by handle_
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle_{curl_easy_init(), &curl_easy_cleanup};
  std::string body_;
  std::size_t expected_ = 0;  // bytes of the next body, so that it seldom has to grow
  enum class Body { kFits, kTooLarge } body_state_ = Body::kFits;
  Done done_;
  std::chrono::steady_clock::time_point begin_;
  unsigned requests_ = 0;
};

HttpClient::Transfer::Transfer(const HttpSettings& settings) {
  CHECK(handle_ != nullptr) << "out of memory";
  SetTrust(handle(), settings.ca_file);
  SetLimits(handle(), settings);
  SetEasy(handle(), CURLOPT_USERAGENT, kUserAgent);
  SetEasy(handle(), CURLOPT_ACCEPT_ENCODING, "");
  SetEasy(handle(), CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  SetEasy(handle(), CURLOPT_PIPEWAIT, 1L);
  SetEasy(handle(), CURLOPT_WRITEFUNCTION, &Transfer::Write);
  SetEasy(handle(), CURLOPT_WRITEDATA, this);
  SetEasy(handle(), CURLOPT_PRIVATE, this);
}

void HttpClient::Transfer::Prepare(const std::string& url, const std::string& token, Done done) {
  const std::string authorization = "Authorization: Bearer " + token;
  List headers(curl_slist_append(nullptr, authorization.c_str()), &curl_slist_free_all);
  CHECK(headers != nullptr && curl_slist_append(headers.get(), "Accept: application/json"))
      << "out of memory";
  SetEasy(handle(), CURLOPT_HTTPHEADER, headers.get());
  headers_ = std::move(headers);
  SetEasy(handle(), CURLOPT_URL, url.c_str());
  done_ = std::move(done);
  BeginAgain();
}

void HttpClient::Transfer::BeginAgain() {
  body_.clear();
  body_state_ = Body::kFits;
  ++requests_;
  begin_ = std::chrono::steady_clock::now();
}

std::size_t HttpClient::Transfer::Write(
    const char* data, std::size_t size, std::size_t count, void* self) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t bytes = size * count;
  if (transfer.body_.empty()) transfer.body_.reserve(transfer.expected_);
  if (bytes > kMaxBody - transfer.body_.size()) {
    transfer.body_state_ = Body::kTooLarge;
    return 0;  // libcurl ends the transfer
  }
  transfer.body_.append(data, bytes);
  return bytes;
}

bool HttpClient::Transfer::sent() const {
  long size = 0;  // bytes of the request
  curl_easy_getinfo(handle(), CURLINFO_REQUEST_SIZE, &size);
  return size > 0;
}

bool HttpClient::Transfer::looked_up() const {
  curl_off_t lookup = 0;  // microseconds; 0 while nothing was resolved
  curl_easy_getinfo(handle(), CURLINFO_NAMELOOKUP_TIME_T, &lookup);
  return lookup > 0 || sent();
}

HttpAnswer HttpClient::Transfer::TakeAnswer(CURLcode code, NameLookup lookup) {
  HttpAnswer answer{.transport = TransportOf(code, lookup)};
  answer.elapsed = std::chrono::steady_clock::now() - begin_;
  answer.requests = std::exchange(requests_, 0);
  if (body_state_ == Body::kTooLarge) answer.transport = Transport::kTooLarge;
  if (answer.transport != Transport::kAnswered) return answer;
  long status = 0;
  curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  curl_off_t retry_after = 0;  // seconds; 0 if the header is absent
  curl_easy_getinfo(handle(), CURLINFO_RETRY_AFTER, &retry_after);
  if (retry_after > 0) answer.retry_after = std::chrono::seconds(retry_after);
  expected_ = body_.size() + 64;  // the parser copies a body that has no room behind its end
  answer.body = std::move(body_);
  return answer;
}

struct HttpClient::Curl {
  static int OnSocket(CURL* /*easy*/, curl_socket_t fd, int what, void* self, void* /*unused*/) noexcept {
    auto& client = *static_cast<HttpClient*>(self);
    client.watches_.erase(fd);
    if (what == CURL_POLL_REMOVE) return 0;
    client.watches_.try_emplace(fd, client.loop_, fd, ToEvents(what), [&client, fd](short ready) {
      client.OnReady(
          fd, (ready & EV_READ ? CURL_CSELECT_IN : 0) | (ready & EV_WRITE ? CURL_CSELECT_OUT : 0));
    });
    return 0;
  }

  static int OnTimer(CURLM* /*multi*/, long milliseconds, void* self) noexcept {
    Timer& timer = static_cast<HttpClient*>(self)->timer_;
    timer.Stop();
    if (milliseconds >= 0) timer.Start(std::chrono::milliseconds(milliseconds));
    return 0;
  }

  explicit Curl(HttpClient* client) : multi(curl_multi_init()) {
    CHECK(multi != nullptr) << "out of memory";
    SetMulti(multi, CURLMOPT_SOCKETFUNCTION, &OnSocket);
    SetMulti(multi, CURLMOPT_SOCKETDATA, client);
    SetMulti(multi, CURLMOPT_TIMERFUNCTION, &OnTimer);
    SetMulti(multi, CURLMOPT_TIMERDATA, client);
    SetMulti(multi, CURLMOPT_MAXCONNECTS, kMaxConnections);
  }
  Curl(const Curl&) = delete;
  ~Curl() { curl_multi_cleanup(multi); }
  CURLM* multi;
};

HttpClient::HttpClient(EventLoop& loop, HttpSettings settings, std::function<void()> turn_done)
    : loop_(loop), settings_(std::move(settings)), turn_done_(std::move(turn_done)),
      timer_(loop, [this] { OnReady(CURL_SOCKET_TIMEOUT, 0); }) {
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  CHECK_EQ(initialized, CURLE_OK);
  curl_ = std::make_unique<Curl>(this);
}

HttpClient::~HttpClient() {
  for (const auto& transfer : running_) curl_multi_remove_handle(curl_->multi, transfer->handle());
}

void HttpClient::Get(const std::string& url, const std::string& token, Done done) {
  if (idle_.empty()) idle_.push_back(std::make_unique<Transfer>(settings_));
  std::unique_ptr<Transfer> transfer = std::move(idle_.back());
  idle_.pop_back();
  transfer->Prepare(url, token, std::move(done));
  CHECK_EQ(curl_multi_add_handle(curl_->multi, transfer->handle()), CURLM_OK);
  running_.push_back(std::move(transfer));
}

void HttpClient::OnReady(int fd, int events) {
  int running = 0;
  const CURLMcode code = curl_multi_socket_action(curl_->multi, fd, events, &running);
  LOG_IF(ERROR, code != CURLM_OK) << "libcurl: " << curl_multi_strerror(code);
  TakeAnswers();
}

void HttpClient::TakeAnswers() {
  std::vector<std::pair<Transfer*, CURLcode>> ended;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(curl_->multi, &left)) {
    char* owner = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
    auto* transfer = reinterpret_cast<Transfer*>(owner);
    ended.emplace_back(transfer, message->data.result);
    if (transfer->looked_up()) last_lookup_ = std::chrono::steady_clock::now();
  }
  if (ended.empty()) return;
  std::vector<std::pair<Done, HttpAnswer>> answers;
  bool stuck = false;
  for (const auto& [transfer, code] : ended) {
    if (code == CURLE_OK) last_answer_ = std::chrono::steady_clock::now();
    const bool unanswered = transfer->sent() && last_answer_ < transfer->begin();
    stuck = stuck || (code == CURLE_OPERATION_TIMEDOUT && unanswered);
    // A request that waits for another one's connection has no look-up of its own.
    const auto lookup = last_lookup_ >= transfer->begin() ? NameLookup::kDone : NameLookup::kNotDone;
    answers.emplace_back(transfer->TakeDone(), transfer->TakeAnswer(code, lookup));
    curl_multi_remove_handle(curl_->multi, transfer->handle());
    for (auto& running : running_) {
      if (running.get() == transfer) idle_.push_back(std::move(running));
    }
    std::erase(running_, nullptr);
  }
  if (stuck) LeaveConnections();
  for (auto& [done, answer] : answers) done(std::move(answer));
  turn_done_();
}

// A peer that acknowledges bytes and answers nothing looks alive to the kernel, and libcurl would
// put each next request on that same HTTP/2 connection. What is under way begins again.
void HttpClient::LeaveConnections() {
  for (const auto& transfer : running_) curl_multi_remove_handle(curl_->multi, transfer->handle());
  curl_.reset();
  watches_.clear();
  timer_.Stop();
  curl_ = std::make_unique<Curl>(this);
  for (const auto& transfer : running_) {
    transfer->BeginAgain();
    CHECK_EQ(curl_multi_add_handle(curl_->multi, transfer->handle()), CURLM_OK);
  }
}

Transport TransportOf(int curl_code, NameLookup lookup) {
  using enum Transport;
  static const std::map<int, Transport> kMeanings = {{CURLE_OK, kAnswered},
      {CURLE_COULDNT_RESOLVE_HOST, kDns}, {CURLE_COULDNT_RESOLVE_PROXY, kDns},
      {CURLE_COULDNT_CONNECT, kConnect}, {CURLE_INTERFACE_FAILED, kConnect}, {CURLE_SSL_CONNECT_ERROR, kTls},
      {CURLE_PEER_FAILED_VERIFICATION, kTls}, {CURLE_SSL_CACERT_BADFILE, kTls},
      {CURLE_SSL_CERTPROBLEM, kTls}, {CURLE_SSL_CIPHER, kTls}, {CURLE_SSL_ISSUER_ERROR, kTls},
      {CURLE_SSL_INVALIDCERTSTATUS, kTls}, {CURLE_USE_SSL_FAILED, kTls}, {CURLE_PARTIAL_FILE, kInterrupted},
      {CURLE_GOT_NOTHING, kInterrupted}, {CURLE_SEND_ERROR, kInterrupted}, {CURLE_RECV_ERROR, kInterrupted},
      {CURLE_HTTP2, kInterrupted}, {CURLE_HTTP2_STREAM, kInterrupted},
      {CURLE_WEIRD_SERVER_REPLY, kInterrupted}, {CURLE_BAD_CONTENT_ENCODING, kInterrupted},
      {CURLE_FILESIZE_EXCEEDED, kTooLarge}};
  if (curl_code == CURLE_OPERATION_TIMEDOUT) return lookup == NameLookup::kDone ? kTimeout : kDns;
  const auto found = kMeanings.find(curl_code);
  return found == kMeanings.end() ? kInternal : found->second;  // our own trouble: memory, options
}

}  // namespace failover
