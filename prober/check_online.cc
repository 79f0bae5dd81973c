#include "prober/check_online.h"

#include <algorithm>
#include <chrono>
#include <iomanip>

#include "common/event_loop.h"
#include "common/log.h"
#include "prober/check_schedule.h"
#include "prober/cloudflare_api.h"
#include "prober/http_client.h"

namespace failover {
namespace {

class OnlineCheck {
 public:
  explicit OnlineCheck(const Settings& settings)
      : settings_(settings), results_(settings.tunnels.size()),
        http_(loop_, {.ca_file = settings.api_ca_file, .timeout = settings.api_timeout},
            [this] { AskMore(); }) {}

  std::vector<OnlineResult> Run() {
    AskMore();
    if (answered_ < results_.size()) loop_.Run();
    return std::move(results_);
  }

 private:
  void AskMore() {
    if (answered_ == results_.size()) return loop_.Stop();
    for (; asked_ < results_.size() && asked_ - answered_ < kMaxInFlight; ++asked_) Ask(asked_);
  }

  void Ask(std::size_t at) {
    const WatchedTunnel& tunnel = settings_.tunnels[at];
    http_.Get(TunnelUrl(settings_.api_base_url, tunnel.account_id, tunnel.id), tunnel.token,
        [this, at, id = tunnel.id](HttpAnswer answer) {
          const TunnelHealth health = JudgeAnswer(answer, id);
          results_[at] = {settings_.tunnels[at].label, health, std::move(answer)};
          ++answered_;
        });
  }

  const Settings& settings_;
  std::vector<OnlineResult> results_;
  std::size_t asked_ = 0;
  std::size_t answered_ = 0;
  EventLoop loop_;
  HttpClient http_;
};

std::int64_t Milliseconds(const HttpAnswer& answer) {
  return std::chrono::round<std::chrono::milliseconds>(answer.elapsed).count();
}

// A label is printable UTF-8; two characters of it have a meaning in JSON.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

void PrintJson(const std::vector<OnlineResult>& results, std::ostream& out) {
  out << "[";
  for (std::string_view separator = "\n"; const OnlineResult& result : results) {
    out << separator << "  {\"tunnel\": " << Quoted(result.tunnel)
        << ", \"status\": " << Quoted(Name(result.health.status))
        << ", \"reason\": " << Quoted(Name(result.health.reason))
        << ", \"http_status\": " << result.answer.status
        << ", \"milliseconds\": " << Milliseconds(result.answer) << "}";
    separator = ",\n";
  }
  out << "\n]\n";
}

void PrintTable(const std::vector<OnlineResult>& results, std::ostream& out) {
  std::size_t width = std::string_view("TUNNEL").size();
  for (const OnlineResult& result : results) width = std::max(width, result.tunnel.size());
  const auto row = [&](std::string_view tunnel, std::string_view status, std::string_view reason,
                       std::string_view http, std::string_view ms) {
    out << std::left << std::setw(static_cast<int>(width)) << tunnel << "  " << std::setw(8) << status
        << "  " << std::setw(14) << reason << "  " << std::right << std::setw(4) << http << "  "
        << std::setw(6) << ms << "\n";
  };
  row("TUNNEL", "STATUS", "REASON", "HTTP", "MS");
  for (const OnlineResult& result : results) {
    const bool known = result.health.reason == Reason::kNone;
    row(result.tunnel, Name(result.health.status), known ? "-" : Name(result.health.reason),
        result.answer.status == 0 ? "-" : std::to_string(result.answer.status),
        std::to_string(Milliseconds(result.answer)));
  }
  for (const OnlineResult& result : results) {
    if (result.health.reason == Reason::kNone) continue;
    out << result.tunnel << ": " << Explain(result.health.reason) << "\n";
  }
}

}  // namespace

std::vector<OnlineResult> AskOnce(const Settings& settings) { return OnlineCheck(settings).Run(); }

void Print(const std::vector<OnlineResult>& results, Options::Format format, std::ostream& out) {
  switch (format) {
    case Options::Format::kTable: return PrintTable(results, out);
    case Options::Format::kJson: return PrintJson(results, out);
  }
}

int ExitStatus(const std::vector<OnlineResult>& results) {
  return std::ranges::all_of(results, [](const auto& r) { return r.health.reason == Reason::kNone; }) ? 0
                                                                                                      : 1;
}

}  // namespace failover
