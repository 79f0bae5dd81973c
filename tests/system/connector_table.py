"""The third column of fault_table.py: who is connected to a tunnel. How often that is asked for, and
the rows that only such an answer can have.

A good answer lists the crashed primary, our backup, and the primary that has returned.
"""
from connectors import AGAIN, BACKUP, CRASHED, OURS, RETURNED, connector, stamp
from fault_answers import body, connected, edited
from fault_table import (AFTER_1, AFTER_4, BACKS_OFF, BACKS_OFF_TWICE, EACH_ROUND, MALFORMED, ONCE,
                         TIMES_OUT, UNLISTED, Pace, row)

WINDOW = 16.5  # seconds from the first look-up; they are 5 s apart, with check_interval 1 s
# What each pace of the table comes to there.
PACES = {
    EACH_ROUND: Pace(4, 4, 4.5),
    BACKS_OFF: Pace(3, 3, 4.5),  # at once, after 5 s, after twice that, less jitter
    BACKS_OFF_TWICE: Pace(3, 6),
    TIMES_OUT: Pace(3, 3, 4.5),
    ONCE: ONCE,
    AFTER_4: Pace(3, 4, 4.5),
    AFTER_1: Pace(4, 4, 4.5),
}
AWAY = ("away", EACH_ROUND)
OPENED = f'"opened_at": "{stamp(300)}"'  # by the primary that has returned
SERVES = '"is_pending_reconnect": false'
ITS_ID = f'"id": "{AGAIN}"'
CONNS = '"conns": ['


def malformed(what, old, new):
    return row(what, edited(old, new), connections=MALFORMED)


def without(key, one):
    return {name: value for name, value in one.items() if name != key}


def opened_at(text, one):
    """The same connector, all of its connections opened then."""
    return {**one, "conns": [{**conn, "opened_at": text} for conn in one["conns"]]}


CONNECTION_ROWS = [
    *(row(f"{what} for result", body(envelope={"result": value}), connections=MALFORMED)
      for what, value in [("null", None), ("an object", {}), ("a text", "x"), ("a number", 0)]),
    malformed("no result", '"result"', '"results"'),
    *(row(f"{what} for a connector", body(envelope={"result": [BACKUP, RETURNED, value]}),
          connections=MALFORMED)
      for what, value in [("a number", 1), ("null", None), ("a list", []), ("nothing", {})]),
    *(malformed(f"{what} for a connector's id", ITS_ID, f'"id": {new}') for what, new in [
        ("a number", "5"), ("null", "null"), ("a text", '"x"'), ("a list", f'["{AGAIN}"]')]),
    malformed("a connector without an id", ITS_ID, f'"uuid": "{AGAIN}"'),
    *(malformed(f"{what} for conns", CONNS, f'"conns": {new}, "were": [') for what, new in [
        ("an object", "{}"), ("a text", '"none"'), ("a number", "4"), ("true", "true")]),
    *(malformed(f"{what} for a connection", CONNS, f'"conns": [{new}, ') for what, new in [
        ("a number", "1"), ("null", "null"), ("a text", '"x"'), ("nothing", "{}")]),
    *(malformed(f"{what} for opened_at", OPENED, f'"opened_at": {new}') for what, new in [
        ("a number", "1800000000"), ("null", "null"), ("no text", '""'), ("a word", '"yesterday"'),
        ("a clock that is unset", '"0001-01-01T00:00:00Z"'), ("no zone", '"2026-11-20T08:05:00"'),
        ("a year to come", '"9999-12-31T23:59:59Z"')]),
    malformed("no opened_at", OPENED, '"opened": 1'),
    *(malformed(f"{what} for is_pending_reconnect", SERVES, f'"is_pending_reconnect": {new}')
      for what, new in [("null", "null"), ("a text", '"false"'), ("a number", "0")]),
    malformed("no is_pending_reconnect", SERVES, '"is_pending": false'),
    malformed("opened_at twice, the later one first", OPENED, f'{OPENED}, "opened_at": "{stamp(1)}"'),
    malformed("opened_at twice, the later one last", OPENED, f'"opened_at": "{stamp(1)}", {OPENED}'),
    malformed("is_pending_reconnect twice", SERVES, f'"is_pending_reconnect": true, {SERVES}'),
    malformed("conns twice", CONNS, f'"conns": [], {CONNS}'),
    malformed("a connector's id twice", ITS_ID, f'"id": "{OURS}", {ITS_ID}'),
    # Good answers that say that the primary is not there, or not whether it is.
    row("only connections that were lost", connected(BACKUP, connector(AGAIN, 300, 301, pending=True)),
        connections=AWAY),
    row("opened before ours", connected(BACKUP, connector(AGAIN, 99, 100)), connections=AWAY),
    row("opened before ours, as another zone writes it",
        connected(BACKUP, opened_at("2026-11-20T10:01:00+02:00", RETURNED)), connections=AWAY),
    row("without a connection", connected(BACKUP, {**RETURNED, "conns": []}), connections=AWAY),
    row("without conns", connected(BACKUP, without("conns", RETURNED)), connections=AWAY),
    row("nobody", connected(), connections=UNLISTED),
    row("without ours", connected(CRASHED, RETURNED), connections=UNLISTED),
    row("ours without a connection", connected({**BACKUP, "conns": []}, RETURNED), connections=UNLISTED),
]
