#include "tests/support/describe_config.h"

#include <google/protobuf/descriptor.h>

#include <string_view>

#include "common/config.h"
#include "common/log.h"

namespace failover {
namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptor;

// Text that came from the schema, as it may stand in a cell of a table.
std::string Cell(std::string_view text) {
  std::string cell;
  for (const char c : text) cell += c == '|' ? std::string("\\|") : std::string(1, c);
  return cell;
}

std::string Default(const Field& field, const config::Rule& rule) {
  std::string required = "required";
  for (const std::string& instead : rule.instead()) required += ", or `" + instead + "`";
  if (rule.required()) return required;
  if (!field.has_default_value()) return "";
  if (field.cpp_type() == Field::CPPTYPE_BOOL) return field.default_value_bool() ? "true" : "false";
  if (field.cpp_type() == Field::CPPTYPE_STRING) return '`' + field.default_value_string() + '`';
  if (field.cpp_type() == Field::CPPTYPE_DOUBLE) return Number(field.default_value_double());
  return std::to_string(field.default_value_uint32());
}

std::string Range(const Field& field, const config::Rule& rule) {
  if (rule.has_max()) return Number(rule.min()) + " to " + Number(rule.max());
  if (field.cpp_type() == Field::CPPTYPE_BOOL) return "true, false";
  std::string names;
  if (field.cpp_type() == Field::CPPTYPE_ENUM) {
    for (int i = 0; i < field.enum_type()->value_count(); ++i) {
      names += (names.empty() ? "list of " : ", ") + field.enum_type()->value(i)->name();
    }
  }
  return names;
}

std::string Table(const pb::Descriptor& descriptor) {
  std::string table = "| field | default | range | meaning |\n|---|---|---|---|\n";
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const Field& field = *descriptor.field(i);
    const config::Rule& rule = field.options().GetExtension(config::rule);
    table += "| `" + field.name() + "` | " + Cell(Default(field, rule)) + " | " + Cell(Range(field, rule)) +
             " | " + Cell(rule.meaning()) + " |\n";
  }
  return table;
}

}  // namespace

std::string DescribeConfiguration() {
  return "The file:\n\n" + Table(*config::Configuration::descriptor()) + "\nEach entry of `tunnels`:\n\n" +
         Table(*config::Tunnel::descriptor());
}

}  // namespace failover
