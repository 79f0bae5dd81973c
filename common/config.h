// tunnels.json: from a file's bytes to config.proto's message, every fault named. Both daemons read
// it by these functions; the supervisor as root. The file's bytes are trusted as far as the owner
// and mode of the file say so, which the caller decides from what is returned here.
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
  std::string digest;              // SHA-256 of the file's bytes, 32 bytes
  Faults tampering;                // somebody other than root may change the file
  Faults exposure;                 // everybody may read the tokens in it
  Faults warnings;                 // valid, but probably not what was meant
};

// Reads and checks the whole file. A syntax error comes alone; all other faults come together.
std::expected<LoadedConfig, Faults> LoadConfig(const std::string& path);

// The same for bytes that are in memory; `path` stands in the messages. `tampering` and `exposure`
// stay empty.
std::expected<LoadedConfig, Faults> ParseConfig(std::string_view text, const std::string& path);

// What --check-config prints and returns: faults and "FILE: N tunnel(s), valid" go to standard
// output and error; 0 or kExitBadConfig. `more` are faults that only the caller can see.
int ReportConfigCheck(
    const std::string& path, const std::expected<LoadedConfig, Faults>& loaded, const Faults& more);

// The whole file, at most `limit` bytes, only if it is a regular one: a FIFO would block us.
struct FileContent {
  std::string text;
  struct stat status{};
};
std::expected<FileContent, Error> ReadRegularFile(const std::string& path, std::size_t limit);

}  // namespace failover
