#include "ctl/status_reader.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cmath>

#include "common/tunnel_id.h"
#include "ctl/text.h"

namespace failover {
namespace {

namespace pb = google::protobuf;

constexpr double kMost = 1e11;  // more than any time or number here; a date of it has a year

constexpr int kMostTunnels = 20'000;
constexpr std::size_t kLongestText = 512;  // bytes: a table is as wide in every row as its widest cell
constexpr std::size_t kLongestUnit = 255;  // bytes, as systemd has it

// At most so many bytes, not ended within a character.
std::string_view Shortened(std::string_view text) {
  std::size_t end = std::min(text.size(), kLongestText);
  const auto within = [&] { return (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80; };
  while (end > 0 && end < text.size() && within()) --end;
  return text.substr(0, end);
}

// Before as well: escaping makes it longer, and costs time.
std::string CleanText(std::string_view text) { return std::string(Shortened(Printable(Shortened(text)))); }

double Bounded(double value) { return std::isfinite(value) ? std::clamp(value, 0.0, kMost) : 0; }

void CleanMany(pb::Message& message, const pb::FieldDescriptor& field) {
  const pb::Reflection& set = *message.GetReflection();
  for (int i = 0; i < set.FieldSize(message, &field); ++i) {
    if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING) {
      set.SetRepeatedString(&message, &field, i, CleanText(set.GetRepeatedString(message, &field, i)));
    } else if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_DOUBLE) {
      set.SetRepeatedDouble(&message, &field, i, Bounded(set.GetRepeatedDouble(message, &field, i)));
    }
  }
}

// As deep as the schema is.
void Clean(pb::Message& message) {
  const pb::Reflection& set = *message.GetReflection();
  std::vector<const pb::FieldDescriptor*> fields;
  set.ListFields(message, &fields);
  for (const pb::FieldDescriptor* field : fields) {
    const bool nested = field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE;
    if (nested && field->is_repeated()) {
      for (int i = 0; i < set.FieldSize(message, field); ++i) {
        Clean(*set.MutableRepeatedMessage(&message, field, i));
      }
    } else if (nested) {
      Clean(*set.MutableMessage(&message, field));
    } else if (field->is_repeated()) {
      CleanMany(message, *field);
    } else if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING) {
      set.SetString(&message, field, CleanText(set.GetString(message, field)));
    } else if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_DOUBLE) {
      set.SetDouble(&message, field, Bounded(set.GetDouble(message, field)));
    }
  }
}

// Letters, digits and these; no option of a command that it may be pasted behind.
bool IsWordOf(std::string_view text, std::string_view others) {
  return !text.starts_with('-') && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || others.contains(c);
  });
}

void HoldUnit(std::string& unit) {
  const bool good = unit.size() <= kLongestUnit && unit.ends_with(".service") && IsWordOf(unit, ":_.\\@-");
  if (!unit.empty() && !good) unit = kUnreadable;
}

void HoldAddress(std::string& address) {
  if (!IsWordOf(address, ":.%_-")) address = kUnreadable;
}

// What goes into commands that are shown in order to be pasted.
void HoldToForms(status::Status& status) {
  for (status::Tunnel& tunnel : *status.mutable_tunnels()) {
    const auto id = TunnelId::Parse(tunnel.id());
    tunnel.set_id(id ? id->ToString() : kUnreadable);
    HoldUnit(*tunnel.mutable_unit());
    HoldUnit(*tunnel.mutable_failback_unit());
  }
  if (!status.has_gateway()) return;
  for (std::string& address : *status.mutable_gateway()->mutable_addresses()) HoldAddress(address);
  HoldAddress(*status.mutable_gateway()->mutable_answered_by());
}

}  // namespace

std::expected<status::Status, Error> ParseStatus(std::string_view body) {
  status::Status status;
  pb::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto parsed = pb::util::JsonStringToMessage({body.data(), body.size()}, &status, options);
  if (!parsed.ok()) return Fail("the answer is not the JSON that proto/status.proto describes");
  if (status.version() != kStatusVersion) {
    return Fail("the answer has format version " + std::to_string(status.version()) + ", not " +
                std::to_string(kStatusVersion) + "; failoverctl and prober are of different versions");
  }
  if (status.tunnels_size() > kMostTunnels) {
    return Fail("the answer has " + std::to_string(status.tunnels_size()) + " tunnels; more than " +
                std::to_string(kMostTunnels) + " are not read");
  }
  Clean(status);
  HoldToForms(status);
  return status;
}

std::string PrintStatus(const status::Status& status) {
  pb::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  options.add_whitespace = true;
  std::string text;
  const auto printed = pb::util::MessageToJsonString(status, &text, options);
  return printed.ok() ? text : "";
}

}  // namespace failover
