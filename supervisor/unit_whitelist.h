// From the root-owned configuration to the only names that root will ever start. Runs as root;
// trusts the configuration, which common/config.h has checked, and nothing else.
#pragma once

#include <map>
#include <vector>

#include "common/health.h"
#include "common/tunnel_id.h"
#include "config.pb.h"

namespace failover {

// The name of a unit that root may start, "cloudflared_1.service". Nothing but the whitelist can
// make one, so what takes a UnitName cannot be handed a peer's text.
class UnitName {
 public:
  const std::string& str() const { return name_; }
  std::string label() const { return name_.substr(0, name_.rfind('.')); }  // as the log names it
  friend auto operator<=>(const UnitName&, const UnitName&) = default;

 private:
  friend class UnitWhitelist;
  explicit UnitName(std::string name) : name_(std::move(name)) {}

  std::string name_;
};

// What the configuration says about one tunnel. Valid as long as the whitelist.
struct UnitRule {
  TunnelId id;
  UnitName unit;
  std::optional<UnitName> failback;
  std::string title;  // for the log: "Tunnel ID" or "Tunnel ID (NAME)"
  unsigned failure_threshold;
  google::protobuf::RepeatedField<int> failover_on;  // empty: all but healthy
  const config::Configuration& all;                  // without its tunnels
};

class UnitWhitelist {
 public:
  // `settings`: as LoadConfig() returns them, every id and unit valid, every default filled in.
  explicit UnitWhitelist(config::Configuration settings = {}) : settings_(std::move(settings)) {
    // What is not kept of a tunnel's entry is nothing for root, its token least of all.
    const auto tunnels = std::exchange(*settings_.mutable_tunnels(), {});
    for (const config::Tunnel& tunnel : tunnels) {
      const TunnelId id = *TunnelId::Parse(tunnel.tunnel_id());
      const std::string name = tunnel.has_name() ? " (" + tunnel.name() + ")" : "";
      UnitRule rule{id, UnitName(tunnel.service()), {}, "Tunnel " + id.ToString() + name,
          tunnel.failure_threshold(), tunnel.failover_on(), settings_};
      units_[rule.unit].push_back(id);
      const std::string& failback = tunnel.failback_service();
      if (!failback.empty()) units_[rule.failback.emplace(UnitName(failback))].push_back(id);
      rules_.emplace(id, std::move(rule));
    }
  }
  UnitWhitelist(const UnitWhitelist&) = delete;

  const UnitRule* Find(const TunnelId& tunnel) const {  // the list's own, or nullptr
    const auto found = rules_.find(tunnel);
    return found == rules_.end() ? nullptr : &found->second;
  }
  const std::map<TunnelId, UnitRule>& rules() const { return rules_; }
  // Whatever may be started, with the tunnels that name it.
  const std::map<UnitName, std::vector<TunnelId>>& units() const { return units_; }
  const config::Configuration& settings() const { return settings_; }

 private:
  config::Configuration settings_;
  std::map<TunnelId, UnitRule> rules_;
  std::map<UnitName, std::vector<TunnelId>> units_;
};

}  // namespace failover
