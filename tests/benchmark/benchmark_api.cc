// A stand-in for api.cloudflare.com that is never the bottleneck: bodies of the real size, made and
// compressed before they are asked for, over plain HTTP/1.1 on loopback. nginx in front of it
// speaks TLS and HTTP/2. Test code; serves whoever connects.
//   benchmark_api PORT TUNNELS ACCOUNTS
// Tunnel i belongs to account i / (TUNNELS / ACCOUNTS). /control?... changes what is answered:
//   delay=MS           every answer waits so long from now on
//   tunnel=I&status=S  tunnel I has status S; "unauthorized" refuses the question about it
//   all=S              every tunnel has status S
//   told=I             when the first answer since that change was handed over (CLOCK_MONOTONIC, ns)
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <zlib.h>

#include <array>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t kPerPage = 1000;

[[gnu::format(printf, 1, 2)]] std::string Format(const char* format, ...) {
  std::array<char, 512> text{};
  va_list values;
  va_start(values, format);
  const int size = std::vsnprintf(text.data(), text.size(), format, values);
  va_end(values);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string TunnelId(std::size_t index) { return Format("00000000-0000-4000-8000-%012zx", index); }
std::string AccountId(std::size_t index) { return Format("%032zx", index); }

std::int64_t Now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000L + now.tv_nsec;
}

// Ids and times that compress as badly as real ones.
class Noise {
 public:
  std::string Uuid() {
    const auto high = random_();
    const auto low = random_();
    return Format("%08x-%04x-4%03x-a%03x-%012llx", static_cast<unsigned>(high >> 32),
        static_cast<unsigned>(high >> 16 & 0xffff), static_cast<unsigned>(high & 0xfff),
        static_cast<unsigned>(low >> 48 & 0xfff), static_cast<unsigned long long>(low & 0xffffffffffff));
  }
  std::string Time() {
    const auto value = static_cast<unsigned>(random_() >> 32);
    return Format("2026-11-%02uT%02u:%02u:%02u.%06uZ", value % 28 + 1, value / 28 % 24, value / 672 % 60,
        value / 40320 % 60, value % 999983);
  }

 private:
  std::mt19937_64 random_{1};
};

struct Tunnel {
  std::string before_status;
  std::string status = "healthy";
  std::int64_t told = 0;  // 0: not since the change

  std::string Json() const { return before_status + R"("status":")" + status + R"("})"; }
};

// Of one page of a list, as it goes out.
struct Page {
  std::string plain;
  std::string compressed;
};

std::string Gzip(const std::string& text) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

class Accounts {
 public:
  Accounts(std::size_t tunnels, std::size_t accounts) : per_account_(tunnels / accounts) {
    Noise noise;
    for (std::size_t i = 0; i < tunnels; ++i) tunnels_.push_back({.before_status = Describe(i, noise)});
    RenderAll();
  }

  std::size_t size() const { return tunnels_.size(); }
  Tunnel& tunnel(std::size_t index) { return tunnels_.at(index); }
  void Change(std::size_t index, const std::string& status) {
    tunnels_.at(index).status = status;
    tunnels_.at(index).told = 0;
    Render(First(index));
  }
  void ChangeAll(const std::string& status) {
    for (Tunnel& tunnel : tunnels_) tunnel.status = status;
    RenderAll();
  }
  std::size_t per_account() const { return per_account_; }
  // The page that begins with this tunnel.
  const Page& page(std::size_t first) const { return pages_.at(first); }
  std::size_t PageSize(std::size_t first) const {
    return std::min(kPerPage, per_account_ - first % per_account_);
  }

 private:
  std::size_t First(std::size_t index) const {
    const std::size_t in_account = index % per_account_;
    return index - in_account + in_account / kPerPage * kPerPage;
  }

  std::string Describe(std::size_t index, Noise& noise) const {
    std::string text = R"({"id":")" + TunnelId(index) + R"(","account_tag":")" +
                       AccountId(index / per_account_) + R"(","created_at":")" + noise.Time() +
                       R"(","deleted_at":null,"name":"tunnel-)" + std::to_string(index) +
                       R"(","connections":[)";
    const std::string client = noise.Uuid();
    for (int i = 0; i < 4; ++i) {
      const std::string id = noise.Uuid();
      text += std::string(i == 0 ? "" : ",") + R"({"colo_name":"icn0)" + std::to_string(i + 1) +
              R"(","uuid":")" + id + R"(","id":")" + id +
              R"(","is_pending_reconnect":false,"origin_ip":"203.0.113.7","opened_at":")" + noise.Time() +
              R"(","client_id":")" + client + R"(","client_version":"2026.10.0"})";
    }
    return text + R"(],"conns_active_at":")" + noise.Time() +
           R"(","conns_inactive_at":null,"tun_type":"cfd_tunnel","metadata":{},"remote_config":true,)" +
           R"("config_src":"cloudflare",)";
  }

  void RenderAll() {
    for (std::size_t i = 0; i < tunnels_.size(); i += per_account_) {
      for (std::size_t j = 0; j < per_account_; j += kPerPage) Render(i + j);
    }
  }

  void Render(std::size_t first) {
    const std::size_t count = PageSize(first);
    std::string text = R"({"success":true,"errors":[],"messages":[],"result":[)";
    for (std::size_t i = first; i < first + count; ++i) {
      text += (i == first ? "" : ",") + tunnels_[i].Json();
    }
    text += Format(R"(],"result_info":{"count":%zu,"page":%zu,"per_page":%zu,"total_count":%zu}})", count,
        first % per_account_ / kPerPage + 1, kPerPage, per_account_);
    pages_[first] = {.plain = text, .compressed = Gzip(text)};
  }

  std::size_t per_account_;
  std::vector<Tunnel> tunnels_;
  std::map<std::size_t, Page> pages_;
};

