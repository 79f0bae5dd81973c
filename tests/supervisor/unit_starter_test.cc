#include "supervisor/unit_starter.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <set>

#include "common/unique_fd.h"
#include "tests/supervisor/log_file.h"
#include "tests/supervisor/samples.h"

namespace failover {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::StartsWith;

// The children of this process that are alive, by pid.
std::vector<std::string> Children() {
  std::istringstream in(ReadAll("/proc/self/task/" + std::to_string(getpid()) + "/children"));
  return {std::istream_iterator<std::string>(in), {}};
}

std::string CommandLine(const std::string& pid) { return ReadAll("/proc/" + pid + "/cmdline"); }

class UnitStarterTest : public testing::Test {
 protected:
  UnitStarterTest() {
    // What stands open here, whoever left it to us, is not the starter's to close.
    for (int fd = 3; fd < 256; ++fd) fcntl(fd, F_SETFD, FD_CLOEXEC);
    Configure(0, 1);
  }

  // The whitelist has the units u<first>.service to u<last - 1>.service.
  void Configure(int first, int last) {
    config::Configuration settings = Settings();
    const config::Tunnel sample = settings.tunnels(0);
    settings.clear_tunnels();
    for (int i = first; i < last; ++i) {
      config::Tunnel& tunnel = *(*settings.mutable_tunnels()).Add();
      tunnel = sample;
      tunnel.set_tunnel_id("00000000-0000-0000-0000-0000000000" + std::to_string(10 + i));
      tunnel.set_service("u" + std::to_string(i) + ".service");
    }
    if (timeout_ > 0) settings.set_start_timeout(timeout_);
    list_.emplace(settings);
  }

  // The stand-in for systemctl, a shell script.
  void Systemctl(const std::string& script) {
    dir_.Write("systemctl", "#!/bin/bash\ncd " + dir_.Path("") + "\n" + script + "\n");
    chmod(dir_.Path("systemctl").c_str(), 0755);
  }

  UnitName Unit(int number) const {
    for (const auto& [unit, tunnels] : list_->units()) {
      if (unit.label() == "u" + std::to_string(number)) return unit;
    }
    ADD_FAILURE() << number;
    return list_->units().begin()->first;
  }

  // Starts unit 0 and waits for its end.
  void Run(const std::string& script) {
    Systemctl(script);
    const auto before = done_.size();
    starter_.Start(Unit(0));
    RunUntil(loop_, [&] { return done_.size() > before; });
  }

  struct End {
    std::string unit;
    words::StartOutcome outcome;
    std::string words;
  };

