#include "supervisor/audit_log.h"

#include <fcntl.h>

#include "common/unique_fd.h"

namespace failover {

static UniqueFd OpenToAppend(const std::string& path) {
  constexpr int kFlags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  return UniqueFd(open(path.c_str(), kFlags, 0640));
}

bool AuditLog::Record(Severity severity, const std::string& text) {
  const auto level = static_cast<google::LogSeverity>(severity);
  const std::string line = Escape(text);
  written_ = Fail(path_ + ": dropped by glog; is GLOG_minloglevel set?");
  // The file first, through the sink alone; then standard error.
  google::LogMessage(__FILE__, __LINE__, level, this, false).stream() << line;
  google::LogMessage(__FILE__, __LINE__, level).stream() << line;
  return Report(written_);
}

bool AuditLog::Sync() {
  const UniqueFd fd = OpenToAppend(path_);
  if (fd && fdatasync(fd.get()) == 0) return Report({});
  return Report(FailErrno(path_));
}

bool AuditLog::Report(const std::expected<void, Error>& result) {
  const bool news = std::exchange(working_, result.has_value()) && !working_;
  const std::string what = ". Nothing is started until it can be written: see df and ls -l";
  if (news) LOG(ERROR) << "Audit log: " << result.error().message << what;
  return working_;
}

void AuditLog::send(google::LogSeverity severity, const char* /*file*/, const char* /*base*/, int /*line*/,
    const google::LogMessageTime& time, const char* text, std::size_t size) {
  const std::string stamp = FormatLocalTime(time.timestamp());
  const std::string offset = FormatLocalTime(time.timestamp(), "%z");
  const std::string moved = " [INFO] Time zone offset changed from " + offset_ + " to " + offset + "\n";
  std::string line = offset == offset_ ? "" : stamp + moved;
  line += stamp + " [" + google::GetLogSeverityName(severity) + "] " + std::string(text, size) + "\n";
  const UniqueFd fd = OpenToAppend(path_);
  const off_t end = fd ? lseek(fd.get(), 0, SEEK_END) : -1;
  char last = '\n';
  // After a part of a line: of a full disk, or of a loss of power.
  if (end > 0 && pread(fd.get(), &last, 1, end - 1) == 1 && last != '\n') line.insert(0, "\n");
  const ssize_t done = end < 0 ? -1 : write(fd.get(), line.data(), line.size());
  const bool whole = done == std::ssize(line);
  written_ = done < 0 ? FailErrno(path_) : std::expected<void, Error>();
  if (done >= 0 && !whole) written_ = Fail(path_ + ": No space left for a whole line");
  if (whole) offset_ = offset;
}

}  // namespace failover
