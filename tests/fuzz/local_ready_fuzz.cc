// JudgeReady() on whatever stands on a local port: an id needs a good answer, and the id's own text.
#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>

#include "prober/local_ready.h"
#include "tests/fuzz/property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace failover;
  const std::string body(reinterpret_cast<const char*>(data), size);
  for (const int status : std::array{200, 404, 503}) {
    const auto id =
        JudgeReady({.transport = Transport::kAnswered, .status = status, .body = body, .retry_after = {}});
    if (!id) continue;
    MustHold(status != 404, "cloudflared answers 200 or 503");
    MustHold(ConnectorId::Parse(id->ToString()) == *id, "a UUID");
    MustHold(body.find("connectorId") != body.npos || body.find('\\') != body.npos, "its name stands there");
  }
  return 0;
}
