// tunnels.json as the prober reads it: what root needs not know about the file is checked here, and
// said with its place. Runs after root was given up.
#pragma once

#include <string>

#include "common/config.h"

namespace failover {

struct CheckedConfig {
  LoadedConfig loaded;
  Faults tampering;  // somebody other than root may change the file
  Faults exposure;   // everybody may read the tokens in it
  Faults warnings;   // valid, but probably not what was meant
};

// What LoadConfig() reads, if it is written strictly; a syntax error says where it is, and all other
// faults come together, each "FILE: FIELD: REASON; REMEDY".
std::expected<CheckedConfig, Faults> CheckConfig(const std::string& path);
// The same for bytes that are in memory; owner and mode are not looked at.
std::expected<CheckedConfig, Faults> CheckConfigText(std::string_view text, const std::string& path);

}  // namespace failover
