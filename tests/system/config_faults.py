"""The table of configuration faults: what is done to a valid configuration, what must be said of it.

CASES: (what, change, messages), each message without the file's name, as the prober says them;
PROBER_CASES: the same. SYNTAX: (what, text, message). VALID: (what, change) that must not be refused.
What the supervisor says of the same is in supervisor_faults.py.
"""
from world import TOKEN, tunnel_id

NOT_SHOWN = "(not shown, may be a token)"
KNOWN = (
    "gateway_ip, gateway_ips, check_interval, tunnels, gateway_check, gateway_timeout, api_base_url, api_timeout, "
         "api_ca_file, confirm_interval, failure_threshold, failover_on, unknown_is_down_after, cooldown, "
         "max_starts_per_hour, start_timeout, log_every_check, recovery_deadline, failback_after, "
         "status_listen, log_format")
KNOWN_OF_TUNNEL = (
    "account_id, tunnel_id, token, service, token_file, name, failover_on, failure_threshold, "
    "token_credential, budget_group, failback_service, local_metrics")
GATEWAY_REMEDY = "write \"auto\", or the gateway's address, as `ip route show default` prints it"
GATEWAYS_REMEDY = 'write a list of addresses, such as ["192.168.1.1", "fe80::1%eth0"]'
NO_ADDRESS = "is not an IPv4 or IPv6 address"
ACCOUNT_REMEDY = "copy the account ID from the Cloudflare dashboard (Account Home > ... > Copy account ID)"
TUNNEL_REMEDY = ("copy the tunnel ID from the Cloudflare dashboard (Networking > Tunnels) or from "
                 "`cloudflared tunnel list`")
TOKEN_REMEDY = (
    "create an API token with the permission Cloudflare Tunnel: Read and write it here or into "
                "token_file")
UNIT_REMEDY = "write the name of one .service unit, such as cloudflared_1 or backup@home.service"
FAILBACK_REMEDY = "write the name of one .service unit, such as failback@cloudflared_1"
METRICS_REMEDY = ("write auto, or the address that cloudflared has as --metrics, such as "
                  "127.0.0.1:20241")
URL_REMEDY = "write an address such as https://api.cloudflare.com/client/v4"
STATUS_REMEDY = 'write a list such as ["down", "degraded", "inactive"]'


def put(field, value):
    """Sets a field of the whole."""
    return lambda config: config.update({field: value})


def drop(field):
    return lambda config: config.pop(field, None)


def tunnel(field, value, index=0):
    """Sets a field of one tunnel."""
    return lambda config: config["tunnels"][index].update({field: value})


def without(field):
    return lambda config: config["tunnels"][0].pop(field)


def gateways(addresses):
    """Puts gateway_ips in the place of gateway_ip."""
    return lambda config: (config.pop("gateway_ip"), config.update(gateway_ips=addresses))


def number_range(field, low, high, bad):
    return [(f"{field} out of range", put(field, bad),
             [f"{field}: {bad:g} is out of range; write a number from {low} to {high}"])]


def whole_range(field, high):
    remedy = f"write a whole number from 1 to {high}"
    return [(f"{field} out of range", put(field, 0), [f"{field}: 0 is out of range; {remedy}"]),
            (f"{field} not whole", put(field, 1.5),
             [f"{field}: 1.5 is not a whole number; {remedy}"])]


def unit(what, value, fault):
    return (f"unit is {what}", tunnel("service", value),
            [f"tunnels[0].service: {fault}; {UNIT_REMEDY}"])


def metrics(what, value, fault):
    return (f"local_metrics {what}", tunnel("local_metrics", value),
            [f'tunnels[0].local_metrics: "{value}" {fault}; {METRICS_REMEDY}'])


def url(what, value, fault):
    return (f"address {what}", put("api_base_url", value),
            [f'api_base_url: "{value}" {fault}; {URL_REMEDY}'])


def token(what, value, fault):
    return (f"token {what}", tunnel("token", value), [f"tunnels[0].token: {fault}; {TOKEN_REMEDY}"])


