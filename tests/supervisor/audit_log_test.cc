#include "supervisor/audit_log.h"

#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "common/log.h"
#include "tests/supervisor/log_file.h"

namespace failover {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::MatchesRegex;
using testing::SizeIs;

struct Logging : testing::Environment {
  void SetUp() override { InitLog("supervisor_test"); }
};
const auto* const kLogging = testing::AddGlobalTestEnvironment(new Logging);

mode_t ModeOf(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

class AuditLogTest : public testing::Test {
 protected:
  void TearDown() override {
    unsetenv("TZ");
    tzset();
  }

  LogFile file_;
  AuditLog log_{file_.path()};
};

TEST_F(AuditLogTest, WritesTheScriptsLines) {
  EXPECT_TRUE(log_.Record(Severity::kInfo, "Gateway IP: 192.168.1.1"));
  EXPECT_TRUE(log_.Record(Severity::kWarning, "Prober disconnected."));
  EXPECT_TRUE(log_.Record(Severity::kError, "Tunnel x is down."));
  EXPECT_THAT(file_.lines(), ElementsAre("[INFO] Gateway IP: 192.168.1.1", "[WARNING] Prober disconnected.",
                                 "[ERROR] Tunnel x is down."));
  EXPECT_TRUE(log_.working());
}

// What this process has handed to the kernel so far, in write calls.
long WriteCalls() {
  const std::string io = ReadAll("/proc/self/io");
  return std::stol(io.substr(io.find("syscw: ") + 7));
}

TEST_F(AuditLogTest, WritesALineAndAZonesLineBeforeItAtOnce) {
  testing::internal::CaptureStderr();
  const long begin = WriteCalls();
  LOG(INFO) << "standard error alone";
  const long on_standard_error = WriteCalls() - begin;
  setenv("TZ", "UTC0", 1);
  AuditLog log(file_.path());
  setenv("TZ", "KST-9", 1);
  const long before = WriteCalls();
  EXPECT_TRUE(log.Record(Severity::kInfo, std::string(5000, 'x')));
  EXPECT_EQ(WriteCalls() - before, on_standard_error + 1);
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(file_.lines().size(), 2U);
}

TEST_F(AuditLogTest, MakesOneHarmlessLineOfAnyText) {
  EXPECT_TRUE(log_.Record(Severity::kInfo, "a\nb\x1b[31m\r" + std::string(1, '\0') + "\x7f"));
  EXPECT_THAT(file_.lines(), ElementsAre(R"([INFO] a\x0ab\x1b[31m\x0d\x00\x7f)"));
}

TEST_F(AuditLogTest, AHugeTextIsOneBoundedLine) {
  testing::internal::CaptureStderr();
  EXPECT_TRUE(log_.Record(Severity::kInfo, std::string(1'000'000, 'x')));
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(file_.lines().size(), 1U);
  EXPECT_LT(file_.text().size(), 40'000U);
}

TEST_F(AuditLogTest, SaysEachLineOnStandardErrorAsWell) {
  testing::internal::CaptureStderr();
  log_.Record(Severity::kWarning, "Prober\ndisconnected.");
  const Lines said = WithoutTime(testing::internal::GetCapturedStderr());
  EXPECT_THAT(said, ElementsAre(R"([WARNING] Prober\x0adisconnected.)"));
  EXPECT_EQ(said, file_.lines());
}

TEST_F(AuditLogTest, MakesTheFileAnewWhenItWasMovedAway) {
  log_.Record(Severity::kInfo, "first");
  ASSERT_EQ(rename(file_.path().c_str(), file_.dir().Path("log.1").c_str()), 0);
  EXPECT_TRUE(log_.Record(Severity::kInfo, "second"));
  EXPECT_TRUE(log_.Sync());
  EXPECT_THAT(file_.lines(), ElementsAre("[INFO] second"));
  EXPECT_THAT(WithoutTime(ReadAll(file_.dir().Path("log.1"))), ElementsAre("[INFO] first"));
}

TEST_F(AuditLogTest, MakesTheFileForItsGroupToReadAndLeavesTheModeOfOneThatIsThere) {
  for (const mode_t mask : {mode_t{0}, mode_t{027}}) {
    const mode_t before = umask(mask);
    std::filesystem::remove(file_.path());
    EXPECT_TRUE(log_.Record(Severity::kInfo, "x"));
    umask(before);
    EXPECT_EQ(ModeOf(file_.path()), 0640U) << mask;
  }
  chmod(file_.path().c_str(), 0600);
  EXPECT_TRUE(log_.Record(Severity::kInfo, "x"));
  EXPECT_EQ(ModeOf(file_.path()), 0600U);
}

TEST_F(AuditLogTest, WritesThroughNoLinkAndToNothingButAFile) {
  const std::string target = file_.dir().Write("target", "keep\n");
  chmod(target.c_str(), 0604);
  ASSERT_EQ(symlink(target.c_str(), file_.path().c_str()), 0);
  EXPECT_FALSE(log_.Record(Severity::kInfo, "x"));
  EXPECT_FALSE(log_.Sync());
  EXPECT_FALSE(log_.working());
  EXPECT_EQ(ReadAll(target), "keep\n");
  EXPECT_EQ(ModeOf(target), 0604U);
  std::filesystem::remove(file_.path());
  ASSERT_EQ(mkdir(file_.path().c_str(), 0700), 0);
  EXPECT_FALSE(log_.Record(Severity::kInfo, "x"));
  std::filesystem::remove(file_.path());
  ASSERT_EQ(mkfifo(file_.path().c_str(), 0640), 0);  // nobody reads it: it must not block
  EXPECT_FALSE(log_.Record(Severity::kInfo, "x"));
}

TEST_F(AuditLogTest, SaysOnceThatItCannotBeWrittenAndWorksAgainWhenItCan) {
  const std::string directory = file_.dir().Path("gone");
  AuditLog log(directory + "/log");
  testing::internal::CaptureStderr();
  EXPECT_FALSE(log.Record(Severity::kError, "Starting"));
  EXPECT_FALSE(log.working());
  EXPECT_FALSE(log.Record(Severity::kError, "again"));
  EXPECT_FALSE(log.Sync());
  const Lines said = WithoutTime(testing::internal::GetCapturedStderr());
  EXPECT_THAT(said, ElementsAre("[ERROR] Starting",
                        "[ERROR] Audit log: " + directory +
                            "/log: No such file or directory. Nothing is "
                            "started until it can be written: see df and ls -l",
                        "[ERROR] again"));
  ASSERT_EQ(mkdir(directory.c_str(), 0700), 0);
  EXPECT_TRUE(log.Record(Severity::kError, "third"));
  EXPECT_TRUE(log.working());
  EXPECT_THAT(WithoutTime(ReadAll(directory + "/log")), ElementsAre("[ERROR] third"));
}

TEST_F(AuditLogTest, SyncFailsWhereThereIsNoFileToSync) {
  AuditLog log(file_.dir().Path("gone/log"));
  EXPECT_FALSE(log.Sync());
  EXPECT_FALSE(log.working());
  EXPECT_TRUE(log_.Sync());
}

TEST_F(AuditLogTest, AfterATornLineTheNextOneIsWhole) {
  log_.Record(Severity::kInfo, "first");
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{.rlim_cur = file_.text().size() + 12, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const bool torn = log_.Record(Severity::kInfo, "second");
  const bool nothing = log_.Record(Severity::kInfo, "third");
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_FALSE(torn);
  EXPECT_FALSE(nothing);
  EXPECT_TRUE(log_.Record(Severity::kInfo, "fourth"));
  EXPECT_TRUE(log_.Record(Severity::kInfo, "fifth"));
  EXPECT_THAT(file_.text(), MatchesRegex("[^\n]+ first\n[-0-9 ]{12}\n[^\n]+ fourth\n[^\n]+ fifth\n"));
}

TEST_F(AuditLogTest, WhatALossOfPowerLeftOfALineStaysALineOfItsOwn) {
  file_.dir().Write("log", std::string("2026-11-24 03:55:52 [ERROR] half of\0\0\0", 38));
  AuditLog log(file_.dir().Path("log"));
  EXPECT_TRUE(log.Record(Severity::kInfo, "first"));
  EXPECT_TRUE(log.Record(Severity::kInfo, "second"));
  const std::string text = ReadAll(file_.dir().Path("log"));
  EXPECT_EQ(text.substr(0, 39), std::string("2026-11-24 03:55:52 [ERROR] half of\0\0\0\n", 39));
  EXPECT_THAT(text.substr(39), MatchesRegex("[^\n]+ first\n[^\n]+ second\n"));
}

// In a mount namespace of its own; the exit status says which step failed.
void FillASmallFileSystem(const std::string& directory) {
  const bool mounted = unshare(CLONE_NEWNS) == 0 &&
                       mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                       mount("tmpfs", directory.c_str(), "tmpfs", 0, "size=8k") == 0;
  if (!mounted) std::_Exit(10);
  AuditLog log(directory + "/log");
  int lines = 0;
  while (lines < 1000 && log.Record(Severity::kInfo, std::string(1000, 'x'))) ++lines;
  if (lines == 0 || lines == 1000 || log.working()) std::_Exit(11);
  if (log.Record(Severity::kInfo, std::string(5000, 'y'))) std::_Exit(12);
  if (truncate((directory + "/log").c_str(), 0) != 0) std::_Exit(13);
  if (!log.Record(Severity::kInfo, "there is room again") || !log.working()) std::_Exit(14);
  std::_Exit(ReadAll(directory + "/log").ends_with("[INFO] there is room again\n") ? 0 : 15);
}

TEST_F(AuditLogTest, OnAFullFileSystemNothingIsRecordedUntilThereIsRoom) {
  EXPECT_EXIT(FillASmallFileSystem(file_.dir().Path("")), testing::ExitedWithCode(0), "No space left");
}

TEST_F(AuditLogTest, AChangeOfTheZonesOffsetIsALineOfItsOwn) {
  setenv("TZ", "UTC0", 1);
  AuditLog log(file_.path());
  log.Record(Severity::kInfo, "first");
  setenv("TZ", "KST-9", 1);
  log.Record(Severity::kError, "second");
  log.Record(Severity::kInfo, "third");
  EXPECT_THAT(
      file_.lines(), ElementsAre("[INFO] first", "[INFO] Time zone offset changed from +0000 to +0900",
                         "[ERROR] second", "[INFO] third"));
}

TEST_F(AuditLogTest, GlogMakesNoFileOfItsOwn) {
  const std::string before = std::exchange(FLAGS_log_dir, file_.dir().Path(""));
  for (const Severity severity : {Severity::kInfo, Severity::kWarning, Severity::kError}) {
    log_.Record(severity, "x");
  }
  google::FlushLogFiles(google::INFO);
  FLAGS_log_dir = before;
  const std::filesystem::directory_iterator all(file_.dir().Path(""));
  EXPECT_EQ(std::distance(begin(all), end(all)), 1);
}

TEST_F(AuditLogTest, WhatAPeerCausesIsBoundedAndWhatWasLeftOutIsCounted) {
  log_.budget.Bound(3, 2);
  for (int i = 0; i < 10'000; ++i) log_.Say(Severity::kWarning, "Refused");
  EXPECT_THAT(file_.lines(), testing::AllOf(SizeIs(3), Each("[WARNING] Refused")));
  EXPECT_TRUE(log_.Record(Severity::kError, "not bounded"));
  log_.budget.Tick();
  for (int i = 0; i < 5; ++i) log_.Say(Severity::kInfo, "after a tick");
  EXPECT_EQ(file_.lines().size(), 6U);
  EXPECT_EQ(file_.lines()[4], "[INFO] after a tick (9997 lines left out before)");
  EXPECT_EQ(file_.lines()[5], "[INFO] after a tick");
  for (int i = 0; i < 1000; ++i) log_.budget.Tick();  // a rest earns no more than the first burst
  for (int i = 0; i < 10; ++i) log_.Say(Severity::kInfo, "after a rest");
  EXPECT_EQ(file_.lines().size(), 9U);
  EXPECT_EQ(file_.lines()[6], "[INFO] after a rest (3 lines left out before)");
}

}  // namespace
}  // namespace failover
