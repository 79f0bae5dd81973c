#include "ctl/tunnel_name.h"

#include <algorithm>
#include <map>

#include "ctl/text.h"

namespace failover {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
      [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

template <typename Matches>
std::vector<std::size_t> Where(const std::vector<NamedTunnel>& tunnels, Matches matches) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < tunnels.size(); ++i) {
    if (matches(tunnels[i])) found.push_back(i);
  }
  return found;
}

}  // namespace

std::vector<NamedTunnel> TunnelsOf(const config::Configuration& settings) {
  std::vector<NamedTunnel> tunnels;
  tunnels.reserve(static_cast<std::size_t>(settings.tunnels_size()));
  for (const config::Tunnel& t : settings.tunnels()) {
    tunnels.push_back({Lower(t.tunnel_id()), Printable(t.name()), t.service(), t.failback_service()});
  }
  return tunnels;
}

std::vector<NamedTunnel> TunnelsOf(const status::Status& status) {
  std::vector<NamedTunnel> tunnels;
  tunnels.reserve(static_cast<std::size_t>(status.tunnels_size()));
  for (const status::Tunnel& t : status.tunnels())
    tunnels.push_back({t.id(), t.name(), t.unit(), t.failback_unit()});
  return tunnels;
}

std::expected<std::size_t, Error> FindTunnel(
    const std::vector<NamedTunnel>& tunnels, std::string_view wanted) {
  const std::string lower = Lower(wanted);
  auto found = Where(tunnels, [&](const NamedTunnel& t) { return t.id == lower; });
  if (found.empty()) found = Where(tunnels, [&](const NamedTunnel& t) { return t.name == wanted; });
  if (found.empty() && !wanted.empty()) {
    found = Where(tunnels,
        [&](const NamedTunnel& t) { return t.id.starts_with(lower) || t.name.starts_with(wanted); });
  }
  if (found.size() == 1) return found[0];
  std::vector<std::string> names;
  names.reserve(found.size());
  for (const std::size_t i : found) names.push_back(FullName(tunnels[i]));
  if (names.empty()) names = ShortNames(tunnels);
  constexpr std::size_t kShown = 8;
  if (names.size() > kShown) {
    const std::size_t more = names.size() - kShown;
    names.resize(kShown);
    names.push_back(std::to_string(more) + " more");
  }
  const std::string shown = '"' + Printable(wanted) + '"';
  if (!found.empty()) return Fail(shown + " may be " + Join(names, " or ") + "; write more of it");
  if (names.empty()) return Fail(shown + ": there are no tunnels");
  return Fail("no tunnel has a label or UUID that begins with " + shown + "; there are: " + Join(names));
}

std::vector<std::string> ShortNames(const std::vector<NamedTunnel>& tunnels) {
  std::map<std::string, int> labels;
  std::vector<std::string> ids;
  ids.reserve(tunnels.size());
  for (const NamedTunnel& tunnel : tunnels) {
    ++labels[tunnel.name];
    ids.push_back(tunnel.id);
  }
  std::ranges::sort(ids);
  const auto common = [](std::string_view a, std::string_view b) {
    return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  };
  std::vector<std::string> names;
  for (const NamedTunnel& tunnel : tunnels) {
    if (!tunnel.name.empty() && labels[tunnel.name] == 1) {
      names.push_back(tunnel.name);
      continue;
    }
    const auto at = std::ranges::lower_bound(ids, tunnel.id);
    std::size_t needed = 8;
    if (at != ids.begin()) needed = std::max(needed, common(*std::prev(at), tunnel.id) + 1);
    if (std::next(at) != ids.end()) needed = std::max(needed, common(*std::next(at), tunnel.id) + 1);
    names.push_back(tunnel.id.substr(0, needed));
  }
  return names;
}

std::string FullName(const NamedTunnel& tunnel) {
  return tunnel.name.empty() ? tunnel.id : tunnel.name + " (" + tunnel.id + ")";
}

}  // namespace failover
