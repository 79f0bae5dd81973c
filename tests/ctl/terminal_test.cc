#include "ctl/terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>

#include <sstream>

#include "common/unique_fd.h"

namespace failover {
namespace {

TEST(Terminal, AFileGetsNoColour) {
  const UniqueFd file(open("/dev/null", O_WRONLY | O_CLOEXEC));
  const Terminal terminal = LookAtTerminal(file.get());
  EXPECT_EQ(terminal.kind, Terminal::Kind::kFile);
  EXPECT_EQ(terminal.colour, Terminal::Colour::kOff);
  EXPECT_EQ(terminal.Paint(Tint::kBad, "down"), "down");
}

TEST(Terminal, AScreenHasColourUnlessNoColorOrADumbTermSaysOtherwise) {
  int master = -1;
  int screen = -1;
  winsize size{.ws_row = 30, .ws_col = 120, .ws_xpixel = 0, .ws_ypixel = 0};
  ASSERT_EQ(openpty(&master, &screen, nullptr, nullptr, &size), 0);
  const UniqueFd first(master);
  const UniqueFd second(screen);
  unsetenv("NO_COLOR");
  setenv("TERM", "xterm", 1);
  const Terminal terminal = LookAtTerminal(screen);
  EXPECT_EQ(terminal.kind, Terminal::Kind::kScreen);
  EXPECT_EQ(terminal.columns, 120U);
  EXPECT_EQ(terminal.rows, 30U);
  EXPECT_EQ(terminal.Paint(Tint::kGood, "x"), "\033[32mx\033[0m");
  EXPECT_EQ(terminal.Paint(Tint::kNone, "x"), "x");
  setenv("NO_COLOR", "1", 1);
  EXPECT_EQ(LookAtTerminal(screen).colour, Terminal::Colour::kOff);
  unsetenv("NO_COLOR");
  setenv("TERM", "dumb", 1);
  EXPECT_EQ(LookAtTerminal(screen).colour, Terminal::Colour::kOff);
}

std::string Through(const Terminal& terminal, const std::string& text) {
  std::ostringstream out;
  {
    const SevenBits filter(out, terminal);
    out << text << std::flush;
  }
  out << "\u011b";  // as before
  return out.str();
}

TEST(SevenBits, AnEightBitScreenGetsNoByteThatItCouldObey) {
  const std::string text = "a\u011b 본\n\033[0m";
  using Kind = Terminal::Kind;
  using Charset = Terminal::Charset;
  EXPECT_EQ(Through({.kind = Kind::kScreen, .charset = Charset::kAscii}, text),
      "a\\xc4\\x9b \\xeb\\xb3\\xb8\n\033[0m\u011b");
  EXPECT_EQ(Through({.kind = Kind::kScreen, .charset = Charset::kUtf8}, text), text + "\u011b");
  EXPECT_EQ(Through({.kind = Kind::kFile, .charset = Charset::kAscii}, text), text + "\u011b");
}

}  // namespace
}  // namespace failover
