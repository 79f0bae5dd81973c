#include "ctl/log_files.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "tests/support/temp_dir.h"

namespace failover {
namespace {

void WriteGz(const std::string& path, const std::string& text) {
  const gzFile file = gzopen(path.c_str(), "wb");
  ASSERT_EQ(gzwrite(file, text.data(), static_cast<unsigned>(text.size())), static_cast<int>(text.size()));
  gzclose(file);
}

std::vector<std::string> Lines(const std::string& path) {
  std::vector<std::string> lines;
  const auto read = ReadLog(path, [&](std::string_view line) { lines.emplace_back(line); });
  EXPECT_TRUE(read) << read.error().message;
  return lines;
}

TEST(ReadLog, RotatedFilesComeOldestFirst) {
  const TempDir dir;
  dir.Write("m.log", "newest\nlast without an end");
  dir.Write("m.log.1", "one\n");
  WriteGz(dir.Path("m.log.2.gz"), "two\n");
  WriteGz(dir.Path("m.log.10.gz"), "ten\n");
  dir.Write("m.log.script", "the script\n");
  for (const char* name : {"m.log.bak", "m.log.1.gz.tmp", "m.logs", "other.log.1", "m.log.-1"})
    dir.Write(name, "not ours\n");
  EXPECT_EQ(Lines(dir.Path("m.log")),
      (std::vector<std::string>{"the script", "ten", "two", "one", "newest", "last without an end"}));
}

TEST(ReadLog, DatesAreInTheirOrderToo) {
  const TempDir dir;
  dir.Write("m.log", "now\n");
  dir.Write("m.log-20261101", "november\n");
  WriteGz(dir.Path("m.log-20261001.gz"), "october\n");
  EXPECT_EQ(Lines(dir.Path("m.log")), (std::vector<std::string>{"october", "november", "now"}));
}

TEST(ReadLog, AFileWithTwoNamesIsReadOnce) {
  const TempDir dir;
  dir.Write("m.log", "once\n");
  std::filesystem::create_hard_link(dir.Path("m.log"), dir.Path("m.log.1"));
  EXPECT_EQ(Lines(dir.Path("m.log")), (std::vector<std::string>{"once"}));
}

TEST(ReadLog, ALineWithoutEndIsCut) {
  const TempDir dir;
  dir.Write("m.log", std::string(1000000, 'x') + "\nnext\n");
  const auto lines = Lines(dir.Path("m.log"));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].size(), 65536U);
  EXPECT_EQ(lines[1], "next");
}

TEST(ReadLog, WhatIsMissingOrDamagedIsSaid) {
  const TempDir dir;
  const auto nothing = [](std::string_view) {};
  EXPECT_TRUE(ReadLog(dir.Path("m.log"), nothing).error().message.contains("there is no log yet"));
  EXPECT_TRUE(ReadLog(dir.Path("none/m.log"), nothing).error().message.contains("No such file"));
  dir.Write("m.log", "newest\n");
  EXPECT_TRUE(ReadLog(dir.Path("m.log"), nothing)->empty());
  WriteGz(dir.Path("m.log.2.gz"), std::string(100000, 'a') + "b");
  std::filesystem::resize_file(dir.Path("m.log.2.gz"), 60);
  std::string last;
  const auto read = ReadLog(dir.Path("m.log"), [&](std::string_view line) { last = line; });
  EXPECT_EQ(read.value(), (std::vector<std::string>{dir.Path("m.log.2.gz")}));
  EXPECT_EQ(last, "newest");
}

}  // namespace
}  // namespace failover
