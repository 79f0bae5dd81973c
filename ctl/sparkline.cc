#include "ctl/sparkline.h"

#include <algorithm>
#include <array>

namespace failover {

std::string Sparkline(const std::vector<double>& values, std::size_t most, Terminal::Charset charset) {
  static constexpr std::array<const char*, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static constexpr std::array<const char*, 8> kAscii = {"_", ".", ":", "-", "=", "+", "*", "#"};
  const auto& bars = charset == Terminal::Charset::kUtf8 ? kBlocks : kAscii;
  if (values.empty()) return "";
  const auto shown = static_cast<std::ptrdiff_t>(std::min(most, values.size()));
  const double largest = *std::max_element(values.end() - shown, values.end());
  std::string line;
  for (auto value = values.end() - shown; value != values.end(); ++value) {
    const double part = largest > 0 ? *value / largest * static_cast<double>(bars.size()) : 0;
    const auto step = std::min(static_cast<std::size_t>(std::max(part, 0.0)), bars.size() - 1);
    line += *value > 0 ? bars.at(step) : "x";
  }
  return line;
}

}  // namespace failover
