#include "prober/page_cache.h"

#include <utility>

namespace failover {

Page PageCache::Get(TimePoint now) const {
  const bool good = page_ != nullptr && (now - made_ < kPageAge || !before_.expired());
  return good ? page_ : nullptr;
}

PageCache::Progress PageCache::Work(TimePoint now) {
  if (append_(number_++, text_) == Piece::kMoreFollow) return Progress::kUnfinished;
  before_ = page_;
  page_ = std::make_shared<const std::string>(std::move(text_));
  made_ = now;
  text_.clear();
  number_ = 0;
  return Progress::kWhole;
}

void PageCache::Forget() {
  text_.clear();
  number_ = 0;
  page_.reset();
}

}  // namespace failover
