// JudgeConnections() on any body, and PrimaryJudge on what comes of it: a list needs a good answer,
// and a return needs a connector that is ours and one that is not.
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "prober/api_answer.h"
#include "prober/connections.h"
#include "prober/primary.h"
#include "tests/fuzz/property.h"

namespace failover {
namespace {

using Finding = PrimaryJudge::Finding;

void CheckJudge(const Connectors& list) {
  std::set<ConnectorId> all;
  for (const Connector& connector : list) all.insert(connector.id);
  MustHold(PrimaryJudge().Judge(list, {}) == Finding::kOwnUnknown, "nothing is certain without ours");
  MustHold(PrimaryJudge().Judge(list, all) != Finding::kReturned, "ours alone are no return");
  for (const Connector& own : list) {
    PrimaryJudge judge;
    judge.Judge(list, {});
    const Finding first = judge.Judge(list, {own.id});
    MustHold(judge.Judge(list, {own.id}) == first, "the same list, the same finding");
    MustHold(first != Finding::kReturned || all.size() > 1, "a return needs somebody else");
    MustHold((first == Finding::kOwnUnknown) == own.connections.empty() || all.size() < list.size(),
        "ours counts with a connection");
  }
}

}  // namespace
}  // namespace failover

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace failover;
  const std::string body(reinterpret_cast<const char*>(data), size);
  if (const auto time = ParseCloudflareTime(body)) {
    MustHold(size >= 20 && size <= 35, "a time has its length");
    MustHold(*time > CloudflareTime(std::chrono::hours(-24)), "a time after 1969");
  }
  for (const int status : std::array{200, 404, 429, 500}) {
    const HttpAnswer answer{
        .transport = Transport::kAnswered, .status = status, .body = body, .retry_after = {}};
    const auto list = JudgeConnections(answer);
    if (!list) {
      MustHold(list.error() != Reason::kNone, "a reason for no list");
      continue;
    }
    MustHold(status == 200, "a list comes with 200 alone");
    const auto envelope = ParseEnvelope(body);
    MustHold(envelope && envelope->success == Envelope::Success::kYes && envelope->error_codes.empty(),
        "success and no errors");
    if (list->size() <= 64) CheckJudge(*list);
  }
  return 0;
}
