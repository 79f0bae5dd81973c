// What standard output is: a terminal, with how many columns, with colour or without. Colour only on
// a terminal, and not if NO_COLOR is set (no-color.org) or TERM is dumb.
#pragma once

#include <string>
#include <string_view>

namespace failover {

enum class Tint { kNone, kGood, kWarn, kBad, kDim, kTitle };

struct Terminal {
  enum class Kind { kFile, kScreen } kind = Kind::kFile;
  enum class Colour { kOff, kOn } colour = Colour::kOff;
  enum class Charset { kAscii, kUtf8 } charset = Charset::kAscii;
  std::size_t columns = 100;
  std::size_t rows = 0;  // 0: endless

  // The same text where colour is off.
  std::string Paint(Tint tint, std::string_view text) const;
};

// By isatty(3), the window's size, NO_COLOR, TERM and the locale, which the caller has set.
Terminal LookAtTerminal(int fd);

// Asks on the terminal and reads a line; true for y or yes. False without a terminal on both sides.
enum class Answer { kYes, kNo, kNobodyThere };
Answer Ask(const std::string& question);

}  // namespace failover
