// JudgeList() on any body, and Listing on what comes of it: a known status needs proof, and a
// tunnel is missing only where the page agrees with itself.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "prober/api_answer.h"
#include "prober/cloudflare_api.h"
#include "prober/listing.h"
#include "tests/fuzz/property.h"

namespace failover {
namespace {

void CheckPage(const HttpAnswer& answer, const TunnelList& page) {
  MustHold(answer.status == 200, "a page comes with 200 alone");
  const auto envelope = ParseEnvelope(answer.body);
  MustHold(envelope && envelope->success == Envelope::Success::kYes, "success");
  MustHold(envelope->error_codes.empty(), "no errors");
  MustHold(page.per_page > 0, "a page has a size");
  for (const ListedTunnel& tunnel : page.tunnels) {
    MustHold((tunnel.health.status == TunnelStatus::kUnknown) == (tunnel.health.reason != Reason::kNone),
        "a reason exactly for UNKNOWN");
  }
}

void CheckListing(const TunnelList& page) {
  Listing listing(Use::kRound);
  const auto fresh = listing.Took(1, page);
  MustHold(fresh.size() <= page.tunnels.size(), "nothing is made up");
  for (const ListedTunnel& tunnel : fresh) MustHold(listing.Saw(tunnel.id), "what is told was seen");
  if (listing.pages() > 1) listing.Abandon();
  MustHold(listing.ended(), "one page");
  if (listing.rest() != Listing::Rest::kMissing) return;
  MustHold(fresh.size() == page.total_count && page.unreadable == 0, "a whole list, each tunnel once");
}

}  // namespace
}  // namespace failover

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace failover;
  for (const int status : std::array{200, 404, 429, 500}) {
    const HttpAnswer answer{.transport = Transport::kAnswered,
        .status = status,
        .body = std::string(reinterpret_cast<const char*>(data), size),
        .retry_after = {}};
    const auto page = JudgeList(answer);
    if (!page) {
      MustHold(page.error() != Reason::kNone, "a reason for no page");
      continue;
    }
    CheckPage(answer, *page);
    CheckListing(*page);
  }
  return 0;
}
