#include "ctl/terminal.h"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

namespace failover {
namespace {

std::string_view Sequence(Tint tint) {
  switch (tint) {
    case Tint::kNone: return "";
    case Tint::kGood: return "\033[32m";
    case Tint::kWarn: return "\033[33m";
    case Tint::kBad: return "\033[1;31m";
    case Tint::kDim: return "\033[2m";
    case Tint::kTitle: return "\033[1m";
  }
  __builtin_unreachable();
}

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::string Terminal::Paint(Tint tint, std::string_view text) const {
  const std::string_view sequence = Sequence(tint);
  if (colour == Colour::kOff || sequence.empty() || text.empty()) return std::string(text);
  return std::string(sequence) + std::string(text) + "\033[0m";
}

Terminal LookAtTerminal(int fd) {
  Terminal terminal;
  if (std::string_view(nl_langinfo(CODESET)) == "UTF-8") terminal.charset = Terminal::Charset::kUtf8;
  if (isatty(fd) == 0) return terminal;
  terminal.kind = Terminal::Kind::kScreen;
  const bool plain = !Variable("NO_COLOR").empty() || Variable("TERM") == "dumb";
  if (!plain) terminal.colour = Terminal::Colour::kOn;
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) {
    terminal.columns = size.ws_col;
    terminal.rows = size.ws_row;
  }
  return terminal;
}

SevenBits::SevenBits(std::ostream& stream, const Terminal& terminal)
    : stream_(stream), behind_(stream.rdbuf()) {
  const bool needed =
      terminal.kind == Terminal::Kind::kScreen && terminal.charset != Terminal::Charset::kUtf8;
  if (needed) stream_.rdbuf(this);
}

SevenBits::int_type SevenBits::overflow(int_type character) {
  if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
  const auto byte = static_cast<unsigned char>(traits_type::to_char_type(character));
  if (byte < 0x80) return behind_->sputc(static_cast<char>(byte));
  static constexpr std::string_view kDigits = "0123456789abcdef";
  const std::string escaped = std::string("\\x") + kDigits[byte >> 4] + kDigits[byte & 0xf];
  const bool written = behind_->sputn(escaped.data(), std::ssize(escaped)) == std::ssize(escaped);
  return written ? character : traits_type::eof();
}

Answer Ask(const std::string& question) {
  if (isatty(STDIN_FILENO) == 0 || isatty(STDERR_FILENO) == 0) return Answer::kNobodyThere;
  std::cerr << question << " [y/N] " << std::flush;
  std::string line;
  std::getline(std::cin, line);
  return line == "y" || line == "Y" || line == "yes" ? Answer::kYes : Answer::kNo;
}

}  // namespace failover
