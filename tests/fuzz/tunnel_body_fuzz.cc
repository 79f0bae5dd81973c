// JudgeAnswer() on any body: a known status needs proof that it is about the tunnel asked for.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "prober/api_answer.h"
#include "prober/cloudflare_api.h"
#include "tests/fuzz/property.h"

namespace failover {
namespace {

void CheckKnown(const HttpAnswer& answer, TunnelStatus status, const TunnelId& asked) {
  MustHold(answer.status == 200, "a known status comes with 200 alone");
  const auto envelope = ParseEnvelope(answer.body);
  MustHold(envelope && envelope->success == Envelope::Success::kYes, "success");
  MustHold(envelope->error_codes.empty(), "no errors");
  const auto facts = ParseTunnel(answer.body);
  MustHold(facts && facts->id == asked, "about the tunnel asked for");
  MustHold(facts->existence == Existence::kExists, "which is not deleted");
  MustHold(facts->status == Name(status), "in the API's own word");
}

}  // namespace
}  // namespace failover

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace failover;
  static const TunnelId asked = *TunnelId::Parse("f70ff985-a4ef-4643-bbbc-4a0ed4fc8415");
  for (const int status : std::array{200, 404, 429, 500}) {
    const HttpAnswer answer{.transport = Transport::kAnswered,
        .status = status,
        .body = std::string(reinterpret_cast<const char*>(data), size),
        .retry_after = {}};
    const TunnelHealth health = JudgeAnswer(answer, asked);
    MustHold((health.status == TunnelStatus::kUnknown) == (health.reason != Reason::kNone),
        "a reason exactly for UNKNOWN");
    MustHold(!ToString(health).empty(), "a status and a reason that have names");
    if (health.status != TunnelStatus::kUnknown) CheckKnown(answer, health.status, asked);
  }
  return 0;
}
