// The lines of the log, the old script's among them, into which any user could write: the history that
// root reads of them is text, and its times make sense.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <sstream>
#include <string>

#include "ctl/history_view.h"
#include "ctl/log_line.h"
#include "ctl/text.h"
#include "tests/fuzz/property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace failover;
  constexpr std::time_t kNow = 1795576447;
  History history(0, kNow);
  std::istringstream lines(std::string(reinterpret_cast<const char*>(data), size));
  for (std::string text; std::getline(lines, text);) {
    if (const auto line = ParseLogLine(text)) history.Take(*line);
  }
  history.End();
  for (const auto& [id, track] : history.tracks()) {
    const double percent = track.available_percent().value_or(0);
    MustHold(percent >= 0 && percent <= 100, "a percentage");
    MustHold(track.up >= 0 && track.down >= 0 && track.unknown >= 0, "no time is negative");
  }
  std::string text = Describe(history, "", kNow, {}) + ToJson(history, "", kNow).text();
  std::erase(text, '\n');
  MustHold(Printable(text) == text, "only text is shown");
  return 0;
}
