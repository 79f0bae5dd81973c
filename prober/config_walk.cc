#include "prober/config_walk.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <cmath>
#include <map>

#include "common/config.h"
#include "common/log.h"

namespace failover {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptor;

// By the number of google.protobuf.Value's kind.
constexpr std::array<const char*, 7> kKinds = {
    "null", "null", "a number", "a string", "true or false", "an object", "a list"};

static pb::Value::KindCase KindOf(const Field& field) {
  if (field.message_type() != nullptr) return pb::Value::kStructValue;
  if (field.cpp_type() == Field::CPPTYPE_BOOL) return pb::Value::kBoolValue;
  const bool text = field.enum_type() != nullptr || field.cpp_type() == Field::CPPTYPE_STRING;
  return text ? pb::Value::kStringValue : pb::Value::kNumberValue;
}

static std::string WrongKind(const pb::Value& value, pb::Value::KindCase kind) {
  const std::string is = kKinds.at(value.kind_case());
  return value.kind_case() == kind ? "" : "is " + is + ", must be " + kKinds.at(kind);
}

static const config::Rule& RuleOf(const Field& field) { return field.options().GetExtension(config::rule); }

// Why one value may not stand in this field, or an empty text.
static std::string FaultIn(const Field& field, const pb::Value& value) {
  const config::Rule& rule = RuleOf(field);
  const double number = value.number_value();
  const bool whole = field.cpp_type() != Field::CPPTYPE_UINT32 || std::trunc(number) == number;
  std::string wrong = WrongKind(value, KindOf(field));
  if (!wrong.empty()) return wrong;
  if (value.has_string_value()) return FaultIn(rule, value.string_value());
  wrong = value.has_number_value() ? FaultIn(rule, number) : "";
  return whole || !wrong.empty() ? wrong : Number(number) + " is not a whole number";
}

struct Walk {
  std::vector<std::string> faults;

  void ReadObject(const pb::Struct& json, const std::string& path, pb::Message& message) {
    const pb::Descriptor& type = *message.GetDescriptor();
    std::map<std::string, const pb::Value*> given;  // protobuf's map has no order of its own
    for (const auto& [key, value] : json.fields()) given[key] = &value;
    std::string known;
    for (int i = 0; i < type.field_count(); ++i) {
      const Field& field = *type.field(i);
      const auto is_given = [&](const std::string& name) { return json.fields().contains(name); };
      const auto instead = std::ranges::find_if(RuleOf(field).instead(), is_given);
      const bool replaced = instead != RuleOf(field).instead().end();
      const auto value = given.extract(field.name());
      known += (i > 0 ? ", " : "") + field.name();
      if (value) ReadField(*value.mapped(), path + field.name(), field, message);
      if (value && replaced) Add(path + field.name(), "given together with " + *instead, "keep one");
      const bool missing = !value && RuleOf(field).required() && !replaced;
      if (missing) Add(path + field.name(), "missing", RuleOf(field).remedy());
    }
    const std::string remedy = "correct its spelling or remove it; fields here: " + known;
    for (const auto& [key, value] : given) Add(path + Shown(key), "unknown field", remedy);
  }

  // True if there is a reason to refuse what stands there.
  bool Add(const std::string& at, const std::string& reason, const std::string& remedy) {
    if (!reason.empty()) faults.push_back(at + ": " + reason + "; " + remedy);
    return !reason.empty();
  }

  void ReadField(const pb::Value& value, const std::string& at, const Field& field, pb::Message& message) {
    if (!field.is_repeated()) return ReadItem(value, at, field, message);
    if (Add(at, WrongKind(value, pb::Value::kListValue), RuleOf(field).remedy())) return;
    const auto& items = value.list_value().values();
    if (items.empty()) Add(at, "is an empty list", RuleOf(field).remedy());
    for (int i = 0; i < items.size(); ++i) {
      ReadItem(items[i], at + "[" + std::to_string(i) + "]", field, message);
    }
  }

