#include "prober/host_header.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "prober/ip_address.h"

namespace failover {
namespace {

bool IsPort(std::string_view text) {
  return text.empty() ||
         (text.size() >= 2 && text.size() <= 6 && text[0] == ':' &&
             std::ranges::all_of(text.substr(1), [](unsigned char c) { return std::isdigit(c) != 0; }));
}

bool IsAddress(std::string_view text, IpVersion version) {
  const auto address = IpAddress::Parse(std::string(text));
  return address && address->version() == version;
}

bool IsLocalhost(std::string_view text) {
  static constexpr std::string_view kName = "localhost";
  return std::ranges::equal(text, kName, [](unsigned char a, char b) { return std::tolower(a) == b; });
}

}  // namespace

Host JudgeHost(std::string_view header) {
  if (header.starts_with('[')) {
    const std::size_t end = header.find(']');
    if (end == header.npos || !IsPort(header.substr(end + 1))) return Host::kForeign;
    return IsAddress(header.substr(1, end - 1), IpVersion::kIpv6) ? Host::kOurs : Host::kForeign;
  }
  const std::size_t colon = std::min(header.find(':'), header.size());
  const std::string_view name = header.substr(0, colon);
  if (!IsPort(header.substr(colon))) return Host::kForeign;
  return IsLocalhost(name) || IsAddress(name, IpVersion::kIpv4) ? Host::kOurs : Host::kForeign;
}

}  // namespace failover
