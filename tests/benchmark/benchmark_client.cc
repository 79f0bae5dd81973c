// The prober's HTTPS client and parser alone, in a row of rounds, without the API budget that
// allows the whole prober 100 requests in a second. Test code.
//   benchmark_client URL CA_FILE TUNNELS ACCOUNTS single|list ROUNDS PACE_MS
// Prints a line for each round: nanoseconds of wall time, nanoseconds of CPU time, requests sent.
// The first line is the first round, with the first connection. Exit status 1 if any tunnel was not
// healthy: its work was not done.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "common/event_loop.h"
#include "prober/cloudflare_api.h"
#include "prober/http_client.h"

namespace failover {
namespace {

constexpr std::size_t kInFlight = 100;  // as the prober

std::int64_t Clock(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * 1'000'000'000L + now.tv_nsec;
}

std::string Hex(std::size_t value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%0*zx", digits, value);
  return text.data();
}

// What is asked: a tunnel, or a page of an account's list.
struct Request {
  std::string url;
  std::optional<TunnelId> tunnel;
  std::size_t expected = 1;  // healthy tunnels in the answer
};

std::vector<Request> Requests(const std::string& url, std::size_t tunnels, std::size_t accounts, bool list) {
  std::vector<Request> requests;
  const std::size_t each = tunnels / accounts;
  for (std::size_t i = 0; i < tunnels && !list; ++i) {
    const auto id = TunnelId::Parse("00000000-0000-4000-8000-" + Hex(i, 12));
    requests.push_back({.url = TunnelUrl(url, Hex(i / each, 32), *id), .tunnel = id});
  }
  for (std::size_t i = 0; i < accounts && list; ++i) {
    for (std::size_t page = 0; page * kTunnelsPerPage < each; ++page) {
      requests.push_back({.url = ListUrl(url, Hex(i, 32), static_cast<unsigned>(page + 1)),
          .tunnel = {},
          .expected = std::min<std::size_t>(kTunnelsPerPage, each - page * kTunnelsPerPage)});
    }
  }
  return requests;
}

class Rounds {
 public:
  Rounds(const std::string& ca_file, std::vector<Request> requests, std::size_t rounds,
      std::chrono::milliseconds pace)
      : requests_(std::move(requests)), left_(rounds), pace_(pace),
        http_(loop_, {.ca_file = ca_file, .timeout = std::chrono::seconds(30)}, [this] { OnTurnDone(); }),
        next_(loop_, [this] { Begin(); }) {}

  int Run() {
    next_.Start(std::chrono::seconds(0));
    loop_.Run();
    return failed_ == 0 ? 0 : 1;
  }

 private:
  void Begin() {
    asked_ = answered_ = sent_ = 0;
    wall_ = Clock(CLOCK_MONOTONIC);
    cpu_ = Clock(CLOCK_PROCESS_CPUTIME_ID);
    AskMore();
  }

  void AskMore() {
    for (; asked_ < requests_.size() && asked_ - answered_ < kInFlight; ++asked_) {
      const Request& request = requests_[asked_];
      http_.Get(request.url, "cfat_0123456789abcdefghijklmnopqrstuvwxyz",
          [this, &request](const HttpAnswer& answer) { OnAnswer(request, answer); });
    }
  }

  void OnAnswer(const Request& request, const HttpAnswer& answer) {
    ++answered_;
    sent_ += answer.requests;
    std::size_t healthy = 0;
    if (request.tunnel) {
      healthy = JudgeAnswer(answer, *request.tunnel).status == TunnelStatus::kHealthy ? 1 : 0;
    } else if (const auto list = JudgeList(answer)) {
      for (const ListedTunnel& tunnel : list->tunnels) {
        healthy += tunnel.health.status == TunnelStatus::kHealthy ? 1 : 0;
      }
    }
    if (healthy == request.expected) return;
    ++failed_;
    std::fprintf(stderr, "%s: %zu healthy of %zu\n", request.url.c_str(), healthy, request.expected);
  }

  void OnTurnDone() {
    if (answered_ < requests_.size()) return AskMore();
    std::printf(
        "%ld %ld %u\n", Clock(CLOCK_MONOTONIC) - wall_, Clock(CLOCK_PROCESS_CPUTIME_ID) - cpu_, sent_);
    if (--left_ == 0) return loop_.Stop();
    next_.Start(pace_);
  }

  const std::vector<Request> requests_;
  std::size_t left_;
  std::chrono::milliseconds pace_;
  EventLoop loop_;
  HttpClient http_;
  Timer next_;
  std::size_t asked_ = 0;
  std::size_t answered_ = 0;
  std::size_t failed_ = 0;
  unsigned sent_ = 0;
  std::int64_t wall_ = 0;
  std::int64_t cpu_ = 0;
};

int Main(const std::vector<std::string>& arguments) {
  if (arguments.size() != 7) return 64;
  const bool list = arguments[4] == "list";
  auto requests = Requests(arguments[0], std::stoul(arguments[2]), std::stoul(arguments[3]), list);
  Rounds rounds(arguments[1], std::move(requests), std::stoul(arguments[5]),
      std::chrono::milliseconds(std::stol(arguments[6])));
  return rounds.Run();
}

}  // namespace
}  // namespace failover

int main(int argc, char** argv) { return failover::Main({argv + 1, argv + argc}); }
