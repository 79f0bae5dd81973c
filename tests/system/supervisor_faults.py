"""What the supervisor says of the cases in config_faults.py.

Root reads the file with protobuf's own reader, which takes more than the prober's, and holds each
value to its rule: of a value that is at fault both say the same.
"""
from config_faults import ACCOUNT_REMEDY, TOKEN_REMEDY, TUNNEL_REMEDY, UNIT_REMEDY

# What protobuf's reader takes, or what no rule of one field alone forbids: the prober's to refuse.
# "checkInterval" is the JSON name of check_interval.
SUPERVISOR_TAKES = {
    "unknown field", "no gateway", "one of several gateways no address", "no gateway in the list",
    "gateway_ip and gateway_ips", "gateway null", "a string for a number", "a string for true",
    "empty failover_on", "a string for failover_on", "a tunnel twice", "token and token_file"}

# What protobuf's reader does not take: one line for all of it, which shows nothing of the file.
NOT_READ = ["not one JSON object of the known fields; see: failover-prober --check-config"]
SUPERVISOR_CANNOT_READ = {
    "unknown field of a tunnel", "a token for a field", "a string for an object", "gateway a number",
    "a number for true", "failure_threshold not whole", "max_starts_per_hour not whole",
    "healthy in failover_on", "unknown in a tunnel's failover_on", "an empty file",
    "a missing comma beside a token", "a comment", "a string without an end",
    "something behind the object", "no number", "a number too large", "a list", "null",
    "nested without end"}

NO_TUNNELS = "tunnels: missing; add one entry for each tunnel"


def nothing_in(index):
    """What is said of an entry of tunnels that has no field."""
    return [f"tunnels[{index}].{field}: missing; {remedy}" for field, remedy in (
        ("account_id", ACCOUNT_REMEDY), ("tunnel_id", TUNNEL_REMEDY), ("token", TOKEN_REMEDY),
        ("service", UNIT_REMEDY))]


# An empty list is none, one object is a list of one, and of a repeated field the last one counts.
SUPERVISOR_SAYS = {
    "empty tunnels": [NO_TUNNELS], "one object for a list": nothing_in(0),
    "a field repeated": [NO_TUNNELS],
    "a token repeated": nothing_in(0) + [line for line in nothing_in(1) if ".token:" not in line]}


def supervisor_says(what, messages):
    """The lines of the supervisor's --check-config, [] if it takes the file."""
    if what in SUPERVISOR_TAKES:
        return []
    return NOT_READ if what in SUPERVISOR_CANNOT_READ else SUPERVISOR_SAYS.get(what, messages)
