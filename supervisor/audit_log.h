// The audit log: one line an event, through glog into one file of ours and, once it is recorded,
// to standard error. Runs as root; escapes whatever comes in. No record, no start: whoever acts
// must see Record() and Sync() succeed first.
#pragma once

#include <glog/logging.h>

#include "common/clock.h"
#include "common/error.h"

namespace failover {

// Bounds lines that a peer can cause: `burst` at once, one more for each `refill`.
struct LineBudget {
  unsigned burst;
  std::chrono::nanoseconds refill;
  unsigned used = 0;
  unsigned long left_out = 0;
  TimePoint since{};

  bool Take(TimePoint now);  // may a line be written? One that may not is counted
};

enum class Severity { kInfo = google::INFO, kWarning = google::WARNING, kError = google::ERROR };

class AuditLog : private google::LogSink {
 public:
  // The file is opened anew for each line, so it may be moved away at any time; it is made with
  // mode 0640 and its directory's group. It must not be a link.
  explicit AuditLog(std::string path);

  // One line, one write. False: it is not in the file; said on standard error, once a minute.
  bool Record(Severity severity, std::string_view text);
  // The same within a bound; what was left out is counted in the next line.
  void Say(Severity severity, std::string text);
  void Bound(unsigned burst, std::chrono::nanoseconds refill) { peer_lines_ = {burst, refill}; }
  // fdatasync(2): what was recorded survives a loss of power. False as above.
  bool Sync();
  bool working() const { return working_; }  // did the last Record() or Sync() succeed?

 private:
  void send(google::LogSeverity severity, const char* file, const char* base, int line,
      const google::LogMessageTime& time, const char* text, std::size_t size) override;
  using google::LogSink::send;
  bool Report(const std::expected<void, Error>& result);

  std::string path_;
  std::string offset_;                  // from UTC, of the last line
  std::expected<void, Error> written_;  // by the last send()
  bool working_ = true;
  bool torn_ = false;  // the file ends in a part of a line
  LineBudget peer_lines_{20, std::chrono::seconds(10)};
  LineBudget complaints_{1, std::chrono::minutes(1)};
};

}  // namespace failover
