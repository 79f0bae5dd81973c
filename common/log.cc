#include "common/log.h"

#include <glog/logging.h>
#include <google/protobuf/stubs/logging.h>

namespace failover {

void InitLog(const char* program) {
  google::protobuf::SetLogHandler(nullptr);
  FLAGS_logtostderr = true;
  google::InitGoogleLogging(program, [](std::ostream& out, const google::LogMessageInfo& info, void*) {
    out << Priority(info.severity) << FormatLocalTime(info.time.timestamp()) << " [" << info.severity << "]";
  });
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
