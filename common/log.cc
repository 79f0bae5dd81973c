#include "common/log.h"

#include <glog/logging.h>
#include <google/protobuf/stubs/logging.h>

#include <cmath>
#include <iomanip>
#include <sstream>

namespace failover {

void InitLog(const char* program) {
  google::protobuf::SetLogHandler(nullptr);
  FLAGS_logtostderr = true;
  google::InitGoogleLogging(program, [](std::ostream& out, const google::LogMessageInfo& info, void*) {
    out << FormatLocalTime(info.time.timestamp()) << " [" << info.severity << "]";
  });
}

std::string FormatLocalTime(std::time_t time, const char* format) {
  std::ostringstream text;
  text << std::put_time(std::localtime(&time), format);
  return text.str();
}

std::string Number(double value) {
  std::ostringstream text;
  text << std::setprecision(15) << value;
  return text.str();
}

std::string FormatSeconds(std::chrono::duration<double> time) {
  return Number(static_cast<double>(std::lround(time.count() * 100)) / 100) + " s";
}

std::string Escape(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string escaped;
  for (unsigned char before = 0; const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    // U+0080 to U+009F are control characters as well; UTF-8 writes them as C2 80 to C2 9F.
    const bool control = byte < 0x20 || byte == 0x7f || (before == 0xc2 && byte < 0xa0);
    escaped += control ? std::string("\\x") + kDigits[byte >> 4] + kDigits[byte & 0xf] : std::string(1, c);
    before = byte;
  }
  return escaped;
}

}  // namespace failover
