#include "prober/check_online.h"

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <map>
#include <utility>

#include "common/clock.h"
#include "common/event_loop.h"
#include "common/log.h"
#include "prober/budget_plan.h"
#include "prober/cloudflare_api.h"
#include "prober/http_client.h"
#include "prober/request_queue.h"

namespace failover {
namespace {

// Asks about each tunnel alone, within the API budgets; it knows nothing of a prober that runs.
class OnlineCheck {
 public:
  explicit OnlineCheck(const Settings& settings)
      : settings_(settings), results_(settings.tunnels.size()), more_(loop_, [this] { AskMore(); }),
        http_(loop_, {.ca_file = settings.api_ca_file, .timeout = settings.api_timeout},
            [this] { AskMore(); }) {
    std::map<std::string, std::size_t> budgets;
    for (const WatchedTunnel& tunnel : settings_.tunnels) budgets.try_emplace(BudgetKey(tunnel));
    std::vector<std::string> keys;
    for (auto& [key, index] : budgets) {
      index = keys.size();
      keys.push_back(key);
    }
    const TimePoint now = BootClock::now();
    queue_.Configure(keys, std::chrono::nanoseconds(0), now);
    for (std::size_t i = 0; i < results_.size(); ++i) {
      queue_.Add({.tunnel = i, .budget = budgets.at(BudgetKey(settings_.tunnels[i]))}, now);
    }
  }

  std::vector<OnlineResult> Run() {
    AskMore();
    if (known_ < results_.size()) loop_.Run();
    return std::move(results_);
  }

 private:
  void AskMore() {
    const TimePoint now = BootClock::now();
    while (const auto question = queue_.Take(now)) Ask(*question, now);
    if (known_ == results_.size()) return loop_.Stop();
    if (const auto next = queue_.next()) more_.Start(*next - now);
  }

  void Ask(const Question& question, TimePoint now) {
    queue_.Sent(question, now);
    const WatchedTunnel& tunnel = settings_.tunnels[question.tunnel];
    http_.Get(TunnelUrl(settings_.api_base_url, tunnel.account_id, tunnel.id), tunnel.token,
        [this, question](HttpAnswer answer) { OnAnswer(question, std::move(answer)); });
  }

  void OnAnswer(const Question& question, HttpAnswer answer) {
    const TimePoint now = BootClock::now();
    queue_.SentAgain(question, answer.requests - 1, now);
    queue_.Ended(question.use, now);
    const TunnelHealth health = JudgeAnswer(answer, settings_.tunnels[question.tunnel].id);
    Know(question.tunnel, health, std::move(answer));
    if (health.reason != Reason::kRateLimited) return;
    // The others would be refused as well, and prolong it.
    for (const Question& dropped : queue_.Drop(question.budget)) Know(dropped.tunnel, health, {});
  }

  void Know(std::size_t tunnel, const TunnelHealth& health, HttpAnswer answer) {
    results_[tunnel] = {settings_.tunnels[tunnel].label, health, std::move(answer)};
    ++known_;
  }

  const Settings& settings_;
  std::vector<OnlineResult> results_;
  std::size_t known_ = 0;
  RequestQueue queue_;
  EventLoop loop_;
  Timer more_;
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
