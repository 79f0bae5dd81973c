// What the status socket may answer to a shell of root's: nothing that failoverctl shows of it obeys a
// terminal, and every view of it ends.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "ctl/explanation.h"
#include "ctl/health_check.h"
#include "ctl/status_reader.h"
#include "ctl/status_view.h"
#include "ctl/text.h"
#include "tests/fuzz/property.h"

static void MustBeText(std::string text) {
  std::erase(text, '\n');
  failover::MustHold(failover::Printable(text) == text, "only text is shown");
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace failover;
  ProtobufMustBeSilent();
  const auto status = ParseStatus({reinterpret_cast<const char*>(data), size});
  if (!status) return 0;
  MustBeText(DescribeStatus(*status, {.tunnel = {}, .sparklines = StatusView::Sparklines::kYes}, {}));
  MustBeText(Describe(Check(*status, {})));
  MustBeText(ToJson(Check(*status, {})).text());
  for (const status::Tunnel& tunnel : status->tunnels()) {
    MustBeText(Describe(Explain(*status, tunnel), {}));
    MustBeText(ToJson(Explain(*status, tunnel)).text());
  }
  MustHold(ParseStatus(PrintStatus(*status)).has_value(), "what is printed as JSON can be read");
  return 0;
}
