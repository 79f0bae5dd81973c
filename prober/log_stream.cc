#include "prober/log_stream.h"

#include <glog/logging.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <ctime>

#include "common/log.h"
#include "prober/json_text.h"

namespace failover {
namespace {

class JsonSink : public google::LogSink {
 public:
  void send(google::LogSeverity severity, const char* /*file*/, const char* /*base*/, int /*line*/,
      const google::LogMessageTime& time, const char* text, std::size_t size) override {
    const std::string name = google::GetLogSeverityName(severity);
    const long long microseconds = time.timestamp() * 1'000'000LL + time.usec();
    const std::string line = Priority(name) + JsonLine(name, microseconds, {text, size}) + "\n";
    // One write, one line. There is nowhere to say that it failed.
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
  }
  using google::LogSink::send;
};

}  // namespace

void UseLogFormat(LogFormat format) {
  static auto& sink = *new JsonSink;  // as long as the process: glog may call it at its end
  google::RemoveLogSink(&sink);
  FLAGS_logtostderr = format == LogFormat::kText;
  if (format == LogFormat::kText) return;
  // The sink alone writes: no severity is high enough for glog, and its files stay off.
  FLAGS_stderrthreshold = google::NUM_SEVERITIES;
  for (int severity = google::INFO; severity < google::NUM_SEVERITIES; ++severity) {
    google::SetLogDestination(severity, "");
  }
  google::AddLogSink(&sink);
}

std::string JsonLine(std::string_view severity, long long microseconds, std::string_view message) {
  const std::time_t seconds = microseconds / 1'000'000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> day{};
  std::strftime(day.data(), day.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::array<char, 48> stamp{};
  const auto milliseconds = static_cast<int>(microseconds / 1000 % 1000);
  std::snprintf(stamp.data(), stamp.size(), "%s.%03dZ", day.data(), milliseconds);
  std::string line = "{\"time\":";
  AppendJsonString(stamp.data(), line);
  line += ",\"severity\":";
  AppendJsonString(severity, line);
  line += R"(,"program":"failover-prober","message":)";
  AppendJsonString(message, line);
  return line + "}";
}

}  // namespace failover
