#include "common/config.h"

#include <sha256.h>

#include <fstream>
#include <iostream>
#include <map>

#include "common/config_walk.h"
#include "common/log.h"
#include "common/tunnel_id.h"

namespace failover {

// What one field alone cannot show. Also fills in defaults that depend on another field, and
// writes units and ids in their one form.
static void CheckWhole(config::Configuration& settings, Faults& faults) {
  for (const std::string& ip : settings.gateway_ips())  // the log names them all
    settings.set_gateway_ip(settings.gateway_ip() + (settings.has_gateway_ip() ? ", " : "") + ip);
  const auto about = [](const std::string& fault) { return fault.starts_with("gateway_ip"); };
  if (settings.gateway_check() && !settings.has_gateway_ip() && std::ranges::none_of(faults, about)) {
    faults.insert(faults.begin(),  // the schema's first field
        "gateway_ip: missing; write \"auto\", or the gateway's address, as `ip route show default` prints "
        "it, or \"gateway_check\": false if it does not answer ping");
  }
  std::map<TunnelId, std::string> seen;
  for (int i = 0; config::Tunnel & tunnel : *settings.mutable_tunnels()) {
    const std::string here = "tunnels[" + std::to_string(i++) + "]";
    if (tunnel.failover_on().empty()) *tunnel.mutable_failover_on() = settings.failover_on();
    if (!tunnel.has_failure_threshold()) tunnel.set_failure_threshold(settings.failure_threshold());
    if (!tunnel.service().ends_with(".service")) tunnel.mutable_service()->append(".service");
    const auto id = TunnelId::Parse(tunnel.tunnel_id());
    if (!id) continue;
    tunnel.set_tunnel_id(id->ToString());
    const auto [first, added] = seen.try_emplace(*id, here);
    const std::string again = ".tunnel_id: " + id->ToString() + " stands already in " + first->second;
    if (!added) faults.push_back(here + again + "; remove one of the two entries");
  }
}

static void CheckOwnerAndMode(const std::string& path, const struct stat& file, LoadedConfig& config) {
  const std::string owner = path + ": owned by uid " + std::to_string(file.st_uid) + ", must be root; run: ";
  const std::string remedy = "; run: chmod 0640 " + path;
  const bool writable = (file.st_mode & 022) != 0;
  const bool readable = (file.st_mode & 04) != 0;
  const bool tokens = std::ranges::any_of(config.settings.tunnels(), &config::Tunnel::has_token);
  if (file.st_uid != 0) config.tampering.push_back(owner + "chown root:failover-prober " + path);
  if (writable) config.tampering.push_back(path + ": others than root may write it" + remedy);
  if (tokens && readable) config.exposure.push_back(path + ": everybody may read the tokens in it" + remedy);
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
  auto read = ReadMessage(text, config.settings);
  Faults faults = read ? std::move(*read) : Faults{read.error().message};
  if (read) CheckWhole(config.settings, faults);
  for (std::string& fault : faults) fault = path + ": " + fault;
  if (!faults.empty()) return std::unexpected(std::move(faults));
  const auto by_cooldown = static_cast<long>(3600 / config.settings.cooldown());
  if (by_cooldown > config.settings.max_starts_per_hour()) {
    config.warnings.push_back(path + ": max_starts_per_hour: contradicts cooldown, which allows " +
                              std::to_string(by_cooldown) + " starts in an hour; raise one of the two");
  }
  SHA2_CTX context;
  SHA256Init(&context);
  SHA256Update(&context, reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  config.digest.resize(SHA256_DIGEST_LENGTH);
  SHA256Final(reinterpret_cast<std::uint8_t*>(config.digest.data()), &context);
  return config;
}

std::expected<LoadedConfig, Faults> LoadConfig(const std::string& path) {
  const auto file = ReadRegularFile(path, kMaxConfigFile);
  const std::string remedy = "; there must be a regular file that root and group failover-prober may read";
  if (!file) return std::unexpected(Faults{file.error().message + remedy});
  auto config = ParseConfig(file->text, path);
  if (config) CheckOwnerAndMode(path, file->status, *config);
  return config;
}

int ReportConfigCheck(
    const std::string& path, const std::expected<LoadedConfig, Faults>& loaded, const Faults& more) {
  const LoadedConfig config = loaded.value_or(LoadedConfig{});
  for (const std::string& line : config.warnings) std::cerr << "warning: " << Escape(line) << "\n";
  Faults all = loaded ? more : loaded.error();
  for (const Faults& faults : {config.tampering, config.exposure})
    std::ranges::copy(faults, std::back_inserter(all));
  for (const std::string& line : all) std::cerr << Escape(line) << "\n";
  if (!all.empty()) return kExitBadConfig;
  std::cout << path << ": " << config.settings.tunnels_size() << " tunnel(s), valid\n";
  return 0;
}

}  // namespace failover
