// Prometheus' text format, version 0.0.4: families, samples, labels. Pure; writes at the end of a
// text.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "prober/histogram.h"

namespace failover {

// NAME="VALUE", as it stands in braces; the value escaped.
std::string Label(std::string_view name, std::string_view value);

class MetricText {
 public:
  explicit MetricText(std::string& out) : out_(out) {}

  enum class Type { kGauge, kCounter, kHistogram };
  // Begins a family; its samples follow, all of them before the next family.
  void Family(std::string_view name, Type type, std::string_view help);

  // `labels` as Label() writes them, with commas between; may be empty.
  void Sample(std::string_view name, std::string_view labels, double value);
  void Sample(std::string_view name, std::string_view labels, std::uint64_t value);
  void Samples(std::string_view name, const Histogram& histogram);

  // A family of one sample.
  void One(std::string_view name, Type type, std::string_view help, double value) {
    Family(name, type, help);
    Sample(name, "", value);
  }

 private:
  void Begin(std::string_view name, std::string_view labels);

  std::string& out_;
};

}  // namespace failover
