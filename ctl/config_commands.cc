#include "ctl/config_commands.h"

#include "config_example.h"
#include "ctl/json.h"
#include "ctl/prober_check.h"
#include "ctl/text.h"

namespace failover {

Outcome CheckConfig(const World& world) {
  const std::string& path = world.options.config;
  const auto check = AskProber(world);
  if (!check) return Failed(check.error().message);
  const auto loaded = LoadConfig(path);
  const int tunnels = loaded ? loaded->settings.tunnels_size() : 0;
  const bool valid = check->faults.empty();
  if (world.json()) {
    world.out << Json::Object({{"file", path}, {"valid", valid}, {"tunnels", tunnels},
                                  {"faults", Json::Strings(check->faults)},
                                  {"warnings", Json::Strings(check->warnings)}})
                     .text()
              << "\n";
    return valid ? kExitDone : kExitBadConfig;
  }
  for (const std::string& warning : check->warnings) world.err << "warning: " << warning << "\n";
  for (const std::string& fault : check->faults) world.err << fault << "\n";
  if (!valid) return kExitBadConfig;
  world.out << path << ": " << Count(static_cast<std::size_t>(tunnels), "tunnel") << ", valid\n";
  return kExitDone;
}

Outcome PrintExample(const World& world) {
  world.out << kConfigExample;
  return kExitDone;
}

}  // namespace failover
