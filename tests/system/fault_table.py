"""What the API may answer, and what must come of it: the rows of test_fault_matrix.py and of
test_connector_matrix.py.

A row is (what, answer, expectation) with one expectation for each endpoint, or one for all of them:
the status that the audit log must name, or what the prober must say of the primary, and how often
the API is asked meanwhile. `answer`: see fault_answers.py.
"""
from typing import NamedTuple

from fault_answers import (EXAMPLES, about, body, edited, file, half, refusal, text_of, whole,
                           without_the_last_chunk)

INTERVAL = 1  # check_interval, seconds
TIMEOUT = 10  # api_timeout: for a machine that is late
SHORT_TIMEOUT = 2  # where it must come to its end
WINDOW = 6.5  # seconds from the first request, within which requests are counted


class Pace(NamedTuple):
    """Requests sooner or later, requests within WINDOW at most, the first one included, and seconds
    from the first to the second."""
    least: int
    most: int
    gap: float = 0.0


EACH_ROUND = Pace(5, 8)  # seven, if this machine is in time
BACKS_OFF = Pace(3, 4)  # at once, after one interval, then after twice, four times that, less jitter
BACKS_OFF_TWICE = Pace(3, 8)  # the same, and each is sent once more if a kept connection broke
TIMES_OUT = Pace(2, 3)  # each takes api_timeout
ONCE = Pace(1, 1)  # the next one comes after 30 s or more
AFTER_4 = Pace(2, 2, 3.9)  # as the API asks for
AFTER_1 = Pace(3, 4, 1.0)


class Row(NamedTuple):
    what: str
    answer: object
    expect: dict  # endpoint -> (what is said, Pace); "" for every endpoint that is not named

    def expected(self, endpoint):
        return self.expect.get(endpoint, self.expect.get(""))


def row(what, answer, status=None, pace=EACH_ROUND, **endpoints):
    """`status` is a reason of UNKNOWN, or a status in capitals; endpoints: single=(status, pace). About
    connections it is the reason for which there is no list, or what one says: "away", "returned", or
    "unlisted" if the backup is not in it."""
    expect = {"": (status, pace)} if status else {}
    return Row(what, answer, {**expect, **endpoints})


def about_tunnels(status):
    """Only an answer with the status of tunnels can have that fault."""
    return {"single": (status, EACH_ROUND), "list": (status, EACH_ROUND)}


ELSEWHERE = {"headers": {"Location": "https://10.77.0.1:1/"}}
LIMITED = ("rate_limited", ONCE)
REFUSED = ("unauthorized", ONCE)
MALFORMED = ("malformed", EACH_ROUND)
UNLISTED = ("unlisted", EACH_ROUND)
BACK = ("returned", ONCE)  # that starts the failback, after which nobody wants to know any more

EXAMPLE_ROWS = [
    row("get_healthy_post_2026-10-05.json", about(200, "get_healthy_post_2026-10-05.json"),
        single=("HEALTHY", EACH_ROUND), list=MALFORMED, connections=MALFORMED),
    row("get_healthy_empty_connections.json", about(200, "get_healthy_empty_connections.json"),
        single=("HEALTHY", EACH_ROUND), list=MALFORMED, connections=MALFORMED),
    row("get_down.json", about(200, "get_down.json"), single=("DOWN", EACH_ROUND),
        list=MALFORMED, connections=MALFORMED),
    row("get_degraded.json", about(200, "get_degraded.json"), single=("DEGRADED", EACH_ROUND),
        list=MALFORMED, connections=MALFORMED),
    row("get_inactive.json", about(200, "get_inactive.json"), single=("INACTIVE", EACH_ROUND),
        list=MALFORMED, connections=MALFORMED),
    row("get_deleted.json", about(200, "get_deleted.json"), single=("deleted", EACH_ROUND),
        list=MALFORMED, connections=MALFORMED),
    row("get_down.json about another tunnel", file(200, "get_down.json"),
        single=("wrong_tunnel", EACH_ROUND), list=MALFORMED, connections=MALFORMED),
    row("list_page1.json", about(200, "list_page1.json"), single=MALFORMED,
        list=("HEALTHY DOWN", EACH_ROUND), connections=UNLISTED),
    # Of other tunnels: ours are asked about singly then, and answered "not found".
    row("list_page1.json about other tunnels", file(200, "list_page1.json"),
        single=MALFORMED, list=("not_found", EACH_ROUND), connections=UNLISTED),
    row("list_page2_empty.json", file(200, "list_page2_empty.json"),
        single=MALFORMED, list=("not_found", EACH_ROUND), connections=UNLISTED),
    *(row(name, file(200, name), "malformed", connections=(said, EACH_ROUND)) for name, said in [
        ("connections_down_empty.json", "unlisted"),
        ("connections_healthy_1_connector.json", "unlisted"),
        # The later one is ours, see test_connector_matrix.py.
        ("connections_healthy_2_replicas.json", "away")]),
    *(row(name, file(http, name), status, pace) for name, http, status, pace in [
        ("cloudflared_ready_200.json", 200, "malformed", EACH_ROUND),
        ("cloudflared_ready_503.json", 503, "server_error", BACKS_OFF),
        ("webhook_tunnel_health_event.json", 200, "malformed", EACH_ROUND),
        ("token_verify_active.json", 200, "malformed", EACH_ROUND),
        ("token_verify_invalid.json", 401, *REFUSED),
        ("err_401_authentication_error.json", 401, *REFUSED),
        ("err_403_invalid_access_token.json", 403, *REFUSED),
        ("err_403_unauthorized_resource.json", 403, *REFUSED),
        ("err_404_no_route.json", 404, "not_found", EACH_ROUND),
        ("err_404_tunnel_not_found.json", 404, "not_found", EACH_ROUND),
        ("err_429_10100_1200_per_300s.json", 429, *LIMITED),
        ("err_429_971.json", 429, *LIMITED),
        ("err_500_envelope.json", 500, "server_error", BACKS_OFF)]),
]

