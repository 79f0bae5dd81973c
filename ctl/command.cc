#include "ctl/command.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <csignal>

#include "common/unique_fd.h"

namespace failover {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  UniqueFd read, write;
};

std::expected<Pipe, Error> MakePipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return FailErrno("pipe");
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// Nothing is inherited: a command must do the same for everybody. https_proxy alone is handed on,
// because the prober obeys it.
std::vector<std::string> Environment() {
  std::vector<std::string> variables = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
      "SYSTEMD_COLORS=0", "SYSTEMD_PAGER=", "SYSTEMD_LOG_LEVEL=notice"};
  for (const char* name : {"https_proxy", "TZ"}) {
    const char* value = std::getenv(name);
    if (value != nullptr) variables.push_back(std::string(name) + "=" + value);
  }
  return variables;
}

std::vector<char*> Pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::expected<pid_t, Error> Spawn(
    const std::string& program, std::vector<std::string> arguments, const Pipe& out, const Pipe& err) {
  std::vector<std::string> environment = Environment();
  arguments.insert(arguments.begin(), program);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.write.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.write.get(), STDERR_FILENO);
  pid_t child = 0;
  const int error = posix_spawn(
      &child, program.c_str(), &actions, nullptr, Pointers(arguments).data(), Pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return FailErrno(program, error);
  return child;
}

// False when the pipe has ended.
bool Take(int fd, std::string& text) {
  std::array<char, 65536> buffer{};
  const ssize_t size = read(fd, buffer.data(), buffer.size());
  if (size > 0) text.append(buffer.data(), static_cast<std::size_t>(size));
  return size > 0 || (size < 0 && errno == EINTR);
}

// Reads both pipes until they end. An Error: the deadline, or too much.
std::expected<void, Error> ReadAll(
    const Pipe& out, const Pipe& err, CommandResult& result, Clock::time_point deadline) {
  std::array<pollfd, 2> waits{{{.fd = out.read.get(), .events = POLLIN, .revents = 0},
      {.fd = err.read.get(), .events = POLLIN, .revents = 0}}};
  while (waits[0].fd >= 0 || waits[1].fd >= 0) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return Fail("did not end in time");
    if (poll(waits.data(), waits.size(), static_cast<int>(left)) <= 0) continue;
    for (std::size_t i = 0; i < waits.size(); ++i) {
      std::string& text = i == 0 ? result.output : result.errors;
      pollfd& wait = waits.at(i);
      if (wait.fd >= 0 && wait.revents != 0 && !Take(wait.fd, text)) wait.fd = -1;
      if (text.size() > kMaxCommandOutput) return Fail("wrote too much");
    }
  }
  return {};
}

// Waits for the end of a child that has closed its output, without going past the deadline.
bool WaitForEnd(int pidfd, Clock::time_point deadline) {
  pollfd wait{.fd = pidfd, .events = POLLIN, .revents = 0};
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    if (poll(&wait, 1, static_cast<int>(left)) > 0) return true;
  }
}

}  // namespace

std::expected<CommandResult, Error> RunCommand(const std::string& program,
    const std::vector<std::string>& arguments, std::chrono::nanoseconds deadline) {
  const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(deadline);
  auto out = MakePipe();
  auto err = MakePipe();
  if (!out || !err) return std::unexpected((out ? err : out).error());
  const auto child = Spawn(program, arguments, *out, *err);
  if (!child) return std::unexpected(child.error());
  out->write.reset();
  err->write.reset();
  const UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, *child, 0)));
  CommandResult result;
  auto read = ReadAll(*out, *err, result, until);
  if (read && !WaitForEnd(pidfd.get(), until)) read = Fail("did not end in time");
  if (!read) kill(*child, SIGKILL);
  int ended = 0;
  while (waitpid(*child, &ended, 0) < 0 && errno == EINTR) {
  }
  if (!read) return Fail(program + ": " + read.error().message);
  result.exit_status = WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
  return result;
}

}  // namespace failover