  TempDir dir_;
  EventLoop loop_;
  double timeout_ = 0;
  std::optional<UnitWhitelist> list_;
  std::vector<End> done_;
  UnitStarter starter_{loop_, dir_.Path("systemctl"), [this]() -> const UnitWhitelist& { return *list_; },
      [this](const UnitName& unit, words::StartOutcome outcome, const std::string& words) {
        done_.push_back({.unit = unit.str(), .outcome = outcome, .words = words});
      }};
};

TEST_F(UnitStarterTest, TellsHowItEnded) {
  using Case = std::tuple<std::string, words::StartOutcome, std::string>;  // script, outcome, words
  const std::string after = " after [0-9.]+ s";
  const std::vector<Case> cases = {
      {"exit 0", words::SUCCEEDED, "started: systemctl exit status 0" + after},
      {"echo 'Warning: x'", words::SUCCEEDED, "started: systemctl exit status 0" + after + ": Warning: x"},
      {"echo 'Unit u0 not found.' >&2; exit 5", words::FAILED,
          "not started: systemctl exit status 5" + after + ": Unit u0 not found."},
      {"echo a; echo b >&2; exit 1", words::FAILED,
          "not started: systemctl exit status 1" + after + ": a\nb"},
      {"kill -KILL $$", words::FAILED, "not started: systemctl was ended by signal 9" + after},
      {"kill -TERM $$", words::FAILED, "not started: systemctl was ended by signal 15" + after},
      {"echo \"Running in chroot, ignoring command 'start'\"", words::IGNORED,
          "not started: systemctl ignored the command" + after +
              ": Running in chroot, ignoring command 'start'"},
      {"echo 'Running in chroot, ignoring request: start' >&2", words::IGNORED,
          "not started: systemctl ignored the command" + after +
              ": Running in chroot, ignoring request: start"},
  };
  for (const auto& [script, outcome, words] : cases) {
    Run(script);
    EXPECT_EQ(done_.back().unit, "u0.service");
    EXPECT_EQ(done_.back().outcome, outcome) << script;
    EXPECT_THAT(done_.back().words, MatchesRegex(words)) << script;
    EXPECT_THAT(Children(), IsEmpty());
  }
}

TEST_F(UnitStarterTest, EndsASystemctlThatHasNoEnd) {
  timeout_ = 0.01;
  Configure(0, 1);
  Systemctl("trap '' TERM INT; read -r nothing <> <(:)");
  starter_.Start(Unit(0));
  const auto reap = [this] {  // as the supervisor does every second
    starter_.Reap();
    return !done_.empty();
  };
  while (!reap()) event_base_loop(loop_.base(), EVLOOP_NONBLOCK);
  EXPECT_EQ(done_.back().outcome, words::TIMED_OUT);
  EXPECT_THAT(done_.back().words, StartsWith("outcome unknown: systemctl gave no answer"));
  EXPECT_THAT(Children(), IsEmpty());
}

TEST_F(UnitStarterTest, WhatHasEndedBeforeAStalledLoopSeesItsDeadlineHasStarted) {
  timeout_ = 0.01;
  Configure(0, 1);
  Systemctl("exit 0");
  starter_.Start(Unit(0));
  siginfo_t end{};
  EXPECT_EQ(waitid(P_ALL, 0, &end, WEXITED | WNOWAIT), 0);
  const TimePoint later = BootClock::now() + std::chrono::milliseconds(20);
  while (BootClock::now() < later) continue;  // the loop stands still
  starter_.Reap();
  ASSERT_EQ(done_.size(), 1U);
  EXPECT_EQ(done_[0].outcome, words::SUCCEEDED);
}

TEST_F(UnitStarterTest, OutputIsBoundedAndNeverHoldsSystemctlUp) {
  Run("for i in {1..300}; do printf 'line of ten bytes\\n'; done 2>/dev/null; exit 3");
  EXPECT_EQ(done_.back().outcome, words::FAILED);
  EXPECT_THAT(done_.back().words, HasSubstr("exit status 3"));
  EXPECT_THAT(done_.back().words, HasSubstr("line of ten bytes\nline"));
  EXPECT_LE(done_.back().words.size(), UnitStarter::kMaxOutput + 100);
  Run("head -c 8000000 /dev/zero; head -c 8000000 /dev/zero >&2; exit 4");
  EXPECT_THAT(done_.back().words, HasSubstr("exit status 4"));
  EXPECT_LE(done_.back().words.size(), UnitStarter::kMaxOutput + 100);
}

TEST_F(UnitStarterTest, GivesSystemctlExactlyTheseArgumentsAndThisEnvironment) {
  setenv("LD_PRELOAD_NOT", "leaks", 1);
  Run(R"(tr '\0' '\n' </proc/$$/cmdline >arguments; tr '\0' '\n' </proc/$$/environ >environment)");
  EXPECT_EQ(ReadAll(dir_.Path("arguments")),
      "/bin/bash\n" + dir_.Path("systemctl") + "\nstart\n--no-ask-password\n--\nu0.service\n");
  EXPECT_EQ(ReadAll(dir_.Path("environment")),
      "PATH=/usr/bin:/bin\nLC_ALL=C\nSYSTEMD_IGNORE_CHROOT=1\nSYSTEMD_COLORS=0\n");
  unsetenv("LD_PRELOAD_NOT");
}

TEST_F(UnitStarterTest, GivesSystemctlNothingToReadAndNoDescriptorOfOurs) {
  const UniqueFd ours(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
  Run("cd /proc/$$/fd; seen=$(readlink 0; echo *); cd - >/dev/null; echo $seen >seen; "
      "read -r line && exit 9; exit 0");
  // bash has the script open as 255, and a pipe while it reads what $() prints.
  EXPECT_THAT(ReadAll(dir_.Path("seen")), MatchesRegex("/dev/null 0 1 2 255( 3)?\n"));
  EXPECT_EQ(done_.back().outcome, words::SUCCEEDED);
}

TEST_F(UnitStarterTest, NoSignalIsBlockedInSystemctl) {
  Run("while read -r name value; do [[ $name != SigBlk: ]] || echo $value >seen; done </proc/$$/status");
  EXPECT_EQ(ReadAll(dir_.Path("seen")), "0000000000000000\n");
}

TEST_F(UnitStarterTest, WhatCannotBeExecutedIsSaidAtOnce) {
  starter_.Start(Unit(0));
  ASSERT_EQ(done_.size(), 1U);
  EXPECT_EQ(done_[0].outcome, words::FAILED);
  EXPECT_EQ(done_[0].words,
      "not started: " + dir_.Path("systemctl") + " cannot be executed: No such file or directory");
  Systemctl("exit 0");
  chmod(dir_.Path("systemctl").c_str(), 0644);
  starter_.Start(Unit(0));
  EXPECT_THAT(done_.at(1).words, HasSubstr("cannot be executed: Permission denied"));
}

TEST_F(UnitStarterTest, ADryRunExecutesNothing) {
  UnitStarter starter(
      loop_, "", [this]() -> const UnitWhitelist& { return *list_; },
      [this](const UnitName& unit, words::StartOutcome outcome, const std::string& words) {
        done_.push_back({.unit = unit.str(), .outcome = outcome, .words = words});
      });
  starter.Start(Unit(0));
  ASSERT_EQ(done_.size(), 1U);
  EXPECT_EQ(done_[0].outcome, words::IGNORED);
  EXPECT_EQ(done_[0].words, "not started: --dry-run");
}

// Each stand-in waits until its unit's gate is opened.
class ManyUnits : public UnitStarterTest {
 protected:
  static constexpr int kUnits = 20;

  ManyUnits() {
    Configure(0, kUnits);
    for (int i = 0; i < kUnits; ++i) {
      const std::string gate = dir_.Path("gate.u" + std::to_string(i) + ".service");
      mkfifo(gate.c_str(), 0600);
      gates_.emplace_back(open(gate.c_str(), O_RDWR | O_CLOEXEC));
    }
    Systemctl("read -r line <\"gate.$4\"");
    for (int i = 0; i < kUnits; ++i) starter_.Start(Unit(i));
  }

  void TearDown() override {
    const auto begun = Children();
    for (int i = 0; i < kUnits; ++i) Open(i);
    for (const std::string& pid : begun) waitpid(std::stoi(pid), nullptr, 0);
  }

  void Open(int unit) { EXPECT_EQ(write(gates_[static_cast<std::size_t>(unit)].get(), "\n", 1), 1); }

  // Whose systemctl runs now.
  std::set<std::string> Running() const {
    std::set<std::string> units;
    for (const std::string& pid : Children()) {
      std::string line;
      while (line.empty()) line = CommandLine(pid);  // for a moment within execve(2)
      units.insert(line.substr(line.rfind('u', line.size() - 2)).c_str());
    }
    return units;
  }

  std::vector<UniqueFd> gates_;
};

TEST_F(ManyUnits, AtMostSixteenRunAtOnceAndTheOthersWaitInOrder) {
  EXPECT_EQ(Children().size(), UnitStarter::kAtOnce);
  for (int i = 0; i < 4; ++i) {
    Open(i);
    RunUntil(loop_, [&] { return done_.size() == static_cast<std::size_t>(i) + 1; });
    EXPECT_EQ(done_.back().unit, Unit(i).str());
    EXPECT_EQ(Children().size(), UnitStarter::kAtOnce);
    EXPECT_EQ(Running().contains("u" + std::to_string(16 + i) + ".service"), true);
    EXPECT_EQ(Running().contains("u" + std::to_string(17 + i) + ".service"), false);
  }
  for (int i = 4; i < kUnits; ++i) Open(i);
  RunUntil(loop_, [&] { return done_.size() == kUnits; });
  for (const End& end : done_) EXPECT_EQ(end.outcome, words::SUCCEEDED);
  EXPECT_THAT(Children(), IsEmpty());
}

TEST_F(ManyUnits, AUnitThatLeftTheConfigurationWhileItWaitedIsNotStarted) {
  Configure(0, 17);
  Open(0);
  RunUntil(loop_, [&] { return !done_.empty(); });
  EXPECT_EQ(done_.size(), 1U);
  EXPECT_TRUE(Running().contains("u16.service"));
  Open(1);
  RunUntil(loop_, [&] { return done_.size() == 5; });
  for (std::size_t i = 2; i < 5; ++i) {
    EXPECT_EQ(done_[i].unit, "u" + std::to_string(15 + i) + ".service");
    EXPECT_EQ(done_[i].outcome, words::FAILED);
    EXPECT_EQ(done_[i].words, "not started: it has left the configuration");
  }
  EXPECT_EQ(Children().size(), 15U);
}

TEST_F(UnitStarterTest, AStarterThatEndsLeavesSystemctlToItself) {
  mkfifo(dir_.Path("gate").c_str(), 0600);
  const UniqueFd gate(open(dir_.Path("gate").c_str(), O_RDWR | O_CLOEXEC));
  Systemctl("read -r line <gate; exit 7");
  {
    UnitStarter starter(
        loop_, dir_.Path("systemctl"), [this]() -> const UnitWhitelist& { return *list_; },
        [](const UnitName&, words::StartOutcome, const std::string&) { FAIL(); });
    starter.Start(Unit(0));
  }
  ASSERT_EQ(Children().size(), 1U);
  EXPECT_EQ(write(gate.get(), "\n", 1), 1);
  int status = 0;
  ASSERT_GT(waitpid(std::stoi(Children()[0]), &status, 0), 0);
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

}  // namespace
}  // namespace failover