# A refusal's code under each HTTP status at which it was seen, and whole answers under a status
# that takes every meaning from them.
STATUS_ROWS = [
    *(row(f"{http}, code {code}", refusal(http, code), *expected)
      for http in (200, 400, 403) for code, expected in [
          (971, LIMITED), (10100, LIMITED), (10429, LIMITED), (10000, REFUSED), (9109, REFUSED),
          (6003, REFUSED), (7003, ("not_found",)), (1002, ("not_found",))]),
    row("200, code 1234", refusal(200, 1234), "rejected"),
    row("200 with success and code 971", body(envelope={"errors": [{"code": 971}]}), *LIMITED),
    row("200 without success", body(envelope={"success": False}), "rejected"),
    *(row(f"{http} with a good answer", whole(http=http), "rejected")
      for http in (201, 202, 203, 206, 400, 402, 405, 408, 410, 418, 451, 999)),
    row("204", {"http": 204, "body": ""}, "rejected"),
    *(row(f"{http} to elsewhere with a good answer", whole(http=http, **ELSEWHERE), "redirected")
      for http in (301, 302, 303, 307, 308)),
    row("304", {"http": 304, "body": ""}, "redirected"),
    *(row(f"{http} with a good answer", whole(http=http), *REFUSED) for http in (401, 403)),
    row("404 with a good answer", whole(http=404), "not_found"),
    *(row(f"{http} with a good answer", whole(http=http), "server_error", BACKS_OFF)
      for http in (500, 502, 503, 504, 520, 599)),
    row("500 with code 971", refusal(500, 971), *LIMITED),
    row("503, empty", {"http": 503, "body": ""}, "server_error", BACKS_OFF),
]


def limited(retry_after):
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return {"http": 429, "body": "null", "headers": headers}


LIMIT_ROWS = [
    row("429 with a good answer", whole(http=429), *LIMITED),
    row("429, empty", {"http": 429, "body": ""}, *LIMITED),
    row("429, a page of HTML", {"http": 429, "body": "<html>slow down</html>"}, *LIMITED),
    *(row(f"429, Retry-After: {said}", limited(said), "rate_limited", pace) for said, pace in [
        (None, ONCE), ("4", AFTER_4), ("60", ONCE), ("99999999999999999999", ONCE),
        # What makes no sense is as if it were absent.
        ("soon", ONCE), ("-5", ONCE), ("", ONCE), ("0", ONCE),
        # One interval is the least.
        ("1", AFTER_1),
        ({"date_in": 5}, AFTER_4), ({"date_in": 60}, ONCE), ({"date_in": 10**10}, ONCE),
        ({"date_in": -60}, ONCE), ("Sun, 99 Nov 2099 08:49:37 GMT", ONCE)]),
    row("503, Retry-After: 4", {"http": 503, "body": "", "headers": {"Retry-After": "4"}},
        "server_error", AFTER_4, connections=("server_error", BACKS_OFF)),
]

# Bodies that say something else than the API documents.
BODY_ROWS = [
    *(row(f"a body of {text[:20]!r}", {"body": text}, "malformed")
      for text in ("", "down", "null", "[]", "{}", "0", '"down"', "\x00", "\ufeffx", "<html></html>")),
    row("half an object", half, "malformed"),
    row("something after the object", lambda e, i: {"body": text_of(e, i) + "x"}, "malformed"),
    row("a comma too many", edited("}", ",}"), "malformed"),
    row("nested 100,000 deep", {"body": "[" * 100000}, "malformed"),
    row("nested 5,000 deep where nobody looks",
        edited('"x"', '{"a":' * 5000 + "1" + "}" * 5000), "malformed"),
    *(row(f"{what} for {where}", edited(old, new), "malformed") for where, what, old, new in [
        ("success", "a text", '"success": true', '"success": "true"'),
        ("success", "a number", '"success": true', '"success": 1'),
        ("errors", "an object", '"errors": []', '"errors": {}'),
        ("errors", "a text", '"errors": []', '"errors": "none"'),
        ("an error", "a number", '"errors": []', '"errors": [971]'),
        ("an error's code", "a text", '"errors": []', '"errors": [{"code": "971"}]')]),
    *(row(f"{name} twice", edited(old, f"{old}, {again}"), "malformed") for name, old, again in [
        ("success", '"success": true', '"success": true'),
        ("errors", '"errors": []', '"errors": []')]),
    row("result twice", edited('"messages": []', '"messages": [], "result": null'), "malformed"),
]

