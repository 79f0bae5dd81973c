#include "prober/connections.h"

#include "prober/api_answer.h"
#include "prober/cloudflare_api.h"

namespace failover {
namespace {

std::expected<ConnectorId, Error> ReadId(const dom::object& connector) {
  std::string_view text;
  const auto member = Member(connector, "id");
  if (!member || member->get(text) != simdjson::SUCCESS) return Fail("id: not a string");
  const auto id = ConnectorId::Parse(text);
  if (!id) return Fail("id: not a UUID");
  return *id;
}

std::expected<Connection, Error> ReadConnection(const dom::element& item) {
  dom::object object;
  if (item.get(object) != simdjson::SUCCESS) return Fail("not an object");
  if (const auto once = NoneTwice(object, {"opened_at", "is_pending_reconnect"}); !once) {
    return std::unexpected(once.error());
  }
  std::string_view text;
  const auto opened_at = Member(object, "opened_at");
  if (!opened_at || opened_at->get(text) != simdjson::SUCCESS) return Fail("opened_at: not a string");
  const auto time = ParseCloudflareTime(text);
  if (!time) return Fail("opened_at: not a time");
  bool pending = false;
  const auto member = Member(object, "is_pending_reconnect");
  if (!member || member->get(pending) != simdjson::SUCCESS) {
    return Fail("is_pending_reconnect: not a boolean");
  }
  return Connection{.opened_at = *time,
      .state = pending ? Connection::State::kPendingReconnect : Connection::State::kServes};
}

std::expected<Connector, Error> ReadConnector(const dom::element& item) {
  dom::object object;
  if (item.get(object) != simdjson::SUCCESS) return Fail("not an object");
  if (const auto once = NoneTwice(object, {"id", "conns"}); !once) return std::unexpected(once.error());
  const auto id = ReadId(object);
  if (!id) return std::unexpected(id.error());
  Connector connector{.id = *id};
  dom::array items;
  const auto conns = Member(object, "conns");
  if (!conns) return connector;  // that is how a list without items may be written
  if (conns->get(items) != simdjson::SUCCESS) return Fail("conns: not a list");
  for (const dom::element connection : items) {
    const auto read = ReadConnection(connection);
    if (!read)
      return Fail("conns[" + std::to_string(connector.connections.size()) + "]: " + read.error().message);
    connector.connections.push_back(*read);
  }
  return connector;
}

std::expected<Connectors, Error> ReadConnectors(const dom::object& root) {
  dom::array items;
  const auto result = Member(root, "result");
  if (!result || result->get(items) != simdjson::SUCCESS) return Fail("result: not a list");
  Connectors connectors;
  for (const dom::element item : items) {
    auto read = ReadConnector(item);
    if (!read) return Fail("result[" + std::to_string(connectors.size()) + "]: " + read.error().message);
    connectors.push_back(std::move(*read));
  }
  return connectors;
}

}  // namespace

std::string ConnectionsUrl(std::string_view base, std::string_view account, const TunnelId& tunnel) {
  return TunnelUrl(base, account, tunnel) + "/connections";
}

std::expected<Connectors, Error> ParseConnections(std::string_view body) {
  return ParseBody(body, &ReadConnectors);
}

std::expected<Connectors, Reason> JudgeConnections(const HttpAnswer& answer) {
  return Judge(answer, &ReadConnectors);
}

}  // namespace failover
