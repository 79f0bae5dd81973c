// Facts of a host on which everything is right, for the doctor's tests.
#pragma once

#include "ctl/doctor_facts.h"
#include "tests/ctl/fake_world.h"

namespace failover {

inline UnitFacts LoadedUnit(const std::string& path, const std::string& active, const std::string& sub) {
  return {{"LoadState", "loaded"}, {"ActiveState", active}, {"SubState", sub}, {"UnitFileState", "enabled"},
      {"FragmentPath", path}, {"NeedDaemonReload", "no"}, {"NRestarts", "0"}};
}

inline std::vector<ApiAnswer> AnswersWith(const std::string& reason) {
  const std::string status = reason == "none" ? "healthy" : "unknown";
  return {{"home", status, reason}, {"office", status, reason}};
}

inline DoctorFacts SoundFacts() {
  DoctorFacts facts;
  facts.config_path = "/etc/failover-monitor/tunnels.json";
  facts.reader = DoctorFacts::Reader::kRoot;
  auto config = ParseConfig(kConfigText, facts.config_path);
  if (config) facts.config = *config;
  facts.check = ConfigCheck();
  facts.config_directory = {"/etc/failover-monitor", "", "root", "root", 0755};
  facts.log_directory = {"/var/log/failover-monitor", "", "root", "adm", 02750};
  facts.log_file = {"/var/log/failover-monitor/failover_monitor.log", "", "root", "adm", 0640};
  facts.orders = {"/run/failover-monitor/orders", "", "root", "root", 0700};
  facts.log_space = 1e9;
  facts.units = std::map<std::string, UnitFacts>{
      {kSupervisorUnit, LoadedUnit("/usr/lib/systemd/system/failover-monitor.service", "active", "running")},
      {kProberUnit, LoadedUnit("/usr/lib/systemd/system/failover-prober.service", "active", "running")},
      {"cloudflared_1.service", LoadedUnit("/etc/systemd/system/cloudflared_1.service", "inactive", "dead")},
      {"cloudflared_2.service",
          LoadedUnit("/etc/systemd/system/cloudflared_2.service", "inactive", "dead")}};
  facts.wanted_by = {{"cloudflared_1.service", "home"}, {"cloudflared_2.service", "office"}};
  facts.status = Situation("all_well");
  facts.answers = AnswersWith("none");
  facts.answers_from = "asked now";
  facts.clock_synchronized = true;
  return facts;
}

}  // namespace failover
