#include "ctl/order_commands.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <map>

#include "common/tunnel_id.h"
#include "ctl/json.h"
#include "ctl/text.h"

namespace failover {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

double InSeconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

// Whether the prober tells of the pauses within a few seconds. Without a prober nobody knows.
enum class Seen { kYes, kNo, kNotWatched, kNobodyTells };
Seen WaitUntilSeen(const World& world, const std::vector<NamedTunnel>& tunnels, TimePoint until) {
  const TimePoint deadline = world.now() + 5s;
  while (true) {
    const auto status = world.ask();
    if (!status || status->supervisor().state() != "connected") return Seen::kNobodyTells;
    const double left = InSeconds(until - world.now());
    std::map<std::string_view, double> paused;  // by UUID
    for (const status::Tunnel& tunnel : status->tunnels()) paused[tunnel.id()] = tunnel.paused_for();
    const auto watched = [&](const NamedTunnel& t) { return paused.contains(t.id); };
    // An older pause of another length is not this one.
    const auto shown = [&](const NamedTunnel& t) {
      return watched(t) && std::abs(paused.at(t.id) - left) <= 2;
    };
    if (std::ranges::all_of(tunnels, shown)) return Seen::kYes;
    if (!std::ranges::all_of(tunnels, watched)) return Seen::kNotWatched;
    if (world.now() >= deadline) return Seen::kNo;
    world.sleep(250ms);
  }
}

std::string_view Words(Seen seen) {
  switch (seen) {
    case Seen::kYes: return "in force";
    case Seen::kNo: return "left; the status does not show it yet, see: failoverctl status";
    case Seen::kNotWatched:
      return "left, but NOT in force: it stands in the file and is not watched yet; run: failoverctl reload";
    case Seen::kNobodyTells:
      return "left; the supervisor takes it within a second if it runs, see: systemctl status "
             "failover-monitor";
  }
  __builtin_unreachable();
}

// By the configuration file, never by the status: an order is root's word, the status is the prober's.
std::expected<std::vector<NamedTunnel>, Failure> ConfiguredTunnels(const World& world) {
  const auto config = LoadConfig(world.options.config);
  if (config) return TunnelsOf(config->settings);
  return std::unexpected(Failure{
      "no tunnel can be looked up: " + config.error().front() + "; a whole UUID can be paused all the same",
      kExitBadConfig});
}

// One tunnel. A whole UUID needs no file: the supervisor holds on to the configuration before a fault.
std::expected<NamedTunnel, Failure> MeantOne(const World& world) {
  const auto id = TunnelId::Parse(world.options.tunnel);
  if (id && !LoadConfig(world.options.config)) return NamedTunnel{id->ToString(), "", ""};
  return ConfiguredTunnel(world);
}

// Who is meant: one tunnel, or all that are configured.
std::expected<std::vector<NamedTunnel>, Failure> Meant(const World& world) {
  if (world.options.all) return ConfiguredTunnels(world);
  const auto tunnel = MeantOne(world);
  if (!tunnel) return std::unexpected(tunnel.error());
  return std::vector{*tunnel};
}

std::string Title(const World& world, const std::vector<NamedTunnel>& tunnels) {
  if (!world.options.all) return FullName(tunnels.front());
  return "all tunnels (" + std::to_string(tunnels.size()) + ")";
}

Json Ids(const std::vector<NamedTunnel>& tunnels) {
  std::vector<std::string> ids;
  ids.reserve(tunnels.size());
  for (const NamedTunnel& tunnel : tunnels) ids.push_back(tunnel.id);
  return Json::Strings(ids);
}

}  // namespace

std::expected<NamedTunnel, Failure> ConfiguredTunnel(const World& world) {
  const auto tunnels = ConfiguredTunnels(world);
  if (!tunnels) return std::unexpected(tunnels.error());
  const auto found = FindTunnel(*tunnels, world.options.tunnel);
  if (!found) return std::unexpected(Failure{found.error().message});
  return tunnels->at(*found);
}

std::expected<OrderDirectory, Failure> OpenOrders(const World& world) {
  return OrderDirectory::Open(world.options.orders);
}

Outcome Pause(const World& world) {
  const auto orders = OpenOrders(world);
  if (!orders) return std::unexpected(orders.error());
  const auto tunnels = Meant(world);
  if (!tunnels) return std::unexpected(tunnels.error());
  const TimePoint until = world.now() + world.options.pause_for;
  for (const NamedTunnel& tunnel : *tunnels) {
    const auto written = orders->Write(tunnel.id, "pause", until, world.options.reason);
    if (!written) return std::unexpected(written.error());
  }
  const Seen seen = WaitUntilSeen(world, *tunnels, until);
  const int status = seen == Seen::kNo || seen == Seen::kNotWatched ? kExitFailed : kExitDone;
  const double length = InSeconds(world.options.pause_for);
  if (world.json()) {
    world.out << Json::Object({{"tunnels", Ids(*tunnels)}, {"paused_for", length},
                                  {"in_force", seen == Seen::kYes ? Json(true) : Json()}})
                     .text()
              << "\n";
    return status;
  }
  world.out << "Pause of " << Title(world, *tunnels) << " until "
            << In(static_cast<double>(std::time(nullptr)), length) << ": " << Words(seen) << "\n";
  return status;
}

Outcome Resume(const World& world) {
  const auto orders = OpenOrders(world);
  if (!orders) return std::unexpected(orders.error());
  const auto listed = orders->Tunnels("pause");
  if (!listed) return std::unexpected(listed.error());
  std::vector<std::string> paused = *listed;
  std::string title = "All tunnels";
  if (!world.options.all) {
    const auto tunnel = MeantOne(world);
    if (!tunnel) return std::unexpected(tunnel.error());
    const auto wanted = TunnelId::Parse(tunnel->id);
    std::erase_if(paused, [&](const std::string& id) { return TunnelId::Parse(id) != wanted; });
    title = FullName(*tunnel);
  }
  for (const std::string& id : paused) {
    const auto removed = orders->Remove(id, "pause");
    if (!removed) return std::unexpected(removed.error());
  }
  std::string what = paused.empty() ? "not paused" : "the pause is ended";
  if (paused.size() > 1) what = std::to_string(paused.size()) + " pauses are ended";
  if (world.json()) {
    world.out << Json::Object({{"resumed", Json::Strings(paused)}, {"result", what}}).text() << "\n";
  } else {
    world.out << title << ": " << what << "\n";
  }
  return kExitDone;
}

}  // namespace failover
