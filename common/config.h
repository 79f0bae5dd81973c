// tunnels.json: from a file's bytes to config.proto's message, for both daemons; the supervisor reads
// it as root. Here protobuf's own JSON reader is good enough, and each value is held to its rule.
// That the file is written strictly, and where it is not, is the prober's word (--check-config).
#pragma once

#include <sys/stat.h>

#include <vector>

#include "common/error.h"
#include "config.pb.h"

namespace failover {

inline constexpr int kExitUsage = 64;                                         // EX_USAGE, sysexits.h(3head)
inline constexpr int kExitBadConfig = 78;                                     // EX_CONFIG
inline constexpr std::size_t kMaxConfigFile = std::size_t{16} * 1024 * 1024;  // bytes
inline constexpr const char* kDefaultConfigPath = "/etc/failover-monitor/tunnels.json";
inline constexpr const char* kDefaultSocketPath = "/run/failover-monitor/report.sock";

// Lines for the operator, each "FILE: FIELD: REASON; REMEDY". Never a token.
using Faults = std::vector<std::string>;

struct LoadedConfig {
  config::Configuration settings;  // valid, every default filled in, units with suffix
  std::string digest;              // SHA-256 of the file's bytes, 64 hex digits
};

// Reads and checks the whole file, for root: one that others may change is no order to it. A syntax
// error comes alone; all other faults come together.
std::expected<LoadedConfig, Faults> LoadConfig(const std::string& path);

// The same for bytes that are in memory; `path` stands in the messages.
std::expected<LoadedConfig, Faults> ParseConfig(std::string_view text, const std::string& path);

// What a daemon says of its configuration when it takes it.
std::vector<std::string> Describe(const config::Configuration& settings);

// How somebody other than root may change the file.
Faults Tampering(const std::string& path, const struct stat& file);

// Why this value is none that the rule allows, or an empty text. Shows the value, escaped and
// shortened, unless it may be a secret.
std::string FaultIn(const config::Rule& rule, const std::string& value);
std::string FaultIn(const config::Rule& rule, double value);

// Text of the file as a message may show it: shortened, escaped, and never a token.
std::string Shown(const std::string& text);

// The whole file, at most `limit` bytes, only if it is a regular one: a FIFO would block us.
struct FileContent {
  std::string text;
  struct stat status{};
};
std::expected<FileContent, Error> ReadRegularFile(const std::string& path, std::size_t limit);

}  // namespace failover
