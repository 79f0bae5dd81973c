#include "prober/json_text.h"

#include <google/protobuf/descriptor.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

namespace failover {
namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptor;

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

void AppendInteger(std::uint64_t value, std::string& out) { out += std::to_string(value); }

// How many bytes the UTF-8 character at the begin of `text` has; 0 if there is none.
std::size_t CharacterSize(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t size = std::size_t{2} + (first >= 0xe0 ? 1 : 0) + (first >= 0xf0 ? 1 : 0);
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, beyond U+10FFFF.
  const bool wrong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f) ||
                     (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f);
  return wrong ? 0 : size;
}

void AppendEscaped(char c, std::string& out) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
  } else if (byte < 0x20 || byte == 0x7f) {
    out += "\\u00";
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0xf];
  } else {
    out += c;
  }
}

// `index`: of a repeated field's element, else -1.
void AppendValue(const pb::Message& message, const Field& field, int index, std::string& out) {
  const pb::Reflection& get = *message.GetReflection();
  const bool one = index < 0;
  switch (field.cpp_type()) {
    case Field::CPPTYPE_STRING: {
      std::string scratch;
      AppendJsonString(one ? get.GetStringReference(message, &field, &scratch)
                           : get.GetRepeatedStringReference(message, &field, index, &scratch),
          out);
      return;
    }
    case Field::CPPTYPE_DOUBLE:
      return AppendNumber(
          one ? get.GetDouble(message, &field) : get.GetRepeatedDouble(message, &field, index), out);
    case Field::CPPTYPE_BOOL: out += get.GetBool(message, &field) ? "true" : "false"; return;
    case Field::CPPTYPE_UINT32: return AppendInteger(get.GetUInt32(message, &field), out);
    case Field::CPPTYPE_UINT64: return AppendInteger(get.GetUInt64(message, &field), out);
    case Field::CPPTYPE_MESSAGE:
      return AppendJson(
          one ? get.GetMessage(message, &field) : get.GetRepeatedMessage(message, &field, index), out);
    case Field::CPPTYPE_INT32:
    case Field::CPPTYPE_INT64:
    case Field::CPPTYPE_FLOAT:
    case Field::CPPTYPE_ENUM: break;  // status.proto has none
  }
  out += "null";
}

// A map is a repeated message of key and value.
void AppendMap(const pb::Message& message, const Field& field, std::string& out) {
  const pb::Reflection& get = *message.GetReflection();
  out += '{';
  for (int i = 0; i < get.FieldSize(message, &field); ++i) {
    const pb::Message& entry = get.GetRepeatedMessage(message, &field, i);
    if (i > 0) out += ',';
    AppendValue(entry, *entry.GetDescriptor()->map_key(), -1, out);
    out += ':';
    AppendValue(entry, *entry.GetDescriptor()->map_value(), -1, out);
  }
  out += '}';
}

void AppendList(const pb::Message& message, const Field& field, std::string& out) {
  out += '[';
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    if (i > 0) out += ',';
    AppendValue(message, field, i, out);
  }
  out += ']';
}

}  // namespace

void AppendJsonString(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const std::size_t size = CharacterSize(text);
    if (size == 0) {
      out += kReplacement;
    } else if (size == 1) {
      AppendEscaped(text[0], out);
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  out += '"';
}

void AppendNumber(double value, std::string& out) {
  std::array<char, 64> digits{};
  const double size = std::abs(value);
  const bool plain = size == 0 || (size >= 1e-6 && size < 1e15);
  const auto form = plain ? std::chars_format::fixed : std::chars_format::general;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value, form);
  out.append(digits.data(), end);
}

void AppendJson(const pb::Message& message, std::string& out) {
  const pb::Descriptor& type = *message.GetDescriptor();
  out += '{';
  bool first = true;
  for (int i = 0; i < type.field_count(); ++i) {
    const Field& field = *type.field(i);
    const bool nested = field.message_type() != nullptr && !field.is_repeated();
    if (nested && !message.GetReflection()->HasField(message, &field)) continue;
    if (!std::exchange(first, false)) out += ',';
    AppendJsonString(field.name(), out);
    out += ':';
    if (field.is_map()) {
      AppendMap(message, field, out);
    } else if (field.is_repeated()) {
      AppendList(message, field, out);
    } else {
      AppendValue(message, field, -1, out);
    }
  }
  out += '}';
}

}  // namespace failover
