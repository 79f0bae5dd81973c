#include "prober/settings.h"

#include <algorithm>
#include <string_view>

#include "common/clock.h"
#include "prober/token.h"

namespace failover {
namespace {

template <typename Repeated>
std::set<TunnelStatus> Statuses(const Repeated& from) {
  std::set<TunnelStatus> statuses;
  // config.proto gives both enums the same numbers.
  for (const int number : from) statuses.insert(static_cast<TunnelStatus>(number));
  return statuses;
}

std::set<TunnelStatus> FailoverOn(const config::Configuration& all, const config::Tunnel& tunnel) {
  if (tunnel.failover_on_size() > 0) return Statuses(tunnel.failover_on());
  if (all.failover_on_size() > 0) return Statuses(all.failover_on());
  return {TunnelStatus::kDown, TunnelStatus::kDegraded, TunnelStatus::kInactive};
}

WatchedTunnel MakeTunnel(const config::Configuration& all, const config::Tunnel& tunnel) {
  const TunnelId id = *TunnelId::Parse(tunnel.tunnel_id());
  return {.id = id,
      .label = id.ToString() + (tunnel.has_name() ? " (" + tunnel.name() + ")" : ""),
      .name = tunnel.name(),
      .unit = tunnel.service(),
      .account_id = tunnel.account_id(),
      .token = tunnel.token(),
      .budget_group = tunnel.budget_group(),
      .failover_on = FailoverOn(all, tunnel),
      .failure_threshold =
          tunnel.has_failure_threshold() ? tunnel.failure_threshold() : all.failure_threshold(),
      .failback_service = tunnel.failback_service(),
      .local_metrics = tunnel.local_metrics()};
}

std::string_view WithoutSuffix(std::string_view unit) {
  constexpr std::string_view kSuffix = ".service";
  if (unit.ends_with(kSuffix)) unit.remove_suffix(kSuffix.size());
  return unit;
}

// A failback must be the start of another unit: of the same one it would be a restart of the backup.
std::optional<std::string> FaultInFailback(const config::Tunnel& tunnel) {
  if (tunnel.failback_service().empty()) return std::nullopt;
  const std::string_view backup = WithoutSuffix(tunnel.service());
  if (WithoutSuffix(tunnel.failback_service()) != backup) return std::nullopt;
  return "failback_service: is the same unit as service; name the one that ends it, such as failback@" +
         std::string(backup);
}

// The schema has checked its form, but not the address.
std::optional<Endpoint> ParseEndpoint(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  const bool brackets = text.starts_with('[');
  const auto address = IpAddress::Parse(brackets ? text.substr(1, colon - 2) : text.substr(0, colon));
  const bool fits = address && (address->version() == IpVersion::kIpv6) == brackets;
  if (!fits) return std::nullopt;
  return Endpoint{
      .address = *address, .port = static_cast<std::uint16_t>(std::stoul(text.substr(colon + 1)))};
}

Settings MakeWhole(const LoadedConfig& config) {
  const config::Configuration& all = config.settings;
  return {.gateway = {},
      .check_interval = Seconds(all.check_interval()),
      .confirm_interval = Seconds(all.confirm_interval()),
      .gateway_timeout = Seconds(all.gateway_timeout()),
      .api_timeout = Seconds(all.api_timeout()),
      .api_base_url = all.api_base_url(),
      .api_ca_file = all.api_ca_file(),
      .tunnels = {},
      .digest = config.digest,
      .status_listen = ParseEndpoint(all.status_listen()),
      .log_format = all.log_format() == "json" ? LogFormat::kJson : LogFormat::kText,
      .rules = {.cooldown = Seconds(all.cooldown()),
          .max_starts_per_hour = all.max_starts_per_hour(),
          .unknown_is_down_after = Seconds(all.unknown_is_down_after()),
          .failback_after = Seconds(all.failback_after())}};
}

// Adds to the faults, each with its field, "gateway_ip" or "gateway_ips[1]".
std::vector<GatewayAddress> ReadGateways(const config::Configuration& all, Faults& faults) {
  const bool several = all.gateway_ips_size() > 0;
  const std::vector<std::string> texts =
      several ? std::vector<std::string>(all.gateway_ips().begin(), all.gateway_ips().end())
              : std::vector<std::string>{all.gateway_ip()};
  if (texts.size() > kMaxGateways) {
    faults.push_back("gateway_ips: " + std::to_string(texts.size()) + " addresses; write at most " +
                     std::to_string(kMaxGateways));
    return {};
  }
  std::vector<GatewayAddress> gateways;
  for (int i = 0; const std::string& text : texts) {
    const std::string index = "[" + std::to_string(i++) + "]";
    const std::string field = several ? "gateway_ips" + index : "gateway_ip";
    const auto gateway = GatewayAddress::Parse(text);
    if (!gateway) {
      faults.push_back(field + ": \"" + text + "\" " + gateway.error().message);
    } else if (std::ranges::find(gateways, *gateway) != gateways.end()) {
      faults.push_back(field + ": " + text + " stands there already; remove one of the two");
    } else {
      gateways.push_back(*gateway);
    }
  }
  return gateways;
}

// What is not pinged is not judged.
GatewayChoice ChooseGateway(const config::Configuration& all, Faults& faults) {
  if (!all.gateway_check()) return {};
  const bool automatic = all.gateway_ips().empty() && all.gateway_ip() == "auto";
  if (automatic) return {.source = GatewaySource::kDefaultRoute, .addresses = {}};
  return {.source = GatewaySource::kConfigured, .addresses = ReadGateways(all, faults)};
}

}  // namespace

std::expected<LoadedSettings, Faults> MakeSettings(const LoadedConfig& config, const std::string& path) {
  LoadedSettings loaded{.settings = MakeWhole(config), .exposure = {}};
  Faults faults;
  loaded.settings.gateway = ChooseGateway(config.settings, faults);
  for (std::string& fault : faults) fault = path + ": " + fault;
  // libcurl would say it for every request; once and at the start is better.
  if (!loaded.settings.api_ca_file.empty()) {
    if (const auto file = ReadRegularFile(loaded.settings.api_ca_file, kMaxConfigFile); !file) {
      faults.push_back(
          path + ": api_ca_file: " + file.error().message + "; name a PEM file that the prober may read");
    }
  }
  if (config.settings.has_status_listen() && !loaded.settings.status_listen) {
    faults.push_back(path + ": status_listen: \"" + config.settings.status_listen() +
                     "\" is not an address; write one such as 127.0.0.1:9469 or [::1]:9469");
  }
  for (int i = 0; const config::Tunnel& entry : config.settings.tunnels()) {
    WatchedTunnel tunnel = MakeTunnel(config.settings, entry);
    const std::string here = path + ": tunnels[" + std::to_string(i++) + "].";
    if (const auto fault = FaultInFailback(entry)) faults.push_back(here + *fault);
    const bool credential = entry.has_token_credential();
    const std::string field = here + (credential ? "token_credential: " : "token_file: ");
    if (credential || entry.has_token_file()) {
      auto token = credential ? LoadCredential(entry.token_credential()) : LoadToken(entry.token_file());
      if (!token) {
        faults.push_back(field + token.error().message);
        continue;
      }
      tunnel.token = std::move(token->token);
      for (const std::string& exposed : token->exposure) loaded.exposure.push_back(field + exposed);
    }
    loaded.settings.tunnels.push_back(std::move(tunnel));
  }
  if (!faults.empty()) return std::unexpected(std::move(faults));
  return loaded;
}

}  // namespace failover
