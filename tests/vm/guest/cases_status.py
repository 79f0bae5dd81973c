"""The status under a real systemd: whom it is shown to, where it stands, what the journal is told."""
import grp
import json
import os
import stat

import http_status as http
from world import (CONFIG, TOKEN, behave, main_pid, output, read, show, start_monitor, wait_audit,
                   wait_until)

REPORT_SOCKET = "/run/failover-monitor/report.sock"
ASK = "import sys; sys.path.insert(0, {here!r}); import http_status; print(http_status.get('/status')[0])"
CONNECT = "import socket; socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).connect({path!r})"
READ = "open({path!r}).read()"


def as_user(user, script):
    """Whether the script succeeds as that user, with the groups that it has."""
    done = output("runuser", "-u", user, "--", "python3", "-B", "-c", script + "; print('done')", check=False)
    return done.rstrip().endswith("done")


def make_users():
    for user, groups in (("member", ["-G", "failover-status"]), ("stranger", [])):
        output("useradd", "--system", *groups, user)


def case_the_socket_and_its_directory_are_as_they_must_be():
    start_monitor()
    wait_until(lambda: os.path.exists(http.SOCKET), "the socket")
    found = os.stat(http.SOCKET)
    assert stat.S_IMODE(found.st_mode) == 0o660, oct(found.st_mode)
    assert found.st_gid == grp.getgrnam("failover-status").gr_gid, found.st_gid
    assert stat.S_IMODE(os.stat(os.path.dirname(http.SOCKET)).st_mode) == 0o711
    groups = [line for line in read(f"/proc/{main_pid('failover-prober')}/status").splitlines()
              if line.startswith("Groups:")][0].split()[1:]
    own = {grp.getgrnam(name).gr_gid for name in ("failover-prober", "failover-status")}
    assert {int(group) for group in groups} <= own, groups


def case_members_read_the_status_and_nothing_else_and_strangers_nothing():
    make_users()
    ask = ASK.format(here=os.path.dirname(os.path.abspath(__file__)))
    assert as_user("member", ask), "a member reads the status"
    assert not as_user("stranger", ask), "a stranger does not"
    for user in ("member", "stranger"):
        assert not as_user(user, READ.format(path=CONFIG)), f"{user} reads the configuration"
        assert not as_user(user, CONNECT.format(path=REPORT_SOCKET)), f"{user} reports"
        assert as_user(user, "pass"), "nothing runs at all"
    assert as_user("failover-prober", READ.format(path=CONFIG))
    assert TOKEN not in http.get("/status")[1] + http.get("/metrics")[1]


def case_it_shows_a_failover():
    mark = start_monitor()
    behave("down")
    wait_audit("ocal service cloudflared_1 started", after=mark)
    tunnel = wait_until(lambda: [t for t in http.status()["tunnels"]
                                 if t["last_start_outcome"] == "SUCCEEDED"], "the start")[0]
    show(json.dumps(tunnel))
    assert tunnel["backup_wanted"] and tunnel["status"] == "down", tunnel


def case_the_socket_goes_with_the_service_and_comes_back_after_a_crash():
    start_monitor()
    wait_until(lambda: os.path.exists(http.SOCKET), "the socket")
    output("systemctl", "kill", "--signal=KILL", "failover-prober")

    def back():
        try:
            return http.get("/healthz")[0] == 200
        except OSError:  # of the one that was killed, or not there yet
            return False

    wait_until(back, "it is back", 20)
    output("systemctl", "stop", "failover-monitor")
    assert not os.path.exists(http.SOCKET), "it is gone with the service"


def case_the_journal_is_told_the_severities():
    mark = start_monitor()
    behave("down")
    wait_audit("is down. Starting", after=mark)
    found = {}
    for name in ("failover-monitor", "failover-prober"):
        for line in output("journalctl", "--boot", "--output=json", "--unit", name).splitlines():
            entry = json.loads(line)
            if isinstance(entry["MESSAGE"], str):
                found[(name, entry["MESSAGE"][20:])] = entry["PRIORITY"]

    def priority(name, words):
        return {level for (unit, text), level in found.items() if unit == name and words in text}

    assert priority("failover-monitor", "[INFO] Prober connected") == {"6"}, found
    assert priority("failover-monitor", "is down. Starting") == {"3"}, found
    assert priority("failover-prober", "[WARNING] Tunnel") == {"4"}, found
    assert not [text for _, text in found if text.startswith("<")], "the prefix is no part of the line"


def case_the_status_stays_within_the_units_memory_and_group():
    start_monitor()
    for _ in range(50):
        assert http.get("/metrics")[0] == 200
    # A container's systemd may count no memory; the kernel does.
    pid = output("systemctl", "show", "--value", "-p", "MainPID", "failover-prober").strip()
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        fields = dict(line.split(":", 1) for line in file if ":" in line)
    show(f"failover-prober after 50 scrapes: {fields['VmRSS'].strip()}")
    assert int(fields["VmRSS"].split()[0]) < 64 << 10, fields["VmRSS"]
