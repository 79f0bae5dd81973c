#include "ctl/order_commands.h"

#include <algorithm>
#include <ctime>

#include "common/tunnel_id.h"
#include "ctl/json.h"
#include "ctl/text.h"

namespace failover {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

double Seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

// Whether the prober tells of the pause within a few seconds. Without a prober nobody knows.
enum class Seen { kYes, kNo, kNobodyTells };
Seen WaitUntilSeen(const World& world, const std::string& id) {
  const TimePoint deadline = world.now() + 5s;
  while (true) {
    const auto status = world.ask();
    if (!status || status->supervisor().state() != "connected") return Seen::kNobodyTells;
    const auto paused = [&](const status::Tunnel& t) {
      return (t.id() == id || id.empty()) && t.paused_for() > 0;
    };
    if (std::ranges::any_of(status->tunnels(), paused)) return Seen::kYes;
    if (world.now() >= deadline) return Seen::kNo;
    world.sleep(250ms);
  }
}

std::string_view Words(Seen seen) {
  switch (seen) {
    case Seen::kYes: return "in force";
    case Seen::kNo: return "left; the status does not show it yet, see: failoverctl status";
    case Seen::kNobodyTells:
      return "left; the supervisor takes it within a second if it runs, see: systemctl status "
             "failover-monitor";
  }
  __builtin_unreachable();
}

// Who is meant: a tunnel, or all.
struct Subject {
  std::string order;  // the name that the file begins with
  std::string words;  // "home (UUID)"
};

std::expected<Subject, Failure> SubjectOf(const World& world) {
  if (world.options.all) return Subject{kAllTunnels, "all tunnels"};
  const auto tunnel = ConfiguredTunnel(world);
  if (!tunnel) return std::unexpected(tunnel.error());
  return Subject{tunnel->id, FullName(*tunnel)};
}

Json Report(const Subject& subject, const std::string& what) {
  return Json::Object({{"subject", subject.order}, {"result", what}});
}

}  // namespace

std::expected<NamedTunnel, Failure> ConfiguredTunnel(const World& world) {
  const auto config = LoadConfig(world.options.config);
  std::vector<NamedTunnel> tunnels;
  if (config) {
    tunnels = TunnelsOf(config->settings);
  } else if (const auto status = world.ask()) {
    tunnels = TunnelsOf(*status);
  } else {
    const std::string& fault = config.error().front();
    return std::unexpected(Failure{"no tunnel can be looked up: " + fault, kExitBadConfig});
  }
  const auto found = FindTunnel(tunnels, world.options.tunnel);
  if (!found) return std::unexpected(Failure{found.error().message});
  // It becomes the name of a file.
  if (TunnelId::Parse(tunnels[*found].id)) return tunnels[*found];
  return std::unexpected(Failure{tunnels[*found].id + " is no UUID"});
}

std::expected<OrderDirectory, Failure> OpenOrders(const World& world) {
  return OrderDirectory::Open(world.options.orders);
}

Outcome Pause(const World& world) {
  const auto orders = OpenOrders(world);
  if (!orders) return std::unexpected(orders.error());
  const auto subject = SubjectOf(world);
  if (!subject) return std::unexpected(subject.error());
  const TimePoint until = world.now() + world.options.pause_for;
  const auto written = orders->Write(subject->order, "pause", until, world.options.reason);
  if (!written) return std::unexpected(written.error());
  const Seen seen = WaitUntilSeen(world, world.options.all ? "" : subject->order);
  const double length = Seconds(world.options.pause_for);
  const std::string words = "Pause of " + subject->words + " until " +
                            In(static_cast<double>(std::time(nullptr)), length) + ": " +
                            std::string(Words(seen));
  if (world.json()) {
    world.out << Json::Object({{"subject", subject->order}, {"paused_for", length},
                                  {"in_force", seen == Seen::kYes ? Json(true) : Json()}})
                     .text()
              << "\n";
  } else {
    world.out << words << "\n";
  }
  return kExitDone;
}

Outcome Resume(const World& world) {
  const auto orders = OpenOrders(world);
  if (!orders) return std::unexpected(orders.error());
  const auto subject = SubjectOf(world);
  if (!subject) return std::unexpected(subject.error());
  std::vector<std::string> subjects = {subject->order};
  if (world.options.all) subjects = orders->Subjects("pause");
  bool removed = false;
  for (const std::string& each : subjects) {
    const auto done = orders->Remove(each, "pause");
    if (!done) return std::unexpected(done.error());
    removed = removed || *done;
  }
  const std::string what = removed ? "the pause is ended" : "was not paused";
  if (world.json()) {
    world.out << Report(*subject, what).text() << "\n";
  } else {
    world.out << Capital(subject->words) << ": " << what << "\n";
  }
  const bool still = !world.options.all && orders->Has(kAllTunnels, "pause");
  if (still)
    world.err << "All tunnels are paused together, this one too; end that with: failoverctl resume --all\n";
  return kExitDone;
}

}  // namespace failover
