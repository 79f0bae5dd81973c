#include "supervisor/audit_log.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "common/log.h"
#include "common/unique_fd.h"

namespace failover {

static UniqueFd OpenToAppend(const std::string& path) {
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  UniqueFd fd(open(path.c_str(), kFlags, 0640));
  struct stat status{};
  const bool wrong = fd && fstat(fd.get(), &status) == 0 && (status.st_mode & 0777) != 0640;
  if (wrong && fchmod(fd.get(), 0640) != 0) fd.reset();  // the script's installer left 0666
  return fd;
}

bool LineBudget::Take(TimePoint now) {
  const auto earned = (now - since) / refill;
  since = earned >= used ? now : since + earned * refill;
  used = earned >= used ? 0 : used - static_cast<unsigned>(earned);
  if (used < burst) return ++used > 0;
  ++left_out;
  return false;
}

AuditLog::AuditLog(std::string path)
    : path_(std::move(path)), offset_(FormatLocalTime(std::time(nullptr), "%z")) {}

bool AuditLog::Record(Severity severity, std::string_view text) {
  const auto level = static_cast<google::LogSeverity>(severity);
  const std::string line = Escape(text);
  // The file first, through the sink alone; standard error gets what is in it.
  google::LogMessage(__FILE__, __LINE__, level, this, false).stream() << line;
  if (!written_) return Report(Fail(written_.error().message + "; not recorded: " + line));
  google::LogMessage(__FILE__, __LINE__, level).stream() << line;
  return Report({});
}

void AuditLog::Say(Severity severity, std::string text) {
  if (!peer_lines_.Take(BootClock::now())) return;
  const auto left_out = std::exchange(peer_lines_.left_out, 0);
  if (left_out > 0) text += " (" + std::to_string(left_out) + " lines left out before)";
  Record(severity, text);
}

bool AuditLog::Sync() {
  const UniqueFd fd = OpenToAppend(path_);
  const bool synced = fd && fdatasync(fd.get()) == 0;
  return Report(synced ? std::expected<void, Error>() : FailErrno(path_));
}

bool AuditLog::Report(const std::expected<void, Error>& result) {
  working_ = result.has_value();
  if (!working_ && complaints_.Take(BootClock::now())) {
    LOG(ERROR) << "Audit log: " << result.error().message
               << ". Nothing is started until it can be written: see df and ls -l";
  }
  return working_;
}

void AuditLog::send(google::LogSeverity severity, const char* /*file*/, const char* /*base*/, int /*line*/,
    const google::LogMessageTime& time, const char* text, std::size_t size) {
  const std::string stamp = FormatLocalTime(time.timestamp());
  const std::string offset = FormatLocalTime(time.timestamp(), "%z");
  std::string line = torn_ ? "\n" : "";
  if (offset != offset_) {
    line += stamp + " [INFO] Time zone offset changed from " + offset_ + " to " + offset + "\n";
  }
  line += stamp + " [" + google::GetLogSeverityName(severity) + "] " + std::string(text, size) + "\n";
  const UniqueFd fd = OpenToAppend(path_);
  const ssize_t done = fd ? write(fd.get(), line.data(), line.size()) : -1;
  offset_ = offset;
  written_ = done < 0 ? FailErrno(path_) : std::expected<void, Error>();
  torn_ = done >= 0 ? static_cast<std::size_t>(done) != line.size() : torn_;
  if (done >= 0 && torn_) written_ = Fail(path_ + ": No space left for a whole line");
}

}  // namespace failover
