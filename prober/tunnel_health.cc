#include "prober/tunnel_health.h"

#include "health.pb.h"

namespace failover {

std::string_view Name(Reason reason) { return wire::Reason_Name(static_cast<wire::Reason>(reason)); }

std::string ToString(const TunnelHealth& health) {
  std::string text(Name(health.status));
  if (health.status == TunnelStatus::kUnknown) text += " (" + std::string(Name(health.reason)) + ")";
  return text;
}

std::string_view Explain(Reason reason) {
  switch (reason) {
    case Reason::kNone: return "";
    case Reason::kTimeout: return "the API gave no whole answer within api_timeout";
    case Reason::kConnect: return "no connection to the API; check this host's route and firewall to it";
    case Reason::kTls:
      return "the API's certificate is not trusted; check this host's clock, ca-certificates and "
             "api_ca_file";
    case Reason::kDns: return "the API's name did not resolve; check /etc/resolv.conf and api_base_url";
    case Reason::kInterrupted: return "the connection was cut before the answer was whole";
    case Reason::kRateLimited:
      return "the API refuses more requests for now; if this comes again, raise check_interval, or "
             "find out what else asks with this user's tokens";
    case Reason::kUnauthorized:
      return "the API refused the token; check that it is valid and has the permission Cloudflare "
             "Tunnel: Read for this account";
    case Reason::kNotFound: return "the API knows no such tunnel; check account_id and tunnel_id";
    case Reason::kDeleted: return "the tunnel was deleted; remove its entry or write the id of the new one";
    case Reason::kServerError: return "the API has a fault of its own; it is asked again";
    case Reason::kRejected: return "the API refused the request; check api_base_url";
    case Reason::kMalformed: return "the answer is not what the API documents; check api_base_url";
    case Reason::kTooLarge: return "the answer is larger than 8 MiB; check api_base_url";
    case Reason::kWrongTunnel: return "the answer is about another tunnel; check api_base_url";
    case Reason::kUnknownStatus:
      return "the API gave a status that this version does not know; look for a newer version";
    case Reason::kRedirected:
      return "the API answered with a redirect, which is never followed; check api_base_url";
    case Reason::kInternal: return "the request could not be made";
  }
  __builtin_unreachable();
}

}  // namespace failover
