// How many log lines a peer may cause: some at once, and so many more as time goes by.
#pragma once

#include <algorithm>
#include <string>

namespace failover {

class LineBudget {
 public:
  // At most `burst` at once, and `per_tick` more with each Tick().
  void Bound(unsigned burst, unsigned per_tick) {
    burst_ = allowed_ = burst;
    per_tick_ = per_tick;
  }
  void Tick() { allowed_ = std::min(burst_, allowed_ + per_tick_); }

  // False: this line is left out. Appends to the next one how many were.
  bool Allows(std::string& line) {
    if (allowed_ == 0) return ++left_out_ == 0;
    --allowed_;
    if (left_out_ > 0) line += " (" + std::to_string(left_out_) + " lines left out before)";
    left_out_ = 0;
    return true;
  }

 private:
  unsigned burst_ = 0;
  unsigned per_tick_ = 0;
  unsigned allowed_ = 0;
  unsigned left_out_ = 0;
};

}  // namespace failover