  void ReadItem(const pb::Value& value, const std::string& at, const Field& field, pb::Message& message) {
    const pb::Reflection& set = *message.GetReflection();
    const auto type = field.cpp_type();
    const std::string& text = value.string_value();
    // These two in any case: indices stay those of the file, and a wrong value is not missing as well.
    pb::Message* nested = type == Field::CPPTYPE_MESSAGE ? set.AddMessage(&message, &field) : nullptr;
    if (type == Field::CPPTYPE_STRING && field.is_repeated()) set.AddString(&message, &field, text);
    if (type == Field::CPPTYPE_STRING && !field.is_repeated()) set.SetString(&message, &field, text);
    if (Add(at, FaultIn(field, value), RuleOf(field).remedy())) return;
    if (nested != nullptr) ReadObject(value.struct_value(), at + ".", *nested);
    if (value.has_bool_value()) set.SetBool(&message, &field, value.bool_value());
    const double number = value.number_value();
    if (type == Field::CPPTYPE_DOUBLE) set.SetDouble(&message, &field, number);
    if (type == Field::CPPTYPE_UINT32) set.SetUInt32(&message, &field, static_cast<std::uint32_t>(number));
    if (type == Field::CPPTYPE_ENUM) set.AddEnum(&message, &field, field.enum_type()->FindValueByName(text));
  }
};

// protobuf names a repeated key by its place in Struct, "(fields[2].value.list_value.values[1]
// .struct_value.fields[0]) token: Repeated map key: ...". Ours by its place in the file; the one
// list of objects that the file has are the tunnels.
static std::string RepeatedKey(const std::string& text) {
  const std::size_t key = text.find(") ") + 2;
  const std::string path = text.substr(0, key);
  const std::size_t item = path.find('[', path.find("values"));
  const std::string index = item == path.npos ? "" : path.substr(item, path.find(']', item) + 1 - item);
  const std::string name = Shown(text.substr(key, text.find(": Repeated") - key));
  return (index.empty() ? "" : "tunnels" + index + ".") + name + ": repeated field; remove all but one";
}

// protobuf shows the text around a fault, which may be a token: "REASON.\nTEXT\n    ^". Ours says
// the line and column where that text stands instead.
static std::string SyntaxFault(const std::string& json, const std::string& text) {
  const std::size_t first = text.find('\n');
  const std::size_t last = text.rfind('\n');
  if (first == last) return "not one JSON object, or nested too deeply; compare with the example";
  const std::string around = text.substr(first + 1, last - first - 1);
  const std::size_t at = around.empty() ? json.size() : json.find(around);
  const bool unique = at != json.npos && json.find(around, at + 1) == json.npos;
  const std::string before = json.substr(0, unique ? at + text.size() - last - 2 : 0);
  const auto line = std::to_string(std::ranges::count(before, '\n') + 1);
  const auto column = std::to_string(before.size() - before.rfind('\n'));
  const std::string place = unique ? line + ":" + column + ": " : "";
  return place + "syntax error: " + text.substr(0, text.find_last_not_of('.', first - 1) + 1) +
         "; find it with: python3 -m json.tool FILE";
}

std::expected<std::vector<std::string>, Error> ReadMessage(std::string_view json, pb::Message& message) {
  pb::Struct object;
  const auto status = pb::util::JsonStringToMessage({json.data(), json.size()}, &object);
  const std::string text(status.message().data(), status.message().size());
  // Not in a syntax fault: that shows text of the file, where these words may stand as well.
  const bool repeated = text.starts_with('(') && text.find("Repeated map key") != text.npos;
  if (repeated) return Fail(RepeatedKey(text));
  if (!status.ok()) return Fail(SyntaxFault(std::string(json), text));
  Walk walk;
  walk.ReadObject(object, "", message);
  return walk.faults;
}

}  // namespace failover
