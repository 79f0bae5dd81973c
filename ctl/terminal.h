// What standard output is: a terminal, with how many columns, with colour or without. Colour only on
// a terminal, and not if NO_COLOR is set (no-color.org) or TERM is dumb.
#pragma once

#include <ostream>
#include <streambuf>
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

// While it lives, what goes to this stream has no byte above 0x7f if it is the stream of a screen whose
// charset is not UTF-8: to an 8-bit terminal the second byte of U+011B is CSI. Such a byte becomes \xHH.
class SevenBits : public std::streambuf {
 public:
  SevenBits(std::ostream& stream, const Terminal& terminal);
  SevenBits(const SevenBits&) = delete;
  SevenBits& operator=(const SevenBits&) = delete;
  ~SevenBits() override { stream_.rdbuf(behind_); }

 protected:
  int_type overflow(int_type character) override;
  int sync() override { return behind_->pubsync(); }

 private:
  std::ostream& stream_;
  std::streambuf* behind_;
};

// Asks on the terminal and reads a line; true for y or yes. False without a terminal on both sides.
enum class Answer { kYes, kNo, kNobodyThere };
Answer Ask(const std::string& question);

}  // namespace failover