CASES = [
    ("unknown field", put("checkInterval", 3),
     [f"checkInterval: unknown field; correct its spelling or remove it; fields here: {KNOWN}"]),
    ("unknown field of a tunnel", tunnel("unit", "x"),
     [f"tunnels[0].unit: unknown field; correct its spelling or remove it; fields here: {KNOWN_OF_TUNNEL}"]),
    ("no tunnels", drop("tunnels"), ["tunnels: missing; add one entry for each tunnel"]),
    ("empty tunnels", put("tunnels", []),
     ["tunnels: is an empty list; add one entry for each tunnel"]),
    ("one object for a list", put("tunnels", {}),
     ["tunnels: is an object, must be a list; add one entry for each tunnel"]),
    ("a string for an object", put("tunnels", ["x"]),
     ["tunnels[0]: is a string, must be an object; add one entry for each tunnel"]),
    ("no gateway", drop("gateway_ip"),
     [f'gateway_ip: missing; {GATEWAY_REMEDY}, or "gateway_check": false if it does not answer ping']),
    ("gateway no address", put("gateway_ip", "router"),
     [f'gateway_ip: "router" {NO_ADDRESS}; {GATEWAY_REMEDY}']),
    ("IPv4 gateway with an interface", put("gateway_ip", "10.0.0.1%eth0"),
     [f'gateway_ip: "10.0.0.1%eth0" {NO_ADDRESS}; {GATEWAY_REMEDY}']),
    ("one of several gateways no address", gateways(["10.0.0.1", "auto"]),
     [f'gateway_ips[1]: "auto" {NO_ADDRESS}; {GATEWAYS_REMEDY}']),
    ("no gateway in the list", gateways([]), [f"gateway_ips: is an empty list; {GATEWAYS_REMEDY}"]),
    ("gateway_ip and gateway_ips", put("gateway_ips", ["10.0.0.1"]),
     ["gateway_ip: given together with gateway_ips; keep one"]),
    ("gateway a number", put("gateway_ip", 1),
     [f"gateway_ip: is a number, must be a string; {GATEWAY_REMEDY}"]),
    ("gateway null", put("gateway_ip", None),
     [f"gateway_ip: is null, must be a string; {GATEWAY_REMEDY}"]),
    ("a string for a number", put("check_interval", "3"),
     ["check_interval: is a string, must be a number; write a number from 1 to 3600"]),
    ("a number for true", put("gateway_check", 1),
     ["gateway_check: is a number, must be true or false; write true or false, without quotes"]),
    ("a string for true", put("log_every_check", "true"),
     ["log_every_check: is a string, must be true or false; write true or false, without quotes"]),
    *number_range("check_interval", 1, 3600, 0.5),
    *number_range("gateway_timeout", 0.1, 10, 11),
    *number_range("api_timeout", 0.5, 120, 0),
    *number_range("confirm_interval", 0.2, 60, 0.1),
    *number_range("unknown_is_down_after", 0, 86400, -1),
    *number_range("cooldown", 1, 86400, 0),
    *number_range("start_timeout", 1, 3600, 3601),
    *number_range("recovery_deadline", 1, 86400, 0.5),
    *number_range("failback_after", 1, 86400, 86401),
    *whole_range("failure_threshold", 100),
    *whole_range("max_starts_per_hour", 3600),
    ("a tunnel's threshold out of range", tunnel("failure_threshold", 101),
     ["tunnels[0].failure_threshold: 101 is out of range; write a whole number from 1 to 100"]),
    ("healthy in failover_on", put("failover_on", ["healthy"]),
     [f"failover_on[0]: \"healthy\" is none of: degraded, down, inactive; {STATUS_REMEDY}"]),
    ("unknown in a tunnel's failover_on", tunnel("failover_on", ["down", "unknown"]),
     [f"tunnels[0].failover_on[1]: \"unknown\" is none of: degraded, down, inactive; {STATUS_REMEDY}"]),
    ("empty failover_on", put("failover_on", []),
     [f"failover_on: is an empty list; {STATUS_REMEDY}"]),
    ("a string for failover_on", put("failover_on", "down"),
     [f"failover_on: is a string, must be a list; {STATUS_REMEDY}"]),
    ("no account id", without("account_id"), [f"tunnels[0].account_id: missing; {ACCOUNT_REMEDY}"]),
    ("account id too short", tunnel("account_id", "abc"),
     [f'tunnels[0].account_id: "abc" is not 32 lower-case hex digits; {ACCOUNT_REMEDY}']),
    ("account id in capitals", tunnel("account_id", "A" * 32),
     [f'tunnels[0].account_id: "{"A" * 32}" is not 32 lower-case hex digits; {ACCOUNT_REMEDY}']),
    ("account placeholder", tunnel("account_id", "your_account_id_1"),
     [f'tunnels[0].account_id: "your_account_id_1" is the example\'s placeholder; {ACCOUNT_REMEDY}']),
    ("tunnel id no UUID", tunnel("tunnel_id", "abc123"),
     [f'tunnels[0].tunnel_id: "abc123" is not a UUID; {TUNNEL_REMEDY}']),
    ("tunnel placeholder", tunnel("tunnel_id", "your_tunnel_id_1"),
     [f'tunnels[0].tunnel_id: "your_tunnel_id_1" is the example\'s placeholder; {TUNNEL_REMEDY}']),
    ("a tunnel twice", tunnel("tunnel_id", tunnel_id(2)),
     [f"tunnels[1].tunnel_id: {tunnel_id(2)} stands already in tunnels[0]; remove one of the two entries"]),
    ("no token", without("token"), [f"tunnels[0].token: missing; {TOKEN_REMEDY}"]),
    ("a token for a tunnel id", tunnel("tunnel_id", TOKEN),
     [f'tunnels[0].tunnel_id: "{NOT_SHOWN}" is not a UUID; {TUNNEL_REMEDY}']),
    ("a token for a field", tunnel(TOKEN, 1),
     [f"tunnels[0].{NOT_SHOWN}: unknown field; correct its spelling or remove it; "
      f"fields here: {KNOWN_OF_TUNNEL}"]),
    ("token and token_file", tunnel("token_file", "/etc/x"),
     ["tunnels[0].token: given together with token_file; keep one"]),
    ("token_file relative",
     lambda c: (c["tunnels"][0].pop("token"), c["tunnels"][0].update(token_file="x")),
     ['tunnels[0].token_file: "x" is not an absolute path; write an absolute path, such as '
      "/etc/failover-monitor/home.token"]),
    token("empty", "", "is empty"),
    token("with white space", "cfut_a b", "has white space or a control character"),
    token("with a newline", "cfut_ab\n", "has white space or a control character"),
    token("that runs a tunnel", "eyJhIjoiYiJ9",
          "is a tunnel's run token, which the API does not accept"),
    token("placeholder", "your_api_token_1", "is the example's placeholder"),
    ("label too long", tunnel("name", "x " * 33),
     [f'tunnels[0].name: "{"x " * 24}..." is not 1 to 64 bytes of printable text; write 1 to 64 printable '
      "characters"]),
    ("label with a newline", tunnel("name", "a\n2026-01-01 00:00:00 [INFO] forged"),
     ['tunnels[0].name: "a\\x0a2026-01-01 00:00:00 [INFO] forged" is not 1 to 64 bytes of printable text; '
      "write 1 to 64 printable characters"]),
    url("of http", "http://api.cloudflare.com/client/v4", "does not begin with https://"),
    url("without a host", "https:///client/v4", "names no host"),
    url("with a user", "https://me@api.cloudflare.com",
        "has characters that an API address does not have"),
    url("with a query", "https://api.cloudflare.com/?x=1",
        "has characters that an API address does not have"),
    url("with a bad port", "https://api.cloudflare.com:99999/", "has a bad port"),
    ("CA file relative", put("api_ca_file", "ca.pem"),
     ['api_ca_file: "ca.pem" is not an absolute path; write the absolute path of a PEM file']),
    ("no unit", without("service"), [f"tunnels[0].service: missing; {UNIT_REMEDY}"]),
    unit("empty", "", '"" is empty'),
    unit("a path", "/etc/systemd/system/x.service",
         '"/etc/systemd/system/x.service" is a path, not the name of a unit'),
    unit("a glob", "cloudflared*", '"cloudflared*" is a glob, not the name of one unit'),
    unit("an option", "--no-block", '"--no-block" begins with a dash, like an option'),
    unit("a target", "rescue.target", '"rescue.target" is not a .service unit'),
    unit("a mount", "home.mount", '"home.mount" is not a .service unit'),
    unit("a bare template", "backup@.service",
         '"backup@.service" is a bare template without an instance'),
    unit("a command", "a;reboot", '"a;reboot" is not the name of a unit'),
    unit("two words", "a b", '"a b" is not the name of a unit'),
    unit("with a newline", "a\nb", '"a\\x0ab" is not the name of a unit'),
    unit("dots", "..", '".." is not the name of a unit'),
    ("failback unit a template", tunnel("failback_service", "failback@"),
     [f'tunnels[0].failback_service: "failback@" is a bare template without an instance; '
      f"{FAILBACK_REMEDY}"]),
    ("failback unit a path", tunnel("failback_service", "/x.service"),
     [f'tunnels[0].failback_service: "/x.service" is a path, not the name of a unit; '
      f"{FAILBACK_REMEDY}"]),
    metrics("without a port", "127.0.0.1", "is neither auto nor an address with a port"),
    metrics("a URL", "http://127.0.0.1:20241", "is neither auto nor an address with a port"),
    metrics("of another host", "192.168.1.1:20241", "is not on this host's loopback"),
    metrics("of every address", "0.0.0.0:20241", "is not on this host's loopback"),
    metrics("a name", "metrics.example:20241", "is not on this host's loopback"),
    metrics("port 0", "127.0.0.1:0", "has a bad port"),
    unit("too long", "x." * 125, f'"{"x." * 24}..." is longer than 255 characters'),
]

