#include "common/config.h"

#include <glog/logging.h>
#include <google/protobuf/util/json_util.h>
#include <regex.h>
#include <sha256.h>

#include <fstream>
#include <map>

#include "common/log.h"

namespace failover {

namespace pb = google::protobuf;

static std::map<std::string, regex_t>& Patterns() {  // until the end of a file's check
  static auto& compiled = *new std::map<std::string, regex_t>;
  return compiled;
}

static bool Matches(const std::string& pattern, const std::string& value) {
  const auto [entry, fresh] = Patterns().try_emplace(pattern);
  if (fresh) CHECK_EQ(regcomp(&entry->second, pattern.c_str(), REG_EXTENDED), 0) << pattern;
  regmatch_t range{.rm_so = 0, .rm_eo = static_cast<regoff_t>(value.size())};
  return regexec(&entry->second, value.c_str(), 1, &range, REG_STARTEND) == 0;
}

// A token that was pasted into the wrong place must not end up in a log.
std::string Shown(const std::string& text) {
  if (Matches("cf(ut|at|k)_|eyJ|[A-Za-z0-9_-]{40}", text)) return "(not shown, may be a token)";
  return Escape(text.substr(0, 48)) + (text.size() > 48 ? "..." : "");
}

std::string FaultIn(const config::Rule& rule, double value) {
  return value >= rule.min() && value <= rule.max() ? "" : Number(value) + " is out of range";
}

std::string FaultIn(const config::Rule& rule, const std::string& value) {
  const std::string shown = rule.secret() ? "" : '"' + Shown(value) + "\" ";
  for (const config::Check& check : rule.check())
    if (Matches(check.has_must() ? check.must() : check.never(), value) != check.has_must())
      return shown + check.fault();
  return "";
}

// Holds each value to its rule, in the schema's order.
static void Check(const pb::Message& message, const std::string& path, Faults& faults) {
  using Field = pb::FieldDescriptor;
  const pb::Reflection& get = *message.GetReflection();
  std::vector<const Field*> given;
  get.ListFields(message, &given);
  const auto is_given = [&](const std::string& name) {
    return std::ranges::find(given, name, &Field::name) != given.end();
  };
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const Field& field = *message.GetDescriptor()->field(i);
    const config::Rule& rule = field.options().GetExtension(config::rule);
    const auto type =
        is_given(field.name()) && !field.is_repeated() ? field.cpp_type() : Field::CPPTYPE_BOOL;
    std::string fault;
    if (type == Field::CPPTYPE_STRING) fault = FaultIn(rule, get.GetString(message, &field));
    if (type == Field::CPPTYPE_DOUBLE) fault = FaultIn(rule, get.GetDouble(message, &field));
    if (type == Field::CPPTYPE_UINT32) fault = FaultIn(rule, get.GetUInt32(message, &field));
    const bool needed = rule.required() && std::ranges::none_of(rule.instead(), is_given);
    if (needed && !is_given(field.name())) fault = "missing";
    if (!fault.empty()) faults.push_back(path + field.name() + ": " + fault + "; " + rule.remedy());
    for (int k = 0; field.message_type() != nullptr && k < get.FieldSize(message, &field); ++k)
      Check(get.GetRepeatedMessage(message, &field, k), path + field.name() + "[" + std::to_string(k) + "].",
          faults);
  }
}

// Defaults that depend on another field, and units in their one form.
static void FillIn(config::Configuration& settings) {
  for (const std::string& ip : settings.gateway_ips())  // the log names them all
    settings.set_gateway_ip(settings.gateway_ip() + (settings.has_gateway_ip() ? ", " : "") + Shown(ip));
  for (config::Tunnel& tunnel : *settings.mutable_tunnels()) {
    if (tunnel.failover_on().empty()) *tunnel.mutable_failover_on() = settings.failover_on();
    if (!tunnel.has_failure_threshold()) tunnel.set_failure_threshold(settings.failure_threshold());
    for (std::string* unit : {tunnel.mutable_service(), tunnel.mutable_failback_service()})
      if (!unit->empty() && !unit->ends_with(".service")) unit->append(".service");
  }
}

Faults Tampering(const std::string& path, const struct stat& file) {
  const std::string owner = path + ": owned by uid " + std::to_string(file.st_uid) + ", must be root; run: ";
  Faults faults;
  if (file.st_uid != 0) faults.push_back(owner + "chown root:failover-prober " + path);
  const std::string writable = path + ": others than root may write it; run: chmod 0640 " + path;
  if ((file.st_mode & 022) != 0) faults.push_back(writable);
  return faults;
}

std::expected<FileContent, Error> ReadRegularFile(const std::string& path, std::size_t limit) {
  FileContent file;
  if (stat(path.c_str(), &file.status) != 0) return FailErrno(path);
  if (!S_ISREG(file.status.st_mode)) return Fail(path + ": not a regular file");
  const bool large = static_cast<std::size_t>(file.status.st_size) > limit;
  if (large) return Fail(path + ": larger than " + std::to_string(limit) + " bytes");
  std::ifstream in(path, std::ios::binary);
  if (!in) return FailErrno(path);
  file.text.assign(std::istreambuf_iterator<char>(in), {});
  return file;
}

std::expected<LoadedConfig, Faults> ParseConfig(std::string_view text, const std::string& path) {
  LoadedConfig config;
  Faults faults;
  const auto read = pb::util::JsonStringToMessage({text.data(), text.size()}, &config.settings);
  // Not protobuf's words, which show the text around the fault: it may be a token.
  if (!read.ok()) faults = {"not one JSON object of the known fields; see: failover-prober --check-config"};
  if (read.ok()) Check(config.settings, "", faults);
  for (auto& [pattern, compiled] : Patterns()) regfree(&compiled);
  Patterns().clear();  // they take half a megabyte
  for (std::string& fault : faults) fault = path + ": " + fault;
  if (!faults.empty()) return std::unexpected(std::move(faults));
  FillIn(config.settings);
  std::array<char, SHA256_DIGEST_STRING_LENGTH> hex{};
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  config.digest = SHA256Data(bytes, text.size(), hex.data());
  return config;
}

std::vector<std::string> Describe(const config::Configuration& settings) {
  return {settings.gateway_check() ? "Gateway IP: " + settings.gateway_ip() : "Gateway check: off",
      "Monitoring " + std::to_string(settings.tunnels_size()) + " tunnel(s)",
      "Check interval: " + Number(settings.check_interval()) + " seconds"};
}

std::expected<LoadedConfig, Faults> LoadConfig(const std::string& path) {
  const auto file = ReadRegularFile(path, kMaxConfigFile);
  const std::string remedy = "; there must be a regular file that root and group failover-prober may read";
  if (!file) return std::unexpected(Faults{file.error().message + remedy});
  auto config = ParseConfig(file->text, path);
  Faults tampering = Tampering(path, file->status);
  if (config && !tampering.empty()) return std::unexpected(std::move(tampering));
  return config;
}

}  // namespace failover
