// Columns that line up. A column whose cells are all empty is left out.
#pragma once

#include <string>
#include <vector>

#include "ctl/terminal.h"

namespace failover {

struct Cell {  // a text stands for itself
  explicit(false) Cell(std::string words, Tint colour = Tint::kNone)
      : text(std::move(words)), tint(colour) {}
  explicit(false) Cell(const char* words) : text(words) {}

  std::string text;
  Tint tint = Tint::kNone;
};

class Table {
 public:
  explicit Table(std::vector<std::string> header) : header_(std::move(header)) {}

  void Add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  // Lines, each ended; no blanks at their ends.
  std::string Print(const Terminal& terminal) const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace failover
