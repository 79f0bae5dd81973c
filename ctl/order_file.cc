#include "ctl/order_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "common/tunnel_id.h"
#include "ctl/json.h"
#include "ctl/text.h"

namespace failover {
namespace {

constexpr std::size_t kLongestReason = 200;  // bytes

std::string NameOf(const std::string& tunnel, const std::string& verb) { return tunnel + "." + verb; }

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
    failure.message += "; the supervisor makes it, run: systemctl start failover-monitor";
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
    const std::string& tunnel, const std::string& verb, TimePoint until, const std::string& reason) const {
  if (!TunnelId::Parse(tunnel)) return std::unexpected(Failure{tunnel + " is no UUID"});
  const auto text = OrderText(until, reason);
  if (!text) return std::unexpected(text.error());
  const std::string name = NameOf(tunnel, verb);
  const std::string hidden = "." + name + "." + std::to_string(getpid());
  const std::string where = path_ + "/" + name;
  const int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const UniqueFd file(openat(fd_.get(), hidden.c_str(), kFlags, 0600));
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
    const std::string& tunnel, const std::string& verb) const {
  const std::string name = NameOf(tunnel, verb);
  if (unlinkat(fd_.get(), name.c_str(), 0) == 0) return true;
  if (errno == ENOENT) return false;
  return std::unexpected(Trouble(path_ + "/" + name));
}

bool OrderDirectory::Has(const std::string& tunnel, const std::string& verb) const {
  return faccessat(fd_.get(), NameOf(tunnel, verb).c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

std::expected<std::vector<std::string>, Failure> OrderDirectory::Tunnels(const std::string& verb) const {
  std::vector<std::string> tunnels;
  const std::string ending = "." + verb;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path_, error), end; entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename();
    if (!name.starts_with('.') && name.ends_with(ending)) {
      tunnels.push_back(name.substr(0, name.size() - ending.size()));
    }
  }
  if (error) return std::unexpected(Failure{path_ + ": " + error.message()});
  std::ranges::sort(tunnels);
  return tunnels;
}

std::expected<std::string, Failure> OrderText(TimePoint until, const std::string& reason) {
  const bool good = !reason.empty() && reason.size() <= kLongestReason && Printable(reason) == reason;
  if (!good) {
    const std::string most = std::to_string(kLongestReason);
    return std::unexpected(Failure{"--reason: write 1 to " + most + " bytes of plain text", kExitUsage});
  }
  const std::chrono::duration<double> seconds = until.time_since_epoch();
  return Json::Object({{"until", seconds.count()}, {"reason", reason}}).text() + "\n";
}

}  // namespace failover
