// Times, amounts and columns in the words of a human reader. Pure. Widths are columns of a terminal,
// not bytes: a label may be Korean.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace failover {

// "0.4 s", "12 s", "4 min 5 s", "3 h 2 min", "3 d 4 h". Never negative.
std::string Duration(double seconds);

// The largest unit alone, for tables: "9.6 s", "12 min", "23 h", "3 d".
std::string Brief(double seconds);

// "0.42 ms", "1.3 s".
std::string Latency(double seconds);

// At most so many significant digits, no trailing zeros: "3", "9.6".
std::string Rounded(double value, int digits = 3);

// "2026-11-25 03:14:07", local time.
std::string DateTime(double unix_time);

// Both: "2026-11-25 03:14:07 (12 s ago)", "2026-11-25 03:15:07 (in 48 s)".
std::string Ago(double now, double age);
std::string In(double now, double seconds);

// "1 tunnel", "2 tunnels".
std::string Count(std::size_t count, std::string_view noun);

// "a, b and c".
std::string Join(const std::vector<std::string>& words, std::string_view last = " and ");

// Bytes of the character of UTF-8 that the text begins with; 0 if it begins with none.
std::size_t FirstCharacter(std::string_view text);

// One line of valid UTF-8 that a terminal only shows, whatever comes in: control characters, those that
// turn the direction of writing, and bytes that are no UTF-8 become \xHH.
std::string Printable(std::string_view text);

// Columns that UTF-8 takes on a terminal: two for East Asian wide characters.
std::size_t Width(std::string_view text);

// Followed by blanks up to so many columns; never cut.
std::string Pad(std::string text, std::size_t columns);

// At most so many columns, the last of them "~" if something was left out.
std::string Cut(std::string_view text, std::size_t columns);

// Lines of at most so many columns, broken at blanks; each but the first begins with `indent` blanks.
std::string Wrap(std::string_view text, std::size_t columns, std::size_t indent);

// "cloudflared_1" of "cloudflared_1.service", as the log says it.
std::string UnitLabel(std::string_view unit);

}  // namespace failover
