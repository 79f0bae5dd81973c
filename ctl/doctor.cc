#include "ctl/doctor.h"

#include <algorithm>

#include "ctl/doctor_gather.h"
#include "ctl/text.h"

namespace failover {
namespace {

std::string_view Name(Health health) {
  switch (health) {
    case Health::kOk: return "OK";
    case Health::kWarn: return "WARN";
    case Health::kFail: return "FAIL";
  }
  __builtin_unreachable();
}

Tint TintOf(Health health) {
  switch (health) {
    case Health::kOk: return Tint::kGood;
    case Health::kWarn: return Tint::kWarn;
    case Health::kFail: return Tint::kBad;
  }
  __builtin_unreachable();
}

auto CountOf(const Findings& findings, Health health) {
  return std::ranges::count(findings, health, &Finding::health);
}

}  // namespace

std::string Describe(const Findings& findings, const Terminal& terminal) {
  std::size_t width = 0;
  for (const Finding& finding : findings) width = std::max(width, Width(finding.subject));
  const std::size_t indent = 6 + width + 2;
  std::string text;
  for (const Finding& finding : findings) {
    const std::string name(Name(finding.health));
    text += terminal.Paint(TintOf(finding.health), name) + std::string(6 - name.size(), ' ') +
            Pad(finding.subject, width + 2) + Wrap(finding.words, terminal.columns, indent) + "\n";
    if (finding.remedy.empty()) continue;
    text += std::string(indent, ' ') + Wrap("-> " + finding.remedy, terminal.columns, indent + 3) + "\n";
  }
  for (const char* separator = "\n"; const Health health : {Health::kOk, Health::kWarn, Health::kFail}) {
    text += separator + std::to_string(CountOf(findings, health)) + " " + std::string(Name(health));
    separator = ", ";
  }
  return text + "\n";
}

Json ToJson(const Findings& findings) {
  std::vector<Json> items;
  items.reserve(findings.size());
  for (const Finding& f : findings) {
    items.push_back(Json::Object(
        {{"health", Name(f.health)}, {"subject", f.subject}, {"words", f.words}, {"remedy", f.remedy}}));
  }
  return Json::Object({{"ok", CountOf(findings, Health::kOk)}, {"warn", CountOf(findings, Health::kWarn)},
      {"fail", CountOf(findings, Health::kFail)}, {"findings", Json::List(items)}});
}

Outcome ShowDoctor(const World& world) {
  const Findings findings = Judge(GatherFacts(world));
  world.out << (world.json() ? ToJson(findings).text() + "\n" : Describe(findings, world.terminal));
  return CountOf(findings, Health::kFail) == 0 ? kExitDone : kExitFailed;
}

}  // namespace failover
