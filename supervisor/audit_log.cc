#include "supervisor/audit_log.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "common/unique_fd.h"

namespace failover {

static UniqueFd OpenToAppend(const std::string& path) {
  constexpr int kFlags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  UniqueFd fd(open(path.c_str(), kFlags, 0640));
  struct stat status{};
  const bool wrong = fd && fstat(fd.get(), &status) == 0 && (status.st_mode & 0777) != 0640;
  if (wrong && fchmod(fd.get(), 0640) != 0) fd.reset();  // the script's installer left 0666
  return fd;
}

bool AuditLog::Record(Severity severity, const std::string& text) {
  const auto level = static_cast<google::LogSeverity>(severity);
  const std::string line = Escape(text);
  written_ = Fail(path_ + ": dropped by glog; is GLOG_minloglevel set?");
  // The file first, through the sink alone; standard error gets what is in it.
  google::LogMessage(__FILE__, __LINE__, level, this, false).stream() << line;
  if (written_) google::LogMessage(__FILE__, __LINE__, level).stream() << line;
  return Report(written_);
}

bool AuditLog::Sync() {
  const UniqueFd fd = OpenToAppend(path_);
  if (fd && fdatasync(fd.get()) == 0) return Report({});
  return Report(FailErrno(path_));
}

void AuditLog::Say(Severity severity, const std::string& text) {
  if (allowed_ == 0) {
    ++left_out_;
    return;
  }
  --allowed_;
  const std::string more = " (" + std::to_string(left_out_) + " lines left out before)";
  Record(severity, std::exchange(left_out_, 0) > 0 ? text + more : text);
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
