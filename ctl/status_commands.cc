#include "ctl/status_commands.h"

#include <algorithm>

#include "ctl/explanation.h"
#include "ctl/health_check.h"
#include "ctl/status_reader.h"
#include "ctl/status_view.h"
#include "ctl/text.h"

namespace failover {
namespace {

// The tunnel that the command names, by its index; nothing if it names none.
std::expected<std::optional<std::size_t>, Failure> Chosen(const World& world, const status::Status& status) {
  if (world.options.tunnel.empty()) return std::nullopt;
  const auto found = FindTunnel(TunnelsOf(status), world.options.tunnel);
  if (!found) return std::unexpected(Failure{found.error().message});
  return *found;
}

// At most as many lines as the screen has, or the top would scroll away.
std::string Fitted(const std::string& text, const Terminal& terminal) {
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n'));
  if (terminal.rows == 0 || lines < terminal.rows) return text;
  std::size_t end = 0;
  const std::size_t shown = terminal.rows > 2 ? terminal.rows - 2 : 1;
  for (std::size_t i = 0; i < shown; ++i) end = text.find('\n', end) + 1;
  return text.substr(0, end) + Count(lines - shown, "more line") +
         "; make the window taller, or name a tunnel\n";
}

// What is shown once: the table, or the status in JSON.
std::expected<std::string, Failure> Shown(const World& world, StatusView view) {
  auto status = world.ask();
  if (!status) return std::unexpected(status.error());
  const auto chosen = Chosen(world, *status);
  if (!chosen) return std::unexpected(chosen.error());
  view.tunnel = *chosen;
  if (!world.json()) return DescribeStatus(*status, view, world.terminal);
  if (*chosen) {
    const status::Tunnel only = status->tunnels(static_cast<int>(**chosen));
    status->clear_tunnels();
    *status->add_tunnels() = only;
  }
  return PrintStatus(*status);
}

}  // namespace

Outcome ShowStatus(const World& world) {
  if (!world.options.watch) {
    const auto shown = Shown(world, {});
    if (!shown) return std::unexpected(shown.error());
    world.out << *shown;
    return kExitDone;
  }
  const bool screen = world.terminal.kind == Terminal::Kind::kScreen && !world.json();
  while (world.out.good()) {
    const auto shown = Shown(world, {.tunnel = {}, .sparklines = StatusView::Sparklines::kYes});
    // Where the prober is only starting again, go on looking.
    if (!shown && shown.error().exit_status != kExitNoStatus) return std::unexpected(shown.error());
    const std::string text = shown ? *shown : shown.error().message + "\n";
    if (screen) world.out << "\033[H\033[2J";
    world.out << (screen ? Fitted(text, world.terminal) : text) << (screen || world.json() ? "" : "\n");
    world.out << std::flush;
    world.sleep(world.options.interval);
  }
  return kExitDone;
}

Outcome ShowExplanation(const World& world) {
  const auto status = world.ask();
  if (!status) return std::unexpected(status.error());
  const auto chosen = Chosen(world, *status);
  if (!chosen) return std::unexpected(chosen.error());
  if (!*chosen) return Failed("name a tunnel", kExitUsage);
  const Explanation explanation = Explain(*status, status->tunnels(static_cast<int>(**chosen)));
  world.out << (world.json() ? ToJson(explanation).text() + "\n" : Describe(explanation, world.terminal));
  return kExitDone;
}

Outcome ShowCheck(const World& world) {
  const auto judged = [&] {
    const auto status = world.ask();
    if (!status) return NothingKnown(status.error().message);
    const auto chosen = Chosen(world, *status);
    return chosen ? Check(*status, *chosen) : NothingKnown(chosen.error().message);
  };
  const HealthCheck check = judged();
  world.out << (world.json() ? ToJson(check).text() + "\n" : Describe(check));
  const bool good = world.options.only_critical && check.grade != Grade::kCritical;
  return good ? kExitDone : static_cast<int>(check.grade);
}

Outcome ShowNames(const World& world) {
  const auto status = world.ask();
  if (!status) return std::unexpected(status.error());
  const std::vector<std::string> names = ShortNames(TunnelsOf(*status));
  if (world.json()) {
    world.out << Json::Strings(names).text() << "\n";
    return kExitDone;
  }
  for (const std::string& name : names) world.out << name << "\n";
  return kExitDone;
}

}  // namespace failover