# Only what names a status can have these faults.
TUNNEL_ROWS = [
    *(row(f"{what} for status", edited('"down"', new), **about_tunnels("malformed"))
      for what, new in [("a number", "4"), ("null", "null"), ("a list", '["down"]'),
                        ("an object", '{"a": 1}'), ("true", "true")]),
    row("no status", body(status=None), **about_tunnels("malformed")),
    row("a number for deleted_at", body(deleted_at=7), **about_tunnels("malformed")),
    row("a status of tomorrow", body(status="resting"), **about_tunnels("unknown_status")),
    row("a status in capitals", body(status="DOWN"), **about_tunnels("unknown_status")),
    row("an empty status", body(status=""), **about_tunnels("unknown_status")),
    row("deleted", body(deleted_at="2026-07-29T14:07:27Z"), **about_tunnels("deleted")),
    *(row(f"status twice, down and {again}",
          edited('"status": "down"', f'"status": "down", "status": "{again}"'),
          **about_tunnels("malformed")) for again in ("healthy", "down")),
]

# Only a list can have these faults. Whatever is not seen is asked about singly sooner or later,
# and answered "not found".
LIST_ROWS = [
    row("no result_info", edited('"result_info"', '"x"'), list=MALFORMED),
    *(row(f"{field}: {value}", body(info={field: value}), list=MALFORMED)
      for field, value in [("count", None), ("page", "1"), ("per_page", 0), ("per_page", -1),
                           ("total_count", 1.5)]),
    row("total_count twice", edited('"total_count"', '"total_count": 2, "total_count"'),
        list=MALFORMED),
    row("an empty account", lambda _, ids: {"body": text_of("list", [], info={"total_count": 0})},
        list=("not_found", EACH_ROUND)),
]

DELIVERY_ROWS = [
    row("no byte of an answer", whole(cut_head=0), "interrupted", BACKS_OFF_TWICE),
    # For libcurl this is an answer, of an empty body.
    row("cut in the head, after the status", whole(cut_head=30), "malformed"),
    row("cut in the status", whole(cut_head=10), "interrupted", BACKS_OFF_TWICE),
    row("cut before the body", whole(cut=0), "interrupted", BACKS_OFF),
    row("cut in the middle of the body", whole(cut=40), "interrupted", BACKS_OFF),
    row("cut in a chunk", whole(chunked=True, cut=40), "interrupted", BACKS_OFF),
    row("cut before the last chunk", without_the_last_chunk, "interrupted", BACKS_OFF),
    row("cut in what was compressed", whole(gzip=True, cut=40), "interrupted", BACKS_OFF),
    row("less than Content-Length says", whole(length=5000, close=True), "interrupted", BACKS_OFF),
    row("said to be compressed and is not", whole(headers={"Content-Encoding": "gzip"}),
        "interrupted", BACKS_OFF),
    row("compressed as nobody asked", whole(headers={"Content-Encoding": "x-unheard-of"}),
        "interrupted", BACKS_OFF),
    row("whole, and closed after each answer", whole(close=True), "DOWN", connections=BACK),
    row("whole, compressed", whole(gzip=True), "DOWN", connections=BACK),
    row("whole, in chunks, compressed", whole(gzip=True, chunked=True), "DOWN", connections=BACK),
    row("a line of 200 kB in the head", whole(headers={"X-Padding": "x" * 200_000}), "too_large"),
]

# What is too much is taken for the begin of the next answer on that connection, which HTTP/1.1 has no
# means to tell: these rows have a world each.
FRAMING_ROWS = [
    row("more than Content-Length says", whole(length=20), "malformed|interrupted", BACKS_OFF_TWICE),
]

SLOW_ROWS = [
    row("later than api_timeout", whole(delay=20), "timeout", TIMES_OUT),
    row("a slow head", whole(drip_head=0.1), "timeout", TIMES_OUT),
    row("a slow body", whole(drip_body=0.1), "timeout", TIMES_OUT),
    row("a slow body in chunks", whole(drip_body=0.1, chunked=True), "timeout", TIMES_OUT),
]

LARGE_ROWS = [
    row("whole, of 8,000,000 bytes", whole(padding=8_000_000), "DOWN", connections=BACK),
    row("9 MiB that were 9 kB", whole(gzip=True, padding=9 << 20), "too_large"),
    row("100 MB", whole(padding=100_000_000), "too_large"),
    row("100 MB in chunks", whole(padding=100_000_000, chunked=True), "too_large"),
]

__all__ = ["BODY_ROWS", "DELIVERY_ROWS", "EXAMPLES", "EXAMPLE_ROWS", "FRAMING_ROWS", "INTERVAL",
           "LARGE_ROWS", "LIMIT_ROWS", "LIST_ROWS", "SHORT_TIMEOUT", "SLOW_ROWS", "STATUS_ROWS",
           "TIMEOUT", "TUNNEL_ROWS", "WINDOW", "file", "refusal"]
