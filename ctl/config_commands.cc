#include "ctl/config_commands.h"

#include <algorithm>

#include "common/log.h"
#include "config_example.h"
#include "ctl/json.h"

namespace failover {

Outcome CheckConfig(const World& world) {
  const std::string& path = world.options.config;
  const auto loaded = LoadConfig(path);
  if (!world.json()) return ReportConfigCheck(path, loaded, {});
  Faults faults = loaded ? loaded->tampering : loaded.error();
  if (loaded) std::ranges::copy(loaded->exposure, std::back_inserter(faults));
  world.out << Json::Object({{"file", path}, {"valid", faults.empty()},
                                {"tunnels", loaded ? loaded->settings.tunnels_size() : 0},
                                {"faults", Json::Strings(faults)},
                                {"warnings", Json::Strings(loaded ? loaded->warnings : Faults{})}})
                   .text()
            << "\n";
  return faults.empty() ? kExitDone : kExitBadConfig;
}

Outcome PrintExample(const World& world) {
  world.out << kConfigExample;
  return kExitDone;
}

}  // namespace failover
