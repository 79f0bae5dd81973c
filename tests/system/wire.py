"""proto/health.proto by hand, for peers that need not keep to it.

Encodes what a prober may send and what it may not, and what a supervisor answers; decodes both.
"""
import uuid

REACHABLE, UNREACHABLE, NOT_CHECKED = 1, 2, 3
UNKNOWN, HEALTHY, DEGRADED, DOWN, INACTIVE = 1, 2, 3, 4, 5
NONE, TIMEOUT, RATE_LIMITED = 1, 2, 7
UNCERTAIN, AWAY, RETURNED = 0, 1, 2
NOT_STARTED, PENDING, SUCCEEDED = 0, 1, 2
FAILBACK_NONE, FAILBACK_AWAY, FAILBACK_STARTED = 0, 1, 5
UNKNOWN_TUNNEL = 13  # of words.Refusal
MAX_PACKET = 16 * 1024
MAX_TUNNELS = 128


def varint(value):
    out = bytearray()
    value &= (1 << 64) - 1
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value)


def fixed64(field, value):
    return varint(field << 3 | 1) + value.to_bytes(8, "little")


def data(field, value):
    return varint(field << 3 | 2) + varint(len(value)) + value


def tunnel(tunnel_id, observation, status, reason=None, primary=None):
    """One TunnelHealth. `tunnel_id`: a UUID's text, or any bytes."""
    raw = tunnel_id if isinstance(tunnel_id, bytes) else uuid.UUID(tunnel_id).bytes
    if reason is None:
        reason = TIMEOUT if status == UNKNOWN else NONE
    return (data(1, raw) + number(2, observation) + number(3, status) + number(4, reason)
            + (b"" if primary is None else number(5, primary)))


def report(sequence, instance, tunnels=(), gateway=REACHABLE, digest=b"0" * 64, round_trip=100,
           extra=b""):
    """One HealthReport; `tunnels` as tunnel() makes them, `extra` goes behind it raw."""
    return (number(1, sequence) + fixed64(2, instance) + number(3, gateway) + number(4, round_trip)
            + data(5, digest) + b"".join(data(6, t) for t in tunnels) + extra)


def fields(message):
    """{field: [values]} of any message without groups."""
    found, at = {}, 0

    def read_varint():
        nonlocal at
        value, shift = 0, 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        key = read_varint()
        kind = key & 7
        if kind == 0:
            value = read_varint()
        elif kind == 1:
            value, at = int.from_bytes(message[at:at + 8], "little"), at + 8
        elif kind == 2:
            size = read_varint()
            value, at = message[at:at + size], at + size
        else:
            raise ValueError(f"wire type {kind}")
        found.setdefault(key >> 3, []).append(value)
    return found


def varints(packed):
    """The numbers of a packed field."""
    values, value, shift = [], 0, 0
    for byte in packed:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            values.append(value)
            value, shift = 0, 0
    return values


def verdict(tunnel_id, outcome, start_age_ms=0, failback=FAILBACK_AWAY):
    """One TunnelVerdict, as far as a prober acts on it."""
    return (data(1, uuid.UUID(tunnel_id).bytes) + number(4, outcome) + number(5, start_age_ms)
            + number(7, failback))


def answer(sequence, verdicts=()):
    """One Acknowledgement; `verdicts` as verdict() makes them."""
    return number(1, sequence) + b"".join(data(3, verdict) for verdict in verdicts)


def health_report(message):
    """{"sequence", "tunnels": {id: {...}}} of one HealthReport."""
    whole = fields(message)
    tunnels = {}
    for raw in whole.get(6, []):
        one = {field: values[0] for field, values in fields(raw).items()}
        tunnels[str(uuid.UUID(bytes=one[1]))] = {
            "observation": one[2], "status": one[3], "reason": one[4], "primary": one.get(5, 0)}
    return {"sequence": whole[1][0], "tunnels": tunnels}


def acknowledgement(message):
    """{"sequence", "digest", "refusals", "unknown_tunnels", "tunnels": {id: {...}}} of one
    Acknowledgement; refusals by the number of words.Refusal."""
    def first(found, field, default=0):
        return found.get(field, [default])[0]

    whole = fields(message)
    tunnels = {}
    for raw in whole.get(3, []):
        one = fields(raw)
        tunnels[str(uuid.UUID(bytes=first(one, 1)))] = {
            "verdict": first(one, 1 + 1), "failures": first(one, 3), "outcome": first(one, 4),
            "age_ms": first(one, 5), "observation": first(one, 6), "failback": first(one, 7),
            "paused_for_ms": first(one, 8)}
    refusals = varints(first(whole, 4, b""))
    return {"sequence": first(whole, 1), "digest": first(whole, 2, b""),
            "refusals": refusals, "unknown_tunnels": (refusals + [0] * 14)[UNKNOWN_TUNNEL],
            "tunnels": tunnels}
