#include "ctl/json.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "ctl/text.h"

namespace failover {
namespace {

template <typename Range, typename Write>
std::string Enclosed(char open, const Range& range, char close, Write write) {
  std::string text(1, open);
  for (const char* separator = ""; const auto& item : range) {
    text += separator + write(item);
    separator = ", ";
  }
  return text + close;
}

}  // namespace

Json::Json(std::string_view text) : text_(1, '"') {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  while (!text.empty()) {
    const std::size_t bytes = FirstCharacter(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (bytes == 0) {
      text_ += "\\ufffd";
    } else if (first < 0x20 || first == 0x7f) {
      text_ += std::string("\\u00") + kDigits[first >> 4] + kDigits[first & 0xf];
    } else {
      if (first == '"' || first == '\\') text_ += '\\';
      text_ += text.substr(0, bytes);
    }
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  text_ += '"';
}

Json::Json(double value) : text_("null") {
  if (!std::isfinite(value)) return;
  std::ostringstream text;
  text.precision(15);
  text << value;
  text_ = text.str();
}

Json Json::Object(const Members& members) {
  Json json;
  json.text_ = Enclosed('{', members, '}',
      [](const auto& member) { return Json(member.first).text() + ": " + member.second.text(); });
  return json;
}

Json Json::List(const std::vector<Json>& items) {
  Json json;
  json.text_ = Enclosed('[', items, ']', [](const Json& item) { return item.text(); });
  return json;
}

Json Json::Strings(const std::vector<std::string>& items) {
  Json json;
  json.text_ = Enclosed('[', items, ']', [](const std::string& item) { return Json(item).text(); });
  return json;
}

}  // namespace failover
