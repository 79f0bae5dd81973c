#include "supervisor/unit_starter.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <cstring>

#include "common/unique_fd.h"

extern "C" {  // glibc 2.36 leaves this out
#include <sys/pidfd.h>
}

namespace failover {

// Nothing is inherited. systemctl would ignore the command if it took our sandbox for a chroot.
constexpr std::array<const char*, 5> kEnvironment = {
    "PATH=/usr/bin:/bin", "LC_ALL=C", "SYSTEMD_IGNORE_CHROOT=1", "SYSTEMD_COLORS=0", nullptr};

// 0 or an errno. The child reads from /dev/null, writes to `output`, has a session of its own, and
// no signal of ours is blocked or ignored in it. Every other descriptor of ours is closed on exec.
static int SpawnSystemctl(const std::string& systemctl, const UnitName& unit, int output, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t signals;
  sigfillset(&signals);
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  const std::array<const char*, 6> arguments = {
      "systemctl", "start", "--no-ask-password", "--", unit.str().c_str(), nullptr};
  const int error = posix_spawn(&pid, systemctl.c_str(), &actions, &attributes,
      const_cast<char* const*>(arguments.data()), const_cast<char* const*>(kEnvironment.data()));
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

// A file in memory that cannot grow: systemctl can neither fill the memory nor wait for us. Larger
// than what is kept, because a write that does not fit is refused as a whole.
constexpr off_t kOutputFile = 64 * 1024;  // bytes

static UniqueFd OutputFile() {
  UniqueFd file(memfd_create("systemctl", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  const bool bounded = file && ftruncate(file.get(), kOutputFile) == 0 &&
                       fcntl(file.get(), F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) == 0;
  return bounded ? std::move(file) : UniqueFd();
}

static std::string ReadOutput(int file) {
  std::string text(UnitStarter::kMaxOutput, '\0');
  const ssize_t size = pread(file, text.data(), text.size(), 0);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  text.erase(text.find_last_not_of(std::string_view(" \n\0", 3)) + 1);
  return text;
}

struct UnitStarter::Job {
  UnitName unit;
  UniqueFd process;  // pidfd: the process cannot be mistaken for another one
  UniqueFd output;
  TimePoint begin = BootClock::now();
  bool timed_out = false;
  std::optional<FdWatch> exit_watch{};  // dies before its descriptor
  std::optional<Timer> deadline{};

  std::pair<StartOutcome, std::string> Judge(const siginfo_t& end) const {
    const std::string text = ReadOutput(output.get());
    const auto took = std::chrono::duration<double>(BootClock::now() - begin).count();
    const std::string said =
        " after " + std::to_string(took).substr(0, 5) + " s" + (text.empty() ? "" : ": " + text);
    const std::string code = std::to_string(end.si_status);
    // Exit status 0 alone is not a start: systemctl exits 0 also when it ignores the command.
    const bool ignored =
        text.find("ignoring command") != text.npos || text.find("ignoring request") != text.npos;
    if (timed_out) return {StartOutcome::kTimedOut, "not started: systemctl gave no answer" + said};
    if (end.si_code != CLD_EXITED)
      return {StartOutcome::kFailed, "not started: systemctl was ended by signal " + code + said};
    if (ignored) return {StartOutcome::kIgnored, "not started: systemctl ignored the command" + said};
    if (end.si_status != 0)
      return {StartOutcome::kFailed, "not started: systemctl exit status " + code + said};
    return {StartOutcome::kSucceeded, "started: systemctl exit status 0" + said};
  }
};

UnitStarter::UnitStarter(
    EventLoop& loop, std::string systemctl, std::function<const UnitWhitelist&()> whitelist, Done done)
    : loop_(loop), systemctl_(std::move(systemctl)), whitelist_(std::move(whitelist)),
      done_(std::move(done)) {}

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
  const bool gone = !whitelist_().Contains(unit);
  if (gone) return done_(unit, StartOutcome::kFailed, "not started: it has left the configuration");
  if (systemctl_.empty()) return done_(unit, StartOutcome::kIgnored, "not started: --dry-run");
  UniqueFd output = OutputFile();
  pid_t pid = 0;
  const int error = output ? SpawnSystemctl(systemctl_, unit, output.get(), pid) : errno;
  const std::string why = "not started: " + systemctl_ + " cannot be executed: " + std::strerror(error);
  if (error != 0) return done_(unit, StartOutcome::kFailed, why);
  UniqueFd process(pidfd_open(pid, 0));
  if (!process) return done_(unit, StartOutcome::kUnknown, "outcome unknown: too many descriptors");
  Job& job = jobs_.emplace_back(unit, std::move(process), std::move(output));
  job.exit_watch.emplace(loop_, job.process.get(), EV_READ, [this, &job](short) { OnExit(job); });
  job.deadline.emplace(loop_, [&job] {
    job.timed_out = true;
    pidfd_send_signal(job.process.get(), SIGKILL, nullptr, 0);
  });
  job.deadline->Start(Seconds(whitelist_().settings().start_timeout()));
}

void UnitStarter::OnExit(Job& job) {
  siginfo_t end{};
  const auto process = static_cast<id_t>(job.process.get());
  if (waitid(P_PIDFD, process, &end, WEXITED | WNOHANG) != 0 || end.si_pid == 0) return;
  const auto [outcome, words] = job.Judge(end);
  const UnitName unit = job.unit;
  jobs_.remove_if([&](const Job& other) { return &other == &job; });
  done_(unit, outcome, words);
  RunQueue();
}

}  // namespace failover
