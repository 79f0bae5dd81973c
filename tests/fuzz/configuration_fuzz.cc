// ParseConfig() on any bytes: what it accepts is safe to act on, what it says is safe to show.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/config.h"
#include "common/tunnel_id.h"
#include "tests/fuzz/property.h"

namespace failover {
namespace {

constexpr std::string_view kPlanted = "cfat_Planted0Secret1Planted2Secret3Planted4";  // in the corpus
constexpr std::string_view kHex = "0123456789abcdef";

void CheckTunnel(const config::Tunnel& tunnel) {
  const std::string& unit = tunnel.service();
  MustHold(unit.ends_with(".service") && unit.size() > 8 && unit.size() <= 255, "one .service");
  MustHold(unit.find_first_of("/*?[ \n\t;$'\"%") == unit.npos, "a plain name");
  MustHold(unit[0] != '-' && unit[0] != '.' && unit[0] != '@', "a plain first character");
  MustHold(!unit.ends_with("@.service"), "no bare template");
  MustHold(std::ranges::all_of(unit, [](char c) { return c > ' ' && c < '\x7f'; }), "ASCII");
  const auto id = TunnelId::Parse(tunnel.tunnel_id());
  MustHold(id && id->ToString() == tunnel.tunnel_id(), "a lower-case UUID");
  MustHold(
      tunnel.account_id().size() == 32 && tunnel.account_id().find_first_not_of(kHex) == std::string::npos,
      "an account id");
  const int sources = tunnel.has_token() + tunnel.has_token_file() + tunnel.has_token_credential();
  MustHold(sources == 1, "one source of the token");
  MustHold(
      !tunnel.has_token() || (!tunnel.token().empty() && !tunnel.token().starts_with("eyJ")), "a token");
}

void CheckAccepted(const config::Configuration& settings) {
  MustHold(settings.tunnels_size() > 0, "at least one tunnel");
  MustHold(settings.has_gateway_ip() || !settings.gateway_check(), "a gateway");
  MustHold(settings.check_interval() >= 1 && settings.check_interval() <= 3600, "an interval");
  MustHold(settings.cooldown() >= 1 && settings.cooldown() <= 86400, "a cooldown");
  MustHold(settings.failure_threshold() >= 1, "a threshold");
  MustHold(settings.api_base_url().starts_with("https://"), "https");
  for (const config::Tunnel& tunnel : settings.tunnels()) CheckTunnel(tunnel);
}

}  // namespace
}  // namespace failover

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  failover::ProtobufMustBeSilent();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using failover::MustHold;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = failover::ParseConfig(text, "F");
  if (config) {
    failover::CheckAccepted(config->settings);
    return 0;
  }
  MustHold(!config.error().empty(), "a reason for the refusal");
  for (const std::string& fault : config.error()) {
    MustHold(fault.starts_with("F: "), "the file's name first");
    MustHold(fault.find("; ") != fault.npos, "a remedy");
    MustHold(fault.find(failover::kPlanted) == fault.npos, "no token in a message");
    MustHold(
        std::ranges::none_of(fault, [](char c) { return static_cast<unsigned char>(c) < ' '; }), "one line");
  }
  return 0;
}
