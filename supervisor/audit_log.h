// The audit log: one line an event, through glog into one file of ours and, once it is recorded,
// to standard error. Runs as root; escapes whatever comes in. No record, no start: whoever acts
// must see Record() and Sync() succeed first.
#pragma once

#include <glog/logging.h>

#include "common/error.h"
#include "common/line_budget.h"
#include "common/log.h"
#include "words.pb.h"

namespace failover {

enum class Severity { kInfo = google::INFO, kWarning = google::WARNING, kError = google::ERROR };

class AuditLog : private google::LogSink {
 public:
  // The file is opened anew for each line, so it may be moved away at any time; it is made with
  // mode 0640 and its directory's group. It must not be a link.
  explicit AuditLog(std::string path) : path_(std::move(path)) {}

  // One line, one write; the same on standard error. False: it is not in the file; that is said when
  // it begins.
  bool Record(Severity severity, const std::string& text);
  // fdatasync(2): what was recorded survives a loss of power. False as above.
  bool Sync();
  bool working() const { return working_; }  // did the last Record() or Sync() succeed?

  // A line that a peer can cause any number of times: within `budget`.
  void Say(Severity severity, std::string text) {
    if (budget.Allows(text)) Record(severity, text);
  }
  LineBudget budget;
  // How many of each words::Refusal so far; told to the prober.
  std::vector<std::uint64_t> refusals = std::vector<std::uint64_t>(words::Refusal_ARRAYSIZE);

 private:
  void send(google::LogSeverity severity, const char* file, const char* base, int line,
      const google::LogMessageTime& time, const char* text, std::size_t size) override;
  using google::LogSink::send;
  bool Report(const std::expected<void, Error>& result);

  std::string path_;
  std::string offset_ = FormatLocalTime(std::time(nullptr), "%z");  // from UTC, of the last line
  std::expected<void, Error> written_;                              // by the last send()
  bool working_ = true;
};

}  // namespace failover
