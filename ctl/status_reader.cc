#include "ctl/status_reader.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cmath>

#include "ctl/text.h"

namespace failover {
namespace {

namespace pb = google::protobuf;

constexpr double kMost = 1e11;  // more than any time or number here; a date of it has a year

double Bounded(double value) { return std::isfinite(value) ? std::clamp(value, 0.0, kMost) : 0; }

void CleanMany(pb::Message& message, const pb::FieldDescriptor& field) {
  const pb::Reflection& set = *message.GetReflection();
  for (int i = 0; i < set.FieldSize(message, &field); ++i) {
    if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING) {
      set.SetRepeatedString(&message, &field, i, Printable(set.GetRepeatedString(message, &field, i)));
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
      set.SetString(&message, field, Printable(set.GetString(message, field)));
    } else if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_DOUBLE) {
      set.SetDouble(&message, field, Bounded(set.GetDouble(message, field)));
    }
  }
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
  Clean(status);
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