class Server {
 public:
  Server(std::uint16_t port, std::size_t tunnels, std::size_t accounts) : accounts_(tunnels, accounts) {
    evhttp_set_gencb(
        http_, [](evhttp_request* request, void* self) { static_cast<Server*>(self)->Answer(request); },
        this);
    evhttp_bound_socket* listener = evhttp_bind_socket_with_handle(http_, "127.0.0.1", port);
    if (listener == nullptr) std::exit(1);
    // Inherited by the connections. A body goes out in pieces, and the second one would wait for the
    // acknowledgement of the first: 40 ms.
    const int on = 1;
    setsockopt(evhttp_bound_socket_get_fd(listener), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  }
  void Run() { event_base_dispatch(base_); }

 private:
  struct Late {
    Server* server;
    evhttp_request* request;
  };

  void Answer(evhttp_request* request) {
    const std::string_view path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
    if (path == "/control") return Control(request);
    if (delay_.tv_sec == 0 && delay_.tv_usec == 0) return AnswerNow(request);
    // nginx never leaves before its answer, so the request is there when its time comes.
    event_base_once(
        base_, -1, EV_TIMEOUT,
        [](int, short, void* late) {
          const auto [server, waiting] = *static_cast<Late*>(late);
          delete static_cast<Late*>(late);
          server->AnswerNow(waiting);
        },
        new Late{this, request}, &delay_);
  }

  // .../accounts/ACCOUNT/cfd_tunnel/TUNNEL or .../accounts/ACCOUNT/cfd_tunnel?...&page=N
  void AnswerNow(evhttp_request* request) {
    const std::string path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
    const std::size_t account = path.find("/accounts/");
    if (account == std::string::npos) return Send(request, 404, "{}", "");
    const std::size_t number = std::strtoul(path.c_str() + account + 10, nullptr, 16);
    if (path.ends_with("/cfd_tunnel")) return List(request, number);
    const std::size_t index = std::strtoul(path.c_str() + path.rfind('-') + 1, nullptr, 16);
    if (index >= accounts_.size()) return Send(request, 404, "{}", "");
    Tunnel& tunnel = accounts_.tunnel(index);
    if (tunnel.status == "unauthorized") return Send(request, 401, "{}", "");
    const std::string body = R"({"success":true,"errors":[],"messages":[],"result":)" + tunnel.Json() + "}";
    Tell(index, 1);
    Send(request, 200, body, "");
  }

  void List(evhttp_request* request, std::size_t account) {
    const std::size_t page = std::strtoul(Parameter(request, "page").c_str(), nullptr, 10);
    const std::size_t first = account * accounts_.per_account() + (page - 1) * kPerPage;
    if (first >= accounts_.size()) return Send(request, 404, "{}", "");
    const char* encodings = evhttp_find_header(evhttp_request_get_input_headers(request), "Accept-Encoding");
    const bool gzip = encodings != nullptr && std::string_view(encodings).contains("gzip");
    const Page& found = accounts_.page(first);
    Tell(first, accounts_.PageSize(first));
    Send(request, 200, gzip ? found.compressed : found.plain, gzip ? "gzip" : "");
  }

  void Tell(std::size_t first, std::size_t count) {
    const std::int64_t now = Now();
    for (std::size_t i = first; i < first + count; ++i) {
      Tunnel& tunnel = accounts_.tunnel(i);
      if (tunnel.told == 0) tunnel.told = now;
    }
  }

  void Control(evhttp_request* request) {
    std::string answer = "{}";
    const std::string delay = Parameter(request, "delay");
    if (!delay.empty()) {
      const long ms = std::strtol(delay.c_str(), nullptr, 10);
      delay_ = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    }
    const std::string tunnel = Parameter(request, "tunnel");
    const std::string told = Parameter(request, "told");
    const std::string all = Parameter(request, "all");
    if (!all.empty()) accounts_.ChangeAll(all);
    if (!tunnel.empty()) accounts_.Change(std::stoul(tunnel), Parameter(request, "status"));
    if (!told.empty()) answer = std::to_string(accounts_.tunnel(std::stoul(told)).told);
    Send(request, 200, answer, "");
  }

  static std::string Parameter(evhttp_request* request, const char* key) {
    const char* query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(request));
    evkeyvalq values{};
    if (query == nullptr || evhttp_parse_query_str(query, &values) != 0) return "";
    const char* value = evhttp_find_header(&values, key);
    std::string text = value == nullptr ? "" : value;
    evhttp_clear_headers(&values);
    return text;
  }

  static void Send(
      evhttp_request* request, int status, const std::string& body, const std::string& encoding) {
    evkeyvalq* headers = evhttp_request_get_output_headers(request);
    evhttp_add_header(headers, "Content-Type", "application/json");
    if (!encoding.empty()) evhttp_add_header(headers, "Content-Encoding", encoding.c_str());
    evbuffer* buffer = evhttp_request_get_output_buffer(request);
    evbuffer_add(buffer, body.data(), body.size());
    evhttp_send_reply(request, status, "answered", nullptr);
  }

  event_base* base_ = event_base_new();
  evhttp* http_ = evhttp_new(base_);
  Accounts accounts_;
  timeval delay_{};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 64;
  Server server(static_cast<std::uint16_t>(std::stoul(argv[1])), std::stoul(argv[2]), std::stoul(argv[3]));
  server.Run();
}
