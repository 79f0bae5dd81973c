#include "supervisor/unit_whitelist.h"

namespace failover {

std::string UnitRule::title() const {
  return "Tunnel " + id.ToString() + (tunnel.has_name() ? " (" + tunnel.name() + ")" : "");
}

UnitWhitelist::UnitWhitelist(config::Configuration settings) : settings_(std::move(settings)) {
  for (const config::Tunnel& tunnel : settings_.tunnels()) {
    const TunnelId id = *TunnelId::Parse(tunnel.tunnel_id());
    const UnitName& unit = *units_.insert(UnitName(tunnel.service())).first;
    rules_.emplace(id, UnitRule{id, unit, tunnel, settings_});
  }
}

const UnitRule* UnitWhitelist::Find(const TunnelId& tunnel) const {
  const auto found = rules_.find(tunnel);
  return found == rules_.end() ? nullptr : &found->second;
}

}  // namespace failover
