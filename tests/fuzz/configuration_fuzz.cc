// Both readers of tunnels.json on any bytes: what root's accepts is safe to act on, what either says
// is safe to show, and the strict one of the prober accepts nothing that root's does not.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "common/config.h"
#include "common/tunnel_id.h"
#include "prober/config_check.h"
#include "tests/fuzz/property.h"

namespace failover {
namespace {

constexpr std::string_view kPlanted = "cfat_Planted0Secret1Planted2Secret3Planted4";  // in the corpus
constexpr std::string_view kHex = "0123456789abcdef";

void CheckUnit(const std::string& unit) {
  MustHold(unit.ends_with(".service") && unit.size() > 8 && unit.size() <= 255, "one .service");
  MustHold(unit.find_first_of("/*?[ \n\t;$'\"%") == unit.npos, "a plain name");
  MustHold(unit[0] != '-' && unit[0] != '.' && unit[0] != '@', "a plain first character");
  MustHold(!unit.ends_with("@.service"), "no bare template");
  MustHold(std::ranges::all_of(unit, [](char c) { return c > ' ' && c < '\x7f'; }), "ASCII");
}

int Sources(const config::Tunnel& tunnel) {
  int sources = 0;
  for (const bool given : {tunnel.has_token(), tunnel.has_token_file(), tunnel.has_token_credential()}) {
    if (given) ++sources;
  }
  return sources;
}

void CheckTunnel(const config::Tunnel& tunnel) {
  CheckUnit(tunnel.service());
  if (!tunnel.failback_service().empty()) CheckUnit(tunnel.failback_service());
  MustHold(TunnelId::Parse(tunnel.tunnel_id()).has_value(), "a UUID");
  MustHold(tunnel.failure_threshold() >= 1 && tunnel.failure_threshold() <= 100, "a threshold");
  MustHold(
      tunnel.account_id().size() == 32 && tunnel.account_id().find_first_not_of(kHex) == std::string::npos,
      "an account id");
  MustHold(Sources(tunnel) >= 1, "a source of the token");
  MustHold(
      !tunnel.has_token() || (!tunnel.token().empty() && !tunnel.token().starts_with("eyJ")), "a token");
}

void CheckAccepted(const config::Configuration& settings) {
  MustHold(settings.tunnels_size() > 0, "at least one tunnel");
  MustHold(settings.check_interval() >= 1 && settings.check_interval() <= 3600, "an interval");
  MustHold(settings.cooldown() >= 1 && settings.cooldown() <= 86400, "a cooldown");
  MustHold(settings.failure_threshold() >= 1, "a threshold");
  MustHold(settings.api_base_url().starts_with("https://"), "https");
  for (const config::Tunnel& tunnel : settings.tunnels()) CheckTunnel(tunnel);
}

// What root need not know of.
void CheckStrict(const CheckedConfig& strict, const LoadedConfig& loaded) {
  const config::Configuration& settings = strict.loaded.settings;
  MustHold(settings.SerializeAsString() == loaded.settings.SerializeAsString(), "both read the same");
  MustHold(strict.loaded.digest == loaded.digest && loaded.digest.size() == 64, "one digest");
  MustHold(settings.has_gateway_ip() || !settings.gateway_check(), "a gateway");
  std::set<TunnelId> ids;
  for (const config::Tunnel& tunnel : settings.tunnels()) {
    MustHold(Sources(tunnel) == 1, "one source of the token");
    MustHold(ids.insert(*TunnelId::Parse(tunnel.tunnel_id())).second, "each tunnel once");
  }
}

void CheckFaults(const Faults& faults) {
  MustHold(!faults.empty(), "a reason for the refusal");
  for (const std::string& fault : faults) {
    MustHold(fault.starts_with("F: "), "the file's name first");
    MustHold(fault.find("; ") != fault.npos, "a remedy");
    MustHold(fault.find(kPlanted) == fault.npos, "no token in a message");
    MustHold(
        std::ranges::none_of(fault, [](char c) { return static_cast<unsigned char>(c) < ' '; }), "one line");
  }
}

void TryText(std::string_view text) {
  const auto loaded = ParseConfig(text, "F");
  if (loaded) CheckAccepted(loaded->settings);
  if (!loaded) CheckFaults(loaded.error());
  const auto strict = CheckConfigText(text, "F");
  if (!strict) return CheckFaults(strict.error());
  MustHold(loaded.has_value(), "the strict reader takes nothing more");
  CheckStrict(*strict, *loaded);
}

}  // namespace
}  // namespace failover

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  failover::ProtobufMustBeSilent();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  failover::TryText({reinterpret_cast<const char*>(data), size});
  return 0;
}
