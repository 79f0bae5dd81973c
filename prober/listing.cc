#include "prober/listing.h"

#include <algorithm>

namespace failover {

void Listing::Compare(unsigned page, const TunnelList& list) {
  if (!total_) {
    total_ = list.total_count;
    per_page_ = list.per_page;
  }
  counted_ += list.count;
  const bool agrees = list.page == page && list.total_count == *total_ && list.per_page == per_page_ &&
                      list.count == list.tunnels.size() && list.unreadable == 0;
  if (!agrees) agreement_ = Agreement::kNo;
}

std::vector<ListedTunnel> Listing::Took(unsigned page, const TunnelList& list) {
  --under_way_;
  Compare(page, list);
  std::vector<ListedTunnel> fresh;
  for (const ListedTunnel& tunnel : list.tunnels) {
    if (seen_.insert(tunnel.id).second) {
      fresh.push_back(tunnel);
    } else {
      agreement_ = Agreement::kNo;  // tunnels moved from page to page
    }
  }
  if (page == 1) {
    pages_ = std::max<std::uint64_t>(
        1, list.total_count / list.per_page + (list.total_count % list.per_page != 0 ? 1 : 0));
    under_way_ += pages_ - 1;
  }
  return fresh;
}

void Listing::Failed(Reason reason) {
  --under_way_;
  if (failure_ == Reason::kNone) failure_ = reason;
}

void Listing::Dropped() {
  --under_way_;
  agreement_ = Agreement::kNo;
}

void Listing::Abandon() {
  under_way_ = 0;
  agreement_ = Agreement::kNo;
}

Listing::Rest Listing::rest() const {
  if (failure_ != Reason::kNone) return Rest::kFailed;
  const bool whole = agreement_ == Agreement::kYes && total_ && counted_ == *total_;
  return whole ? Rest::kMissing : Rest::kNothing;
}

}  // namespace failover
