#include "prober/config_check.h"

#include <algorithm>
#include <map>

#include "common/tunnel_id.h"
#include "prober/config_walk.h"

namespace failover {
namespace {

// What one field alone cannot show.
void CheckWhole(const config::Configuration& settings, Faults& faults) {
  const auto about = [](const std::string& fault) { return fault.starts_with("gateway_ip"); };
  const bool named = settings.has_gateway_ip() || settings.gateway_ips_size() > 0;
  if (settings.gateway_check() && !named && std::ranges::none_of(faults, about)) {
    faults.insert(faults.begin(),  // the schema's first field
        "gateway_ip: missing; write \"auto\", or the gateway's address, as `ip route show default` prints "
        "it, or \"gateway_check\": false if it does not answer ping");
  }
  std::map<TunnelId, std::string> seen;
  for (int i = 0; const config::Tunnel& tunnel : settings.tunnels()) {
    const std::string here = "tunnels[" + std::to_string(i++) + "]";
    const auto id = TunnelId::Parse(tunnel.tunnel_id());
    if (!id) continue;
    const auto [first, added] = seen.try_emplace(*id, here);
    const std::string again = ".tunnel_id: " + id->ToString() + " stands already in " + first->second;
    if (!added) faults.push_back(here + again + "; remove one of the two entries");
  }
}

}  // namespace

std::expected<CheckedConfig, Faults> CheckConfigText(std::string_view text, const std::string& path) {
  config::Configuration strict;
  auto read = ReadMessage(text, strict);
  Faults faults = read ? std::move(*read) : Faults{read.error().message};
  if (read) CheckWhole(strict, faults);
  for (std::string& fault : faults) fault = path + ": " + fault;
  if (!faults.empty()) return std::unexpected(std::move(faults));
  auto loaded = ParseConfig(text, path);
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  CheckedConfig config{.loaded = std::move(*loaded), .tampering = {}, .exposure = {}, .warnings = {}};
  const config::Configuration& settings = config.loaded.settings;
  const auto by_cooldown = static_cast<long>(3600 / settings.cooldown());
  if (by_cooldown > settings.max_starts_per_hour()) {
    config.warnings.push_back(path + ": max_starts_per_hour: contradicts cooldown, which allows " +
                              std::to_string(by_cooldown) + " starts in an hour; raise one of the two");
  }
  return config;
}

std::expected<CheckedConfig, Faults> CheckConfig(const std::string& path) {
  const auto file = ReadRegularFile(path, kMaxConfigFile);
  const std::string remedy = "; there must be a regular file that root and group failover-prober may read";
  if (!file) return std::unexpected(Faults{file.error().message + remedy});
  auto config = CheckConfigText(file->text, path);
  if (!config) return config;
  config->tampering = Tampering(path, file->status);
  const bool tokens = std::ranges::any_of(config->loaded.settings.tunnels(), &config::Tunnel::has_token);
  if (tokens && (file->status.st_mode & 04) != 0) {
    config->exposure.push_back(path + ": everybody may read the tokens in it; run: chmod 0640 " + path);
  }
  return config;
}

}  // namespace failover
