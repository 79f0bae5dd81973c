#include "supervisor/unit_starter.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "common/log.h"
#include "common/unique_fd.h"

namespace failover {

// Nothing is inherited. systemctl would ignore the command if it took our sandbox for a chroot.
constexpr std::array<const char*, 5> kEnvironment = {
    "PATH=/usr/bin:/bin", "LC_ALL=C", "SYSTEMD_IGNORE_CHROOT=1", "SYSTEMD_COLORS=0", nullptr};

// 0 or an errno. The child reads from /dev/null and writes to `output`; every other descriptor of
// ours is closed on exec. systemd does the starting, so nothing that the child has reaches a unit.
static int SpawnSystemctl(const std::string& systemctl, const UnitName& unit, int output, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  const std::array<const char*, 6> arguments = {
      "systemctl", "start", "--no-ask-password", "--", unit.str().c_str(), nullptr};
  const int error = posix_spawn(&pid, systemctl.c_str(), &actions, nullptr,
      const_cast<char* const*>(arguments.data()), const_cast<char* const*>(kEnvironment.data()));
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

// A file in memory that cannot grow: systemctl can neither fill the memory nor wait for us. Larger
// than what is kept, because a write that does not fit is refused as a whole.
constexpr off_t kOutputFile = 65536;  // bytes

static UniqueFd OutputFile() {
  UniqueFd file(memfd_create("systemctl", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  const bool bounded = file && ftruncate(file.get(), kOutputFile) == 0 &&
                       fcntl(file.get(), F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) == 0;
  return bounded ? std::move(file) : UniqueFd();
}

static std::string ReadOutput(int file) {
  std::string text(UnitStarter::kMaxOutput, '\0');
  if (pread(file, text.data(), text.size(), 0) < 0) return "";
  text.erase(text.find_last_not_of(std::string_view(" \n\0", 3)) + 1);
  return text;
}

struct UnitStarter::Job {
  UnitName unit;
  pid_t process;  // nobody else's until Reap() has seen its end
  UniqueFd output;
  TimePoint begin = BootClock::now();
  bool timed_out = false;

  std::pair<words::StartOutcome, std::string> Judge(const siginfo_t& end) const {
    const std::string text = ReadOutput(output.get());
    const std::string took = FormatSeconds(BootClock::now() - begin);
    const std::string after = " after " + took + (text.empty() ? "" : ": ") + text;
    const bool exited = end.si_code == CLD_EXITED;
    // A stalled loop sees the deadline first, although systemctl has ended by itself.
    if (timed_out && !exited) return {words::TIMED_OUT, "outcome unknown: systemctl gave no answer" + after};
    // Exit status 0 alone is not a start: systemctl exits 0 also when it ignores the command.
    const bool ignored = text.contains("ignoring command") || text.contains("ignoring request");
    if (exited && ignored) return {words::IGNORED, "not started: systemctl ignored the command" + after};
    const std::string how =
        (exited ? "exit status " : "was ended by signal ") + std::to_string(end.si_status);
    const bool started = exited && end.si_status == 0;
    const std::string what = started ? "started: systemctl " : "not started: systemctl ";
    return {started ? words::SUCCEEDED : words::FAILED, what + how + after};
  }
};

UnitStarter::UnitStarter(EventLoop& loop, std::string systemctl, Whitelist whitelist, Done done)
    : systemctl_(std::move(systemctl)), whitelist_(std::move(whitelist)), done_(std::move(done)),
      child_ended_(loop, SIGCHLD, [this] { Reap(); }) {}

UnitStarter::~UnitStarter() = default;

void UnitStarter::Start(const UnitName& unit) {
  queue_.push_back(unit);
  RunQueue();
}

void UnitStarter::RunQueue() {
  while (jobs_.size() < kAtOnce && !queue_.empty()) {
    const UnitName unit = queue_.front();
    queue_.pop_front();
    Spawn(unit);
  }
}

void UnitStarter::Spawn(const UnitName& unit) {
  const bool gone = !whitelist_().units().contains(unit);
  if (gone) return done_(unit, words::FAILED, "not started: it has left the configuration");
  if (systemctl_.empty()) return done_(unit, words::IGNORED, "not started: --dry-run");
  UniqueFd output = OutputFile();
  pid_t pid = 0;
  const int error = output ? SpawnSystemctl(systemctl_, unit, output.get(), pid) : errno;
  if (error == 0) return void(jobs_.emplace_back(unit, pid, std::move(output)));
  done_(unit, words::FAILED, "not started: " + systemctl_ + " cannot be executed: " + std::strerror(error));
}

void UnitStarter::Reap() {
  const auto deadline = BootClock::now() - Seconds(whitelist_().settings().start_timeout());
  for (auto next = jobs_.begin(); next != jobs_.end();) {
    const auto job = next++;
    siginfo_t end{};
    waitid(P_PID, static_cast<id_t>(job->process), &end, WEXITED | WNOHANG);
    const bool late = end.si_pid == 0 && job->begin <= deadline;
    if (late && !std::exchange(job->timed_out, true)) kill(job->process, SIGKILL);
    if (end.si_pid == 0) continue;  // still at work
    const auto [outcome, words] = job->Judge(end);
    const UnitName unit = job->unit;
    jobs_.erase(job);
    done_(unit, outcome, words);
  }
  RunQueue();
}

}  // namespace failover
