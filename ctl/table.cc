#include "ctl/table.h"

#include <algorithm>

#include "ctl/text.h"

namespace failover {

std::string Table::Print(const Terminal& terminal) const {
  std::vector<std::size_t> widths(header_.size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths.at(i) = std::max(widths[i], Width(row[i].text));
  }
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (widths[i] > 0) widths[i] = std::max(widths[i], Width(header_[i]));
  }
  std::string text;
  const auto add = [&](const std::vector<Cell>& row) {
    std::string line;
    std::size_t owed = 0;  // blanks before the next cell that has something
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (widths[i] == 0) continue;
      const std::size_t width = Width(row[i].text);
      if (width > 0) line += std::string(owed, ' ') + terminal.Paint(row[i].tint, row[i].text);
      owed = (width > 0 ? 0 : owed) + widths[i] - width + 2;
    }
    text += line + "\n";
  };
  std::vector<Cell> header;
  header.reserve(header_.size());
  for (const std::string& name : header_) header.emplace_back(name, Tint::kTitle);
  add(header);
  for (const auto& row : rows_) add(row);
  return text;
}

}  // namespace failover
