"""The same disk after the power cut."""
import hashlib
import re

import domains
from world import (AUDIT_LOG, DAEMONS, audit, behave, is_active, kept, name_known, network_up,
                   output, read, show, stand_in, start_api, unit, wait_audit, wait_until)

LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[(INFO|WARNING|ERROR)\] \S")


def case_both_daemons_are_up_by_themselves():
    assert output("getenforce").strip() == "Enforcing"
    wait_until(lambda: all(is_active(name) for name in DAEMONS), "both are active", 10)
    for name in DAEMONS:
        assert unit(name, "NRestarts") == "0", name


def case_the_audit_log_is_whole():
    length, digest = kept().split(".")
    with open(AUDIT_LOG, "rb") as file:
        content = file.read()
    assert hashlib.sha256(content[:int(length)]).hexdigest() == digest, \
        "what was written before the cut is not what is there"
    assert content.endswith(b"\n")
    for line in content.decode().splitlines():
        assert LINE.match(line), repr(line)
    show(f"the audit log's {length} bytes up to the start before the cut are there, and "
         f"{len(content) - int(length)} after them")


def case_the_failover_works_again():
    stand_in(1)
    behave("healthy")
    start_api()
    network_up()
    name_known()
    mark = len(audit())
    wait_audit("status: healthy", after=mark - 1, seconds=30)
    behave("down")
    wait_until(lambda: is_active("cloudflared_1"), "the backup is active", 15)


def case_no_denial_of_ours_was_seen_since_the_boot():
    found = domains.denials()
    assert not found, "\n".join(found)
    assert read("/proc/uptime")
