#include "ctl/log_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <ranges>
#include <set>
#include <vector>

#include "common/unique_fd.h"

namespace failover {
namespace {

constexpr std::size_t kMaxLine = std::size_t{64} * 1024;  // bytes

// Greater is older: 0 for FILE, 24 for FILE.24.gz; dates count downwards. Nothing: not the log's.
std::optional<long> AgeOf(const std::string& name, const std::string& base) {
  if (name == base) return 0;
  if (!name.starts_with(base) || name.size() < base.size() + 2) return std::nullopt;
  std::string suffix = name.substr(base.size() + 1);
  if (suffix == "script") return std::numeric_limits<long>::max();  // the script's, kept by install.sh
  if (suffix.ends_with(".gz")) suffix.resize(suffix.size() - 3);
  long number = 0;
  const auto [end, error] = std::from_chars(suffix.data(), suffix.data() + suffix.size(), number);
  if (error != std::errc() || end != suffix.data() + suffix.size() || number <= 0) return std::nullopt;
  return name[base.size()] == '-' ? 1'000'000'000'000 - number : number;
}

std::vector<std::string> Names(const std::filesystem::path& path) {
  std::vector<std::pair<long, std::string>> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path.parent_path(), error)) {
    const auto age = AgeOf(entry.path().filename(), path.filename());
    if (age) found.emplace_back(*age, entry.path());
  }
  std::ranges::sort(found);
  std::vector<std::string> names;
  names.reserve(found.size());
  for (auto& [age, name] : found) names.push_back(std::move(name));
  return names;  // newest first
}

using GzFile = std::unique_ptr<gzFile_s, int (*)(gzFile)>;

// Newest first, so that a rotation meanwhile shows a file twice rather than never; the inode tells.
struct LogFile {
  std::string name;
  UniqueFd fd;
};

std::expected<std::vector<LogFile>, Failure> OpenAll(const std::string& path) {
  std::vector<LogFile> files;
  std::set<std::pair<dev_t, ino_t>> seen;
  for (const std::string& name : Names(path)) {
    UniqueFd fd(open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd && errno == ENOENT) continue;
    if (!fd) {
      const bool hidden = errno == EACCES;
      const std::string group =
          "; members of group adm may: sudo usermod -aG adm $USER, or run this with sudo";
      return std::unexpected(Failure{FailErrno(name).error().message + (hidden ? group : ""),
          hidden ? kExitNotPermitted : kExitFailed});
    }
    struct stat status{};
    const bool regular = fstat(fd.get(), &status) == 0 && S_ISREG(status.st_mode);
    if (regular && seen.emplace(status.st_dev, status.st_ino).second) files.push_back({name, std::move(fd)});
  }
  return files;
}

// False: only a part of it could be read.
bool ReadFile(const UniqueFd& fd, const std::function<void(std::string_view)>& take) {
  const GzFile file(gzdopen(dup(fd.get()), "rb"), &gzclose);
  if (file == nullptr) return false;
  std::array<char, 65536> buffer{};
  std::string line;
  while (true) {
    const int size = gzread(file.get(), buffer.data(), buffer.size());
    if (size <= 0) break;
    for (std::string_view rest(buffer.data(), static_cast<std::size_t>(size)); !rest.empty();) {
      const std::size_t end = rest.find('\n');
      line += rest.substr(0, std::min(end, kMaxLine - std::min(kMaxLine, line.size())));
      if (end == rest.npos) break;
      take(line);
      line.clear();
      rest.remove_prefix(end + 1);
    }
  }
  if (!line.empty()) take(line);
  int error = Z_OK;
  gzerror(file.get(), &error);
  return error == Z_OK || error == Z_STREAM_END;
}

}  // namespace

std::expected<std::vector<std::string>, Failure> ReadLog(
    const std::string& path, const std::function<void(std::string_view)>& take) {
  const auto files = OpenAll(path);
  if (!files) return std::unexpected(files.error());
  const std::string directory = std::filesystem::path(path).parent_path();
  if (files->empty() && access(directory.c_str(), R_OK | X_OK) != 0) {
    const bool hidden = errno == EACCES;
    return std::unexpected(
        Failure{FailErrno(directory).error().message +
                    (hidden ? "; members of group adm may read the log: run this with sudo"
                            : "; nothing has been logged on this host"),
            hidden ? kExitNotPermitted : kExitFailed});
  }
  if (files->empty()) return std::unexpected(Failure{path + ": there is no log yet"});
  std::vector<std::string> damaged;
  for (const LogFile& file : *files | std::views::reverse) {
    if (!ReadFile(file.fd, take)) damaged.push_back(file.name);
  }
  return damaged;
}

}  // namespace failover
