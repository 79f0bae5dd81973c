// The audit log: one line an event, through glog into one file of ours and, once it is recorded,
// to standard error. Runs as root; escapes whatever comes in. No record, no start: whoever acts
// must see Record() and Sync() succeed first.
#pragma once

#include <glog/logging.h>

#include "common/error.h"
#include "common/log.h"

namespace failover {

enum class Severity { kInfo = google::INFO, kWarning = google::WARNING, kError = google::ERROR };

class AuditLog : private google::LogSink {
 public:
  // The file is opened anew for each line, so it may be moved away at any time; it is made with
  // mode 0640 and its directory's group. It must not be a link.
  explicit AuditLog(std::string path) : path_(std::move(path)) {}

  // One line, one write. False: it is not in the file; said on standard error when that begins.
  bool Record(Severity severity, const std::string& text);
  // The same; on standard error also if it is not in the file.
  void Tell(Severity severity, const std::string& text) {
    if (!Record(severity, text)) LOG(ERROR) << Escape(text);
  }
  // fdatasync(2): what was recorded survives a loss of power. False as above.
  bool Sync();
  bool working() const { return working_; }  // did the last Record() or Sync() succeed?

  // A line that a peer can cause any number of times: at most `burst` at once, and so many more
  // for each Tick(). What is left out is counted in the next line.
  void Say(Severity severity, const std::string& text);
  void Bound(unsigned burst, unsigned per_tick) {
    burst_ = allowed_ = burst;
    per_tick_ = per_tick;
  }
  void Tick() { allowed_ = std::min(burst_, allowed_ + per_tick_); }

 private:
  void send(google::LogSeverity severity, const char* file, const char* base, int line,
      const google::LogMessageTime& time, const char* text, std::size_t size) override;
  using google::LogSink::send;
  bool Report(const std::expected<void, Error>& result);

  std::string path_;
  std::string offset_ = FormatLocalTime(std::time(nullptr), "%z");  // from UTC, of the last line
  std::expected<void, Error> written_;                              // by the last send()
  bool working_ = true;
  unsigned burst_ = 0;
  unsigned per_tick_ = 0;
  unsigned allowed_ = 0;
  unsigned left_out_ = 0;
};

}  // namespace failover