# What only the prober judges, which pings; the supervisor takes these.
PROBER_CASES = [
    ("link-local gateway without its interface", put("gateway_ip", "fe80::1"),
     ['gateway_ip: "fe80::1" is link-local and needs its interface; write fe80::1%INTERFACE, both as '
      "`ip -6 route show default` prints them"]),
    ("gateways that only look like some", gateways(["10.0.0.1", "1::2::3", "fd77::1%eth0", "10.0.0.1"]),
     [f'gateway_ips[1]: "1::2::3" {NO_ADDRESS}; write the address that `ip route show default` prints',
      'gateway_ips[2]: "fd77::1%eth0" is not link-local and takes no interface; write fd77::1',
      "gateway_ips[3]: 10.0.0.1 stands there already; remove one of the two"]),
    ("a gateway that is no host", put("gateway_ip", "0.0.0.0"),
     ['gateway_ip: "0.0.0.0" is not the address of one host; write the gateway\'s own']),
    ("too many gateways", gateways([f"10.0.0.{number}" for number in range(1, 10)]),
     ["gateway_ips: 9 addresses; write at most 8"]),
]

FIND = "find it with: python3 -m json.tool FILE"
WHOLE = "not one JSON object, or nested too deeply; compare with the example"
SYNTAX = [
    ("a field repeated", '{"gateway_ip": "10.0.0.1", "gateway_ip": "10.0.0.2", "tunnels": []}',
     "gateway_ip: repeated field; remove all but one"),
    ("a token repeated", '{"tunnels": [{}, {"token": "cfut_a", "token": "cfut_b"}]}',
     "tunnels[1].token: repeated field; remove all but one"),
    ("an empty file", "", f"1:1: syntax error: Unexpected end of string. Expected a value; {FIND}"),
    ("a missing comma beside a token", '{"a": 1,\n"tunnels": [{"token": "cfut_secret" "x": 1}]}',
     f"2:37: syntax error: Expected , or }} after key:value pair; {FIND}"),
    ("a comment", '{"a": 1 // one\n}',
     f"1:9: syntax error: Expected , or }} after key:value pair; {FIND}"),
    ("a string without an end", '{"token": "cfut_secret',
     f"1:23: syntax error: Closing quote expected in string; {FIND}"),
    ("something behind the object", '{"a": 1} x',
     f"1:10: syntax error: Parsing terminated before end of input; {FIND}"),
    ("no number", '{"a": NaN}', f"1:7: syntax error: Unexpected token; {FIND}"),
    ("a number too large", '{"a": 1e999}',
     f"1:7: syntax error: Number exceeds the range of double; {FIND}"),
    ("a list", "[]", WHOLE),
    ("null", "null", WHOLE),
    ("nested without end", '{"a":' * 20000, WHOLE),
]

