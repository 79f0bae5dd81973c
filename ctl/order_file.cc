#include "ctl/order_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "common/config_walk.h"
#include "ctl/json.h"
#include "order.pb.h"

namespace failover {
namespace {

std::string NameOf(const std::string& subject, const std::string& verb) { return subject + "." + verb; }

Failure Trouble(const std::string& what) { return {FailErrno(what).error().message}; }

}  // namespace

std::expected<OrderDirectory, Failure> OrderDirectory::Open(const std::string& path) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd && (errno == EACCES || errno == EPERM)) {
    return std::unexpected(
        Failure{path + ": only root may leave orders; run this with sudo", kExitNotPermitted});
  }
  if (!fd) {
    Failure failure = Trouble(path);
    failure.message += "; make it with: systemd-tmpfiles --create failover-monitor.conf";
    return std::unexpected(failure);
  }
  struct stat status{};
  const bool sound =
      fstat(fd.get(), &status) == 0 && status.st_uid == geteuid() && (status.st_mode & 077) == 0;
  if (sound) return OrderDirectory(path, std::move(fd));
  return std::unexpected(Failure{path +
                                 ": must belong to root with mode 0700, or others could give orders; "
                                 "see: ls -ld " +
                                 path});
}

std::expected<void, Failure> OrderDirectory::Write(
    const std::string& subject, const std::string& verb, TimePoint until, const std::string& reason) const {
  const auto text = OrderText(until, reason);
  if (!text) return std::unexpected(text.error());
  const std::string name = NameOf(subject, verb);
  const std::string hidden = "." + name + "." + std::to_string(getpid());
  const std::string where = path_ + "/" + name;
  const int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  UniqueFd file(openat(fd_.get(), hidden.c_str(), kFlags, 0600));
  if (!file) return std::unexpected(Trouble(where));
  const bool whole = write(file.get(), text->data(), text->size()) == std::ssize(*text) &&
                     fsync(file.get()) == 0 &&
                     renameat(fd_.get(), hidden.c_str(), fd_.get(), name.c_str()) == 0;
  if (whole) return {};
  const Failure failure = Trouble(where);
  unlinkat(fd_.get(), hidden.c_str(), 0);
  return std::unexpected(failure);
}

std::expected<bool, Failure> OrderDirectory::Remove(
    const std::string& subject, const std::string& verb) const {
  const std::string name = NameOf(subject, verb);
  if (unlinkat(fd_.get(), name.c_str(), 0) == 0) return true;
  if (errno == ENOENT) return false;
  return std::unexpected(Trouble(path_ + "/" + name));
}

bool OrderDirectory::Has(const std::string& subject, const std::string& verb) const {
  return faccessat(fd_.get(), NameOf(subject, verb).c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

std::vector<std::string> OrderDirectory::Subjects(const std::string& verb) const {
  std::vector<std::string> subjects;
  const std::string ending = "." + verb;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path_, error)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with('.') && name.ends_with(ending)) {
      subjects.push_back(name.substr(0, name.size() - ending.size()));
    }
  }
  std::ranges::sort(subjects);
  return subjects;
}

std::expected<std::string, Failure> OrderText(TimePoint until, const std::string& reason) {
  const std::chrono::duration<double> seconds = until.time_since_epoch();
  Json::Members members = {{"until", seconds.count()}};
  if (!reason.empty()) {
    const auto* field = config::Order::descriptor()->FindFieldByName("reason");
    const std::string fault = FaultIn(field->options().GetExtension(config::rule), reason);
    if (!fault.empty()) return std::unexpected(Failure{"--reason: " + fault, kExitUsage});
    members.emplace_back("reason", reason);
  }
  return Json::Object(members).text() + "\n";
}

}  // namespace failover
