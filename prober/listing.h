// One listing of an account's tunnels, from its first page to its last. Pure. Pages come one by
// one while tunnels come and go: only a listing that is whole and agrees with itself can say that a
// tunnel is missing.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "common/tunnel_id.h"
#include "prober/cloudflare_api.h"
#include "prober/request_queue.h"
#include "prober/tunnel_health.h"

namespace failover {

class Listing {
 public:
  // The first page is under way from now on.
  explicit Listing(Use use) : use_(use) {}

  // A page came: the tunnels in it that no page named before. Tells after page 1 how many pages
  // there are, of which the others are then under way.
  std::vector<ListedTunnel> Took(unsigned page, const TunnelList& list);
  // A page was asked and gave none.
  void Failed(Reason reason);
  // A page will not be asked; so that nothing is said about the tunnels on it.
  void Dropped();
  // The pages after the first will not be asked.
  void Abandon();

  Use use() const { return use_; }
  std::uint64_t pages() const { return pages_; }  // 1 until the first page came
  bool ended() const { return under_way_ == 0; }

  bool Saw(const TunnelId& id) const { return seen_.contains(id); }
  // What an ended listing says about the tunnels that it did not see.
  enum class Rest { kMissing, kFailed, kNothing };
  Rest rest() const;
  Reason failure() const { return failure_; }  // the first one; kNone

 private:
  void Compare(unsigned page, const TunnelList& list);

  Use use_;
  std::uint64_t pages_ = 1;
  std::uint64_t under_way_ = 1;  // pages that wait or are in flight
  std::set<TunnelId> seen_;
  Reason failure_ = Reason::kNone;
  enum class Agreement { kYes, kNo } agreement_ = Agreement::kYes;
  std::optional<std::uint64_t> total_;
  std::uint64_t per_page_ = 0;
  std::uint64_t counted_ = 0;
};

}  // namespace failover
