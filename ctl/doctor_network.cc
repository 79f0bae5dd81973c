#include "ctl/doctor_network.h"

#include <algorithm>

#include "ctl/status_view.h"
#include "ctl/text.h"

namespace failover {
namespace {

void JudgeSupervisor(const status::Status& status, Findings& findings) {
  const status::Supervisor& supervisor = status.supervisor();
  const status::Configuration& config = status.configuration();
  if (supervisor.state() != "connected") {
    findings.push_back(
        {Health::kFail, "supervisor", "the prober has no connection to it: nothing can be started",
            "see: systemctl status failover-monitor; journalctl -u failover-monitor -n 20"});
  } else {
    findings.push_back({Health::kOk, "supervisor",
        "connected, acknowledged " + Duration(supervisor.last_acknowledgement_age()) + " ago", ""});
  }
  if (!config.last_reload_succeeded()) {
    const std::vector<std::string> faults(config.faults().begin(), config.faults().end());
    findings.push_back({Health::kFail, "reload",
        "the last one was refused, the old configuration is in force: " + Join(faults, "; "),
        "mend the file, then run: sudo failoverctl reload"});
  } else if (!config.supervisor_digest().empty() && config.digest() != config.supervisor_digest()) {
    findings.push_back({Health::kWarn, "reload", "prober and supervisor have different configurations",
        "run: sudo failoverctl reload"});
  }
}

void JudgeGateway(const status::Status& status, Findings& findings) {
  const status::Gateway& gateway = status.gateway();
  const std::string name = GatewayName(gateway);
  const std::string loss =
      std::to_string(gateway.lost_60s()) + " of " + std::to_string(gateway.probes_60s()) + " lost in 60 s";
  if (gateway.state() == "not_checked") {
    findings.push_back({Health::kOk, "gateway", "not checked (gateway_check is false)", ""});
  } else if (gateway.state() == "not_asked_yet") {
    findings.push_back({Health::kWarn, "gateway", name + ": not asked yet", "ask again in a few seconds"});
  } else if (gateway.state() == "unreachable") {
    findings.push_back(
        {Health::kFail, "gateway", name + ": no answer for " + Duration(gateway.since()) + ", " + loss,
            "look at cable and router: ip route show default; ping " + name +
                "; if it never answers ping, set \"gateway_check\": false"});
  } else {
    const bool lossy = gateway.lost_60s() * 5 > gateway.probes_60s();
    findings.push_back({lossy ? Health::kWarn : Health::kOk, "gateway",
        name + ": reachable, " + Latency(gateway.round_trip()) + ", " + loss,
        lossy ? "look at cable, wireless link and router" : ""});
  }
}

// The tunnels whose answer had one of these reasons.
std::vector<std::string> With(
    const std::vector<ApiAnswer>& answers, const std::vector<std::string>& reasons) {
  std::vector<std::string> tunnels;
  for (const ApiAnswer& answer : answers) {
    if (std::ranges::find(reasons, answer.reason) != reasons.end())
      tunnels.push_back(Printable(answer.tunnel));
  }
  return tunnels;
}

std::string Some(std::vector<std::string> tunnels) {
  constexpr std::size_t kShown = 5;
  if (tunnels.size() <= kShown) return Join(tunnels);
  const std::size_t more = tunnels.size() - kShown;
  tunnels.resize(kShown);
  return Join(tunnels, ", ") + " and " + std::to_string(more) + " more";
}

struct Stage {
  const char* subject;
  std::vector<std::string> reasons;  // with which it fails
  Health health;
  const char* fault;  // before ": TUNNELS"
  const char* remedy;
  const char* good;  // said when nobody fails here and somebody came past it
};

// In the order in which a question comes past them.
const std::vector<Stage>& Stages() {
  static const auto& stages = *new std::vector<Stage>{
      {"DNS", {"dns"}, Health::kFail, "the API's name does not resolve",
          "see: /etc/resolv.conf; getent hosts api.cloudflare.com", "the API's name resolves"},
      {"API", {"connect", "timeout", "interrupted"}, Health::kFail, "no whole answer of the API",
          "look at route and firewall: curl -sv https://api.cloudflare.com/ -o /dev/null",
          "the API answers"},
      {"TLS", {"tls"}, Health::kFail, "the API's certificate is not trusted",
          "check this host's clock, the package ca-certificates, and api_ca_file",
          "the API's certificate is trusted"},
      {"token", {"unauthorized"}, Health::kFail, "the API refuses the token",
          "make a token with the permission Cloudflare Tunnel: Read for this account, and write it into the "
          "configuration",
          "valid and permitted"},
      {"tunnel", {"not_found", "deleted"}, Health::kFail, "the API knows no such tunnel",
          "correct account_id and tunnel_id, or remove the entry", "known to the API"},
      {"API", {"rate_limited"}, Health::kWarn, "the API refuses more requests for now",
          "raise check_interval, or find out what else asks with this user's tokens", nullptr},
      {"API", {"server_error"}, Health::kWarn, "the API has a fault of its own",
          "see: https://www.cloudflarestatus.com/", nullptr},
      {"API",
          {"rejected", "malformed", "too_large", "wrong_tunnel", "redirected", "unknown_status", "internal"},
          Health::kFail, "the API's answer is not what it documents",
          "check api_base_url, and whether a newer version is there", nullptr}};
  return stages;
}

void JudgeAnswers(const DoctorFacts& facts, Findings& findings) {
  if (!facts.answers) {
    findings.push_back({Health::kWarn, "API", "not known: " + Printable(facts.answers.error().message),
        "run: sudo failover-prober --check-online"});
    return;
  }
  std::size_t left = facts.answers->size();  // that came past the stages so far
  const std::string from = " (" + facts.answers_from + ")";
  for (const Stage& stage : Stages()) {
    const std::vector<std::string> stuck = With(*facts.answers, stage.reasons);
    left -= stuck.size();
    if (!stuck.empty()) {
      findings.push_back(
          {stage.health, stage.subject, std::string(stage.fault) + ": " + Some(stuck) + from, stage.remedy});
    } else if (stage.good != nullptr && left > 0) {
      findings.push_back({Health::kOk, stage.subject,
          stage.good + (": " + std::to_string(left) + " of " + std::to_string(facts.answers->size())) + from,
          ""});
    }
  }
}

// Nothing is wrong with the installation then, but nobody should read "all well".
void JudgeTunnels(const DoctorFacts& facts, Findings& findings) {
  if (!facts.answers) return;
  std::vector<std::string> failing;
  for (const ApiAnswer& answer : *facts.answers) {
    const bool good = answer.status == "healthy" || answer.reason != "none";
    if (!good) failing.push_back(Printable(answer.tunnel) + " is " + Printable(answer.status));
  }
  if (failing.empty()) return;
  findings.push_back({Health::kWarn, "tunnel", Some(failing) + " (" + facts.answers_from + ")",
      "see what is done about it: failoverctl explain TUNNEL"});
}

void JudgeBudgets(const status::Status& status, Findings& findings) {
  for (const status::Budget& budget : status.budgets()) {
    const std::string use = budget.name() + ": " + std::to_string(budget.used()) + " of " +
                            std::to_string(budget.limit()) + " requests in 300 s";
    const bool stretched = budget.interval() > budget.check_interval() * 1.001;
    if (budget.paused_for() > 0) {
      findings.push_back(
          {Health::kFail, "budget", use + "; the API refuses more for " + Duration(budget.paused_for()),
              "wait; then raise check_interval, or find out what else asks with this user's tokens"});
    } else if (stretched) {
      findings.push_back({Health::kWarn, "budget",
          use + "; asked every " + Rounded(budget.interval()) + " s instead of " +
              Rounded(budget.check_interval()) + " s",
          "raise check_interval, or use an account token (cfat_) for each account"});
    } else {
      findings.push_back(
          {Health::kOk, "budget", use + ", asked every " + Rounded(budget.interval()) + " s", ""});
    }
  }
}

}  // namespace

void JudgeNetwork(const DoctorFacts& facts, Findings& findings) {
  if (!facts.status) {
    findings.push_back({Health::kFail, "status", facts.status.error().message,
        "gateway, supervisor and budget are not known without it"});
  } else {
    JudgeSupervisor(*facts.status, findings);
    JudgeGateway(*facts.status, findings);
  }
  JudgeAnswers(facts, findings);
  JudgeTunnels(facts, findings);
  if (facts.status) JudgeBudgets(*facts.status, findings);
}

}  // namespace failover
