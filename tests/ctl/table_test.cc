#include "ctl/table.h"

#include <gtest/gtest.h>

namespace failover {
namespace {

TEST(Table, ColumnsLineUpAndEmptyOnesAreLeftOut) {
  Table table({"NAME", "EMPTY", "STATE", "LAST"});
  table.Add({"본사", "", "healthy", ""});
  table.Add({"a long name", "", "down", "x"});
  EXPECT_EQ(table.Print({}),
      "NAME         STATE    LAST\n"
      "본사         healthy\n"
      "a long name  down     x\n");
}

TEST(Table, ColourTakesNoColumns) {
  Table table({"A", "B"});
  table.Add({Cell("down", Tint::kBad), "x"});
  const std::string text = table.Print({.colour = Terminal::Colour::kOn});
  EXPECT_EQ(text, "\033[1mA\033[0m     \033[1mB\033[0m\n\033[1;31mdown\033[0m  x\n");
}

}  // namespace
}  // namespace failover
