// How an operator names a tunnel: its label, its UUID, or any beginning of one of them that only one
// tunnel has. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "config.pb.h"
#include "status.pb.h"

namespace failover {

struct NamedTunnel {
  std::string id;                  // UUID, lower case
  std::string name;                // label, may be empty
  std::string unit;                // "cloudflared_1.service"
  std::string failback_unit = {};  // may be empty
};

std::vector<NamedTunnel> TunnelsOf(const config::Configuration& settings);
std::vector<NamedTunnel> TunnelsOf(const status::Status& status);

// The index of the one that is meant. A whole label or UUID wins over a beginning.
std::expected<std::size_t, Error> FindTunnel(
    const std::vector<NamedTunnel>& tunnels, std::string_view wanted);

// What to call it in a table: its label if no other has it, or else the beginning of its UUID, of 8
// digits or more, that no other has.
std::vector<std::string> ShortNames(const std::vector<NamedTunnel>& tunnels);

// "home (f70ff985-...)", or the UUID alone.
std::string FullName(const NamedTunnel& tunnel);

}  // namespace failover
