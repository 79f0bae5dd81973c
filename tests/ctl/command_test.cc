#include "ctl/command.h"

#include <gtest/gtest.h>

namespace failover {
namespace {

using namespace std::chrono_literals;

TEST(RunCommand, BothOutputsAndTheExitStatusComeBack) {
  const auto done = RunCommand("/bin/sh", {"-c", "echo out; echo err >&2; exit 3"}, 20s);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->output, "out\n");
  EXPECT_EQ(done->errors, "err\n");
  EXPECT_EQ(done->exit_status, 3);
}

TEST(RunCommand, ArgumentsAreHandedOverAsTheyAre) {
  const auto done = RunCommand("/usr/bin/printf", {"%s|", "a b", "$(id)", "; true", ""}, 20s);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->output, "a b|$(id)|; true||");
}

TEST(RunCommand, TheEnvironmentIsOurs) {
  setenv("LD_PRELOAD_OF_SOMEBODY", "x", 1);
  setenv("https_proxy", "http://proxy.example:3128", 1);
  const auto done = RunCommand("/usr/bin/env", {}, 20s);
  ASSERT_TRUE(done);
  EXPECT_FALSE(done->output.contains("LD_PRELOAD_OF_SOMEBODY"));
  EXPECT_TRUE(done->output.contains("LC_ALL=C.UTF-8\n"));
  EXPECT_TRUE(done->output.contains("https_proxy=http://proxy.example:3128\n"));
  unsetenv("https_proxy");
}

TEST(RunCommand, NothingComesFromStandardInput) {
  const auto done = RunCommand("/bin/cat", {}, 20s);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->output, "");
}

TEST(RunCommand, TheDeadlineEndsIt) {
  const auto begin = std::chrono::steady_clock::now();
  for (const char* script : {"exec sleep 1000", "exec >/dev/null 2>&1; exec sleep 1000"}) {
    const auto done = RunCommand("/bin/sh", {"-c", script}, 200ms);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().message, "/bin/sh: did not end in time");
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 100s);
}

TEST(RunCommand, TooMuchOutputEndsIt) {
  const auto done = RunCommand("/bin/cat", {"/dev/zero"}, 60s);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "/bin/cat: wrote too much");
}

TEST(RunCommand, ASignalIsSeenAndAMissingProgramNamed) {
  EXPECT_EQ(RunCommand("/bin/sh", {"-c", "kill -9 $$"}, 20s)->exit_status, 128 + 9);
  EXPECT_EQ(RunCommand("/no/such/program", {}, 20s).error().message,
      "/no/such/program: No such file or directory");
}

}  // namespace
}  // namespace failover
