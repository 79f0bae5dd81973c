#include "ctl/doctor_judge.h"

#include "ctl/doctor_network.h"
#include "ctl/text.h"

namespace failover {
namespace {

constexpr double kLittleSpace = 16.0 * 1024 * 1024;  // bytes

// "FILE: FIELD: REASON; REMEDY", as config.h writes its faults.
Finding FromFault(Health health, const std::string& subject, const std::string& fault) {
  const std::string text = Printable(fault);
  const std::size_t at = text.find("; ");
  if (at == text.npos) return {health, subject, text, "mend it, then run: failoverctl config check"};
  return {health, subject, text.substr(0, at), text.substr(at + 2)};
}

void JudgeConfiguration(const DoctorFacts& facts, Findings& findings) {
  const std::string subject = "configuration";
  const bool hidden = facts.reader == DoctorFacts::Reader::kOther;
  const bool checked = facts.check && *facts.check;
  Faults faults = facts.config ? Faults{} : facts.config.error();
  // The strict reading says where each fault is.
  if (checked && !(*facts.check)->faults.empty()) faults = (*facts.check)->faults;
  for (const std::string& fault : faults) {
    findings.push_back(FromFault(hidden ? Health::kWarn : Health::kFail, subject, fault));
    if (hidden) findings.back().remedy = "root sees it: sudo failoverctl doctor";
  }
  if (faults.empty()) {
    const auto count = static_cast<std::size_t>(facts.config->settings.tunnels_size());
    findings.push_back({Health::kOk, subject, facts.config_path + ": valid, " + Count(count, "tunnel"), ""});
  }
  for (const std::string& line : checked ? (*facts.check)->warnings : Faults{})
    findings.push_back(FromFault(Health::kWarn, subject, line));
}

void JudgeTokens(const DoctorFacts& facts, Findings& findings) {
  if (!facts.check || !facts.config) return;
  const std::string subject = "tokens";
  if (!*facts.check) {
    findings.push_back({Health::kFail, subject, "not known: " + Printable(facts.check->error().message),
        "run: failover-prober --check-config"});
  } else if ((*facts.check)->faults.empty()) {
    findings.push_back(
        {Health::kOk, subject, "the prober's user can read the configuration and every token", ""});
  }
}

std::string Octal(unsigned mode) {
  std::string digits;
  for (int shift = 9; shift >= 0; shift -= 3) digits += static_cast<char>('0' + (mode >> shift & 7));
  return digits;
}

std::string Describe(const PathFacts& path) {
  return path.path + ": " + path.owner + ":" + path.group + " " + Octal(path.mode);
}

// `allowed`: the bits that others than root may have.
Finding JudgePath(
    const std::string& subject, const PathFacts& path, unsigned allowed, const std::string& remedy) {
  if (!path.fault.empty()) return {Health::kFail, subject, path.path + ": " + path.fault, remedy};
  if (path.owner != "root")
    return {Health::kFail, subject, Describe(path) + ", must belong to root", remedy};
  const bool open = (path.mode & 0777 & ~allowed) != 0;
  if (open) return {Health::kFail, subject, Describe(path) + ", is open to too many", remedy};
  return {Health::kOk, subject, Describe(path), ""};
}

void JudgeFiles(const DoctorFacts& facts, Findings& findings) {
  const std::string made = "run: sudo systemd-tmpfiles --create failover-monitor.conf";
  const std::string& directory = facts.config_directory.path;
  const bool missing = !facts.config_directory.fault.empty();
  findings.push_back(JudgePath("directory", facts.config_directory, 0755,
      missing ? "run: sudo ./install.sh"
              : "run: sudo chown root " + directory + "; sudo chmod 0755 " + directory));
  findings.push_back(JudgePath("log", facts.log_directory, 0755, made));
  if (facts.log_file.fault.empty()) {
    findings.push_back(
        JudgePath("log", facts.log_file, 0644, "run: sudo chmod 0640 " + facts.log_file.path));
  }
  if (facts.log_space && *facts.log_space < kLittleSpace) {
    const Health health = *facts.log_space < 65536 ? Health::kFail : Health::kWarn;
    findings.push_back({health, "log",
        Rounded(*facts.log_space / 1048576) + " MB are free for the log; no record, no start",
        "make room: df -h " + facts.log_directory.path});
  }
  if (facts.reader == DoctorFacts::Reader::kOther) return;  // it may not see them
  const std::string& orders = facts.orders.path;
  findings.push_back(JudgePath("orders", facts.orders, 0700,
      facts.orders.fault.empty() ? "run: sudo chown root " + orders + "; sudo chmod 0700 " + orders
                                 : "run: sudo systemctl start failover-monitor, which makes it"));
}

std::string Of(const UnitFacts& unit, const std::string& property) {
  const auto found = unit.find(property);
  return found == unit.end() ? "" : Printable(found->second);
}

Finding JudgeUnit(const std::string& name, const UnitFacts& unit, const std::string& tunnel) {
  const std::string load = Of(unit, "LoadState");
  const std::string state = Of(unit, "ActiveState") + " (" + Of(unit, "SubState") + ")";
  const std::string of = " of tunnel " + tunnel;
  if (load == "not-found") {
    return {Health::kFail, "unit", name + of + ": there is no such unit",
        "write /etc/systemd/system/" + name +
            R"(, or correct "service" ("failback_service") in the configuration)"};
  }
  if (load == "masked") {
    return {Health::kFail, "unit", name + of + ": masked, cannot be started",
        "run: sudo systemctl unmask " + name};
  }
  if (load != "loaded") {
    return {Health::kFail, "unit", name + of + ": cannot be loaded (" + load + ")",
        "see: systemctl status " + name + "; systemd-analyze verify " + name};
  }
  if (Of(unit, "ActiveState") == "failed") {
    return {Health::kWarn, "unit", name + of + ": its last run failed", "see: systemctl status " + name};
  }
  if (Of(unit, "NeedDaemonReload") == "yes") {
    return {Health::kWarn, "unit", name + of + ": its file is newer than what systemd has loaded",
        "run: sudo systemctl daemon-reload"};
  }
  return {Health::kOk, "unit", name + of + ": loaded, " + state, ""};
}

// selinux/README.md, "Let a unit be started": SELinux looks up a path in /etc by its twin in /usr/lib.
void JudgeLabel(
    const std::string& name, const UnitFacts& unit, const std::string& context, Findings& findings) {
  const std::string path = Of(unit, "FragmentPath");
  if ((context + ":").contains(":failover_target_unit_t:")) return;
  const std::string words = name + ": SELinux enforces, and " + path + " is " +
                            (context.empty() ? "without a label" : Printable(context)) +
                            ", not failover_target_unit_t: it will not be started";
  if (!path.ends_with("/" + name)) {
    findings.push_back({Health::kFail, "SELinux", words,
        "a label on a template would be for every instance: give this one a file of its own, as "
        "selinux/README.md says"});
    return;
  }
  std::string pattern;
  for (const char c : name) pattern += c == '.' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  findings.push_back({Health::kFail, "SELinux", words,
      "run: sudo semanage fcontext -a -t failover_target_unit_t '/usr/lib/systemd/system/" + pattern +
          "'; sudo restorecon -v '" + path + "'"});
}

void JudgeService(const std::string& name, const UnitFacts& unit, Findings& findings) {
  const std::string path = Of(unit, "FragmentPath");
  const std::string state = Of(unit, "ActiveState") + " (" + Of(unit, "SubState") + ")";
  if (Of(unit, "LoadState") != "loaded") {
    findings.push_back(
        {Health::kFail, "service", name + ": " + Of(unit, "LoadState"), "run: sudo ./install.sh"});
    return;
  }
  if (path.starts_with("/etc/systemd/system/")) {
    findings.push_back({Health::kFail, "service", name + ": " + path + " wins over the installed unit",
        "if it is the old script's, run ./install.sh, which takes its place; own settings belong into: "
        "systemctl edit " +
            name});
  }
  if (Of(unit, "ActiveState") != "active") {
    findings.push_back({Health::kFail, "service", name + ": " + state,
        "run: sudo systemctl start failover-monitor; why it ended: journalctl -u " + name + " -n 20"});
    return;
  }
  const std::string restarts = Of(unit, "NRestarts");
  if (!restarts.empty() && restarts != "0") {
    findings.push_back(
        {Health::kWarn, "service", name + ": " + state + ", restarted by systemd " + restarts + " time(s)",
            "see why: journalctl -u " + name + " -n 50"});
  } else {
    findings.push_back({Health::kOk, "service", name + ": " + state, ""});
  }
  if (name == kSupervisorUnit && Of(unit, "UnitFileState") == "disabled") {
    findings.push_back(
        {Health::kWarn, "service", name + ": does not start at boot", "run: sudo systemctl enable " + name});
  }
}

void JudgeUnits(const DoctorFacts& facts, Findings& findings) {
  if (!facts.units) {
    findings.push_back(
        {Health::kFail, "systemd", Printable(facts.units.error().message), "does systemd run here?"});
    return;
  }
  for (const char* name : {kSupervisorUnit, kProberUnit}) {
    const auto unit = facts.units->find(name);
    if (unit != facts.units->end()) JudgeService(name, unit->second, findings);
  }
  for (const auto& [name, tunnel] : facts.wanted_by) {
    const auto unit = facts.units->find(name);
    if (unit == facts.units->end()) continue;
    findings.push_back(JudgeUnit(name, unit->second, tunnel));
    const bool loaded = Of(unit->second, "LoadState") == "loaded";
    const bool labelled = loaded && facts.labels && facts.labels->contains(name);
    if (labelled) JudgeLabel(name, unit->second, facts.labels->at(name), findings);
  }
}

void JudgeClock(const DoctorFacts& facts, Findings& findings) {
  if (!facts.clock_synchronized) return;
  if (*facts.clock_synchronized) {
    findings.push_back({Health::kOk, "clock", "synchronized", ""});
    return;
  }
  findings.push_back({Health::kWarn, "clock", "not synchronized; a wrong clock breaks TLS and failback",
      "run: timedatectl; sudo timedatectl set-ntp true"});
}

}  // namespace

Findings Judge(const DoctorFacts& facts) {
  Findings findings;
  JudgeConfiguration(facts, findings);
  JudgeTokens(facts, findings);
  JudgeFiles(facts, findings);
  JudgeUnits(facts, findings);
  JudgeClock(facts, findings);
  JudgeNetwork(facts, findings);
  return findings;
}

}  // namespace failover
