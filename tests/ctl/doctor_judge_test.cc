#include "ctl/doctor_judge.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/ctl/doctor_facts_sample.h"

namespace failover {
namespace {

struct Case {
  const char* what;
  void (*change)(DoctorFacts&);
  Health health;
  const char *subject, *words, *remedy;
};

ConfigCheck& Check(DoctorFacts& facts) { return facts.check->value(); }
UnitFacts& Unit(DoctorFacts& facts, const std::string& name) { return (*facts.units)[name]; }

TEST(DoctorJudge, ASoundHostHasNoFault) {
  for (const Finding& finding : Judge(SoundFacts())) EXPECT_EQ(finding.health, Health::kOk) << finding.words;
}

TEST(DoctorJudge, EachFaultIsFound) {
  using enum Health;
  const Case kCases[] = {
      {"bad file",
          [](auto& f) { f.config = std::unexpected(Faults{"t.json: gateway_ip: missing; write it"}); },
          kFail, "configuration", "t.json: gateway_ip: missing", "write it"},
      {"hidden file",
          [](auto& f) {
            f.reader = DoctorFacts::Reader::kOther;
            f.config = std::unexpected(Faults{"t.json: Permission denied; x"});
          },
          kWarn, "configuration", "t.json: Permission denied", "sudo failoverctl doctor"},
      {"token file",
          [](auto& f) { Check(f).faults.emplace_back("t: token_file: Permission denied; run: chmod"); },
          kFail, "configuration", "token_file: Permission denied", "run: chmod"},
      {"the strict reading",
          [](auto& f) {
            f.config = std::unexpected(Faults{"t.json: not one JSON object; see"});
            Check(f).faults.emplace_back("t.json: line 3: a comma; remove it");
          },
          kFail, "configuration", "line 3: a comma", "remove it"},
      {"budget warning",
          [](auto& f) { Check(f).warnings.emplace_back("t: stretched; raise check_interval"); }, kWarn,
          "configuration", "stretched", "raise check_interval"},
      {"no prober", [](auto& f) { *f.check = Fail("failover-prober: No such file"); }, kFail, "tokens",
          "not known: failover-prober: No such file", "--check-config"},
      {"directory", [](auto& f) { f.config_directory.mode = 0777; }, kFail, "directory",
          "0777, is open to too many", "chmod 0755"},
      {"owner", [](auto& f) { f.config_directory.owner = "bob"; }, kFail, "directory", "bob:root",
          "chown root"},
      {"no log", [](auto& f) { f.log_directory.fault = "No such file or directory"; }, kFail, "log",
          "No such file", "systemd-tmpfiles"},
      {"the script's log", [](auto& f) { f.log_file.mode = 0666; }, kFail, "log", "0666", "chmod 0640"},
      {"little space", [](auto& f) { f.log_space = 1e6; }, kWarn, "log", "0.954 MB are free", "df -h"},
      {"no space", [](auto& f) { f.log_space = 0; }, kFail, "log", "no record, no start", "df -h"},
      {"orders", [](auto& f) { f.orders.mode = 0750; }, kFail, "orders", "0750", "sudo chmod 0700"},
      {"no systemd", [](auto& f) { f.units = Fail("not booted"); }, kFail, "systemd", "not booted",
          "systemd run"},
      {"no unit", [](auto& f) { Unit(f, "cloudflared_2.service")["LoadState"] = "not-found"; }, kFail,
          "unit", "cloudflared_2.service of tunnel office: there is no such unit", "correct \"service\""},
      {"masked", [](auto& f) { Unit(f, "cloudflared_2.service")["LoadState"] = "masked"; }, kFail, "unit",
          "masked", "systemctl unmask"},
      {"bad unit", [](auto& f) { Unit(f, "cloudflared_2.service")["LoadState"] = "bad-setting"; }, kFail,
          "unit", "cannot be loaded (bad-setting)", "systemd-analyze verify"},
      {"failed unit", [](auto& f) { Unit(f, "cloudflared_2.service")["ActiveState"] = "failed"; }, kWarn,
          "unit", "its last run failed", "systemctl status"},
      {"stale unit", [](auto& f) { Unit(f, "cloudflared_2.service")["NeedDaemonReload"] = "yes"; }, kWarn,
          "unit", "newer than", "daemon-reload"},
      {"no label",
          [](auto& f) {
            f.labels.emplace()["cloudflared_2.service"] = "system_u:object_r:systemd_unit_t:s0";
          },
          kFail, "SELinux",
          "/etc/systemd/system/cloudflared_2.service is system_u:object_r:systemd_unit_t:s0",
          "-t failover_target_unit_t '/usr/lib/systemd/system/cloudflared_2\\.service'; sudo restorecon -v "
          "'/etc/systemd/system/cloudflared_2.service'"},
      {"a label on a template",
          [](auto& f) {
            Unit(f, "cloudflared_2.service")["FragmentPath"] = "/usr/lib/systemd/system/failback@.service";
            f.labels.emplace()["cloudflared_2.service"] = "";
          },
          kFail, "SELinux", "is without a label", "a file of its own"},
      {"not installed", [](auto& f) { Unit(f, kProberUnit)["LoadState"] = "not-found"; }, kFail, "service",
          "not-found", "install.sh"},
      {"not running", [](auto& f) { Unit(f, kProberUnit)["ActiveState"] = "failed"; }, kFail, "service",
          "failover-prober.service: failed", "systemctl start failover-monitor"},
      {"the script's unit",
          [](auto& f) {
            Unit(f, kSupervisorUnit)["FragmentPath"] = "/etc/systemd/system/failover-monitor.service";
          },
          kFail, "service", "wins over", "install.sh"},
      {"restarts", [](auto& f) { Unit(f, kProberUnit)["NRestarts"] = "3"; }, kWarn, "service", "3 time(s)",
          "journalctl"},
      {"not at boot", [](auto& f) { Unit(f, kSupervisorUnit)["UnitFileState"] = "disabled"; }, kWarn,
          "service", "does not start at boot", "systemctl enable"},
      {"clock", [](auto& f) { f.clock_synchronized = false; }, kWarn, "clock", "not synchronized",
          "timedatectl"}};
  for (const Case& c : kCases) {
    DoctorFacts facts = SoundFacts();
    c.change(facts);
    const Findings findings = Judge(facts);
    const bool found = std::ranges::any_of(findings, [&](const Finding& f) {
      return f.health == c.health && f.subject == c.subject && f.words.contains(c.words) &&
             f.remedy.contains(c.remedy);
    });
    EXPECT_TRUE(found) << c.what;
  }
}

TEST(DoctorJudge, ALabelledUnitAndAMaskedOneNeedNoLabel) {
  DoctorFacts facts = SoundFacts();
  Unit(facts, "cloudflared_1.service")["LoadState"] = "masked";
  facts.labels = {{"cloudflared_1.service", ""},
      {"cloudflared_2.service", "system_u:object_r:failover_target_unit_t:s0"}};
  for (const Finding& finding : Judge(facts)) EXPECT_NE(finding.subject, "SELinux") << finding.words;
}

TEST(DoctorJudge, WhatASystemSaysIsEscaped) {
  DoctorFacts facts = SoundFacts();
  Unit(facts, "cloudflared_2.service")["SubState"] = "\033[2J";
  for (const Finding& finding : Judge(facts))
    EXPECT_FALSE(finding.words.contains('\033')) << finding.subject;
}

}  // namespace
}  // namespace failover
