// A ReportServer on a socket of the test's own, and its peers. Runs as root: it is that user's
// packets which count, unless the test says otherwise.
#pragma once

#include <sys/socket.h>
#include <sys/stat.h>

#include <array>

#include "common/unix_listener.h"
#include "supervisor/report_server.h"
#include "tests/supervisor/log_file.h"

namespace failover {

inline constexpr uid_t kStranger = 54321;

class ReportServerTest : public testing::Test {
 protected:
  ReportServerTest() {
    log_.budget.Bound(20, 1);
    chmod(file_.dir().Path("").c_str(), 0755);
  }

  std::expected<std::unique_ptr<ReportServer>, Error> Listen(uid_t prober = getuid()) {
    auto listener = ListenAt(path_, SOCK_SEQPACKET);
    if (!listener) return std::unexpected(listener.error());
    return std::make_unique<ReportServer>(loop_, log_, std::move(*listener), prober,
        [this](std::string_view packet, std::uint64_t& sequence) -> std::expected<void, words::Refusal> {
          if (packet == "bad") return std::unexpected(words::NOT_A_HEALTH_REPORT);
          packets_.push_back(std::to_string(sequence++) + ":" + std::string(packet.substr(0, 20)));
          return {};
        });
  }

  void Begin() {
    auto server = Listen();
    ASSERT_TRUE(server.has_value()) << server.error().message;
    server_ = std::move(*server);
  }

  UniqueFd Connect() {
    UniqueFd fd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto address = *UnixAddress(path_);
    const auto* name = reinterpret_cast<const sockaddr*>(&address);
    if (connect(fd.get(), name, sizeof(address)) != 0) fd.reset();
    return fd;
  }

  // What the server's end of the connection looks like from here.
  enum class Sees { kNothing, kEnd };
  static Sees Look(const UniqueFd& fd) {
    char byte = 0;
    const ssize_t size = recv(fd.get(), &byte, 1, MSG_DONTWAIT);
    return size < 0 && errno == EAGAIN ? Sees::kNothing : Sees::kEnd;
  }

  Lines Words() const {  // the audit lines without what differs from run to run
    Lines lines;
    for (std::string line : file_.lines()) {
      if (const auto at = line.find("(pid "); at != line.npos) {
        line.replace(at, line.find(')', at) - at, "(pid N");
      }
      lines.push_back(line);
    }
    return lines;
  }

  LogFile file_;
  std::string path_ = file_.dir().Path("report.sock");
  AuditLog log_{file_.path()};
  EventLoop loop_;
  std::vector<std::string> packets_;
  std::unique_ptr<ReportServer> server_;
  const std::string me_ = "uid " + std::to_string(getuid()) + " (pid N)";
};

}  // namespace failover
