#include "prober/local_ready.h"

#include "prober/api_answer.h"

namespace failover {
namespace {

// cloudflared's metrics package: the ports that it tries where --metrics says none.
constexpr int kFirstPort = 20241;
constexpr int kLastPort = 20245;
constexpr std::string_view kLocalhost = "localhost:";

std::string ReadyUrl(const std::string& address) { return "http://" + address + "/ready"; }

}  // namespace

std::vector<std::string> ReadyUrls(std::string_view local_metrics) {
  std::vector<std::string> urls;
  if (local_metrics == "auto") {
    for (int port = kFirstPort; port <= kLastPort; ++port) {
      urls.push_back(ReadyUrl("127.0.0.1:" + std::to_string(port)));
    }
  } else if (local_metrics.starts_with(kLocalhost)) {
    urls.push_back(ReadyUrl("127.0.0.1:" + std::string(local_metrics.substr(kLocalhost.size()))));
  } else {
    urls.push_back(ReadyUrl(std::string(local_metrics)));
  }
  return urls;
}

std::expected<ConnectorId, Error> ParseReady(std::string_view body) {
  const auto root = ParseObject(body);
  if (!root) return std::unexpected(root.error());
  std::string_view text;
  const auto member = Member(*root, "connectorId");
  if (!member || member->get(text) != simdjson::SUCCESS) return Fail("connectorId: not a string");
  const auto id = ConnectorId::Parse(text);
  if (!id) return Fail("connectorId: not a UUID");
  return *id;
}

std::expected<ConnectorId, Error> JudgeReady(const HttpAnswer& answer) {
  if (answer.transport != Transport::kAnswered) return Fail("no answer");
  if (answer.status != 200 && answer.status != 503) return Fail("HTTP " + std::to_string(answer.status));
  return ParseReady(answer.body);
}

}  // namespace failover
