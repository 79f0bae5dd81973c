// The newest 60 values of a series, for a sparkline. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace failover {

inline constexpr std::size_t kRecentValues = 60;

class RecentValues {
 public:
  void Add(float value) { values_[added_++ % kRecentValues] = value; }

  // Oldest first.
  std::vector<float> InOrder() const {
    std::vector<float> values;
    const std::size_t first = added_ > kRecentValues ? added_ - kRecentValues : 0;
    for (std::size_t i = first; i < added_; ++i) values.push_back(values_[i % kRecentValues]);
    return values;
  }

 private:
  std::array<float, kRecentValues> values_{};
  std::size_t added_ = 0;
};

}  // namespace failover