VALID = [
    ("as it is", lambda config: None),
    ("unit with its suffix", tunnel("service", "cloudflared_1.service")),
    ("unit that is an instance", tunnel("service", "backup@home.service")),
    ("escaped unit", tunnel("service", r"backup@a\x2db")),
    ("label in Korean", tunnel("name", "집")),
    ("tunnel id in capitals", tunnel("tunnel_id", "F70FF985-A4EF-4643-BBBC-4A0ED4FC8415")),
    ("no gateway where none is checked",
     lambda c: (c.pop("gateway_ip"), c.update(gateway_check=False))),
    ("IPv6 gateway", put("gateway_ip", "2001:db8::1")),
    ("link-local gateway", put("gateway_ip", "fe80::1%eth0")),
    ("gateway of the default route", put("gateway_ip", "auto")),
    ("several gateways", gateways(["10.0.0.1", "fd77::1", "fe80::1%eth0"])),
    ("IPv6 API", put("api_base_url", "https://[fd77::1]:8443/client/v4")),
    ("fractions of seconds", put("check_interval", 2.5)),
    ("one status", put("failover_on", ["down"])),
    ("failback", tunnel("failback_service", "failback@cloudflared_1")),
    ("local metrics by IPv6", tunnel("local_metrics", "[::1]:65535")),
    ("largest and smallest",
     lambda c: c.update(check_interval=3600, cooldown=86400, failure_threshold=100)),
]
