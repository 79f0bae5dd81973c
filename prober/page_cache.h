// A page that is made in pieces and kept for a second: however many ask for it, it is made once.
// Pure; the clock is passed in.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "common/clock.h"
#include "prober/status_page.h"

namespace failover {

inline constexpr std::chrono::seconds kPageAge{1};

using Page = std::shared_ptr<const std::string>;

class PageCache {
 public:
  // Appends the piece of that number to the text.
  using Append = std::function<Piece(std::size_t number, std::string& out)>;
  explicit PageCache(Append append) : append_(std::move(append)) {}

  // The page if it is new enough; nothing if Work() has to make it. While somebody still holds the
  // one before it, the present one stays good: there are never more than two, and one in the making.
  Page Get(TimePoint now) const;

  // Makes the next piece. True if the page is whole now, and what Get() will give.
  enum class Progress { kUnfinished, kWhole };
  Progress Work(TimePoint now);

  // What the page is made of has another shape: what was begun begins anew, what is kept is old.
  void Forget();

 private:
  Append append_;
  std::string text_;  // in the making
  std::size_t number_ = 0;
  Page page_;
  std::weak_ptr<const std::string> before_;
  TimePoint made_;
};

}  // namespace failover
