// Gathers what the doctor judges: reads files and modes, asks systemd, the prober and the status
// socket. Runs as anybody; what this user may not see is said as such.
#pragma once

#include <functional>

#include "ctl/doctor_facts.h"
#include "ctl/world.h"

namespace failover {

DoctorFacts GatherFacts(const World& world);

// The contexts of the files of the units that the tunnels name, where a unit has a file.
std::map<std::string, std::string> LabelsOf(
    const DoctorFacts& facts, const std::function<std::string(const std::string& path)>& context);

// `systemctl show` of several units: blocks of KEY=VALUE lines, in the order that was asked for.
std::map<std::string, UnitFacts> ParseUnits(
    const std::vector<std::string>& names, const std::string& output);

// `failover-prober --check-online --json`.
std::expected<std::vector<ApiAnswer>, Error> ParseAnswers(const std::string& output);

}  // namespace failover
