"""The failover with real units, and what an operator does with the service in daily use."""
import os
import re
import stat
import time

from world import (AUDIT_LOG, DAEMONS, GATEWAY, TOKEN, audit, behave, is_active, main_pid,
                   network_down, output, read, requests, show, stand_in, start_monitor, status,
                   times_started, tunnel, tunnel_id, unit, wait_audit, wait_until, write,
                   write_config)


ID = tunnel_id(1)


def show_measures():
    for name in DAEMONS:
        begin, end = (int(unit(name, p)) for p in
                      ("InactiveExitTimestampMonotonic", "ActiveEnterTimestampMonotonic"))
        resident = [line.split(":")[1].strip() for line in
                    read(f"/proc/{main_pid(name)}/status").splitlines()
                    if line.startswith(("VmHWM", "VmRSS"))]
        show(f"{name}: ready after {(end - begin) / 1000:.0f} ms; "
             f"MemoryCurrent {unit(name, 'MemoryCurrent')}, MemoryPeak {peak(name)}; "
             f"resident {resident[1]}, at most {resident[0]}")


def peak(name):
    """MemoryPeak, which systemd 252 does not show, is the control group's own file."""
    path = "/sys/fs/cgroup" + unit(name, "ControlGroup") + "/memory.peak"
    return read(path).strip() or "unknown here"


def case_the_service_is_active_once_it_has_said_that_it_is_ready():
    start_monitor()
    for name in DAEMONS:
        assert unit(name, "Type") == "notify"
        assert is_active(name), name
        assert unit(name, "NRestarts") == "0", name
    show_measures()


def case_a_tunnel_that_is_down_has_its_unit_started_once():
    mark = start_monitor(2)
    behave("down", "healthy")
    told = time.monotonic()
    wait_until(lambda: is_active("cloudflared_1"), "the backup is active")
    show(f"from \"the API says down\" to an active unit: {time.monotonic() - told:.2f} s")
    wait_audit(rf"\[ERROR\] Tunnel {ID} is down\. Starting local service cloudflared_1$", after=mark)
    wait_audit("ocal service cloudflared_1 started: systemctl exit status 0", after=mark)
    asked = requests()
    wait_until(lambda: requests() >= asked + 6, "three more rounds")
    assert times_started(1) == 1, times_started(1)
    assert not is_active("cloudflared_2")


def case_a_unit_that_cannot_start_is_said_to_have_failed():
    mark = start_monitor()
    stand_in(1, "ExecStartPre=/bin/false")
    behave("down")
    wait_audit(r"\[ERROR\].*cloudflared_1.*(failed|exit status 1)", after=mark)


def case_reload_reaches_both_and_restarts_neither():
    mark = start_monitor()
    before = [main_pid(name) for name in DAEMONS]
    stand_in(2)
    behave("healthy", "down")
    write_config(2)
    output("systemctl", "reload", "failover-monitor")
    # The prober asks about the new tunnel; the supervisor knows which unit it has.
    wait_until(lambda: is_active("cloudflared_2"), "the new tunnel's unit is started")
    assert audit("Configuration reloaded", mark), "no line about the reload"
    assert [main_pid(name) for name in DAEMONS] == before


def case_a_reload_of_a_bad_configuration_fails_and_changes_nothing():
    mark = start_monitor()
    before = [main_pid(name) for name in DAEMONS]
    write("/etc/failover-monitor/tunnels.json", "{\n", 0o640)
    assert status("systemctl", "reload", "failover-monitor") != 0, "the reload did not fail"
    assert [main_pid(name) for name in DAEMONS] == before
    behave("down")
    wait_until(lambda: is_active("cloudflared_1"), "the old configuration still works")
    assert not audit("Configuration reloaded", mark)


def case_stop_stops_both_and_start_starts_both():
    start_monitor()
    output("systemctl", "stop", "failover-monitor")
    wait_until(lambda: unit("failover-prober", "ActiveState") == "inactive", "the prober stopped", 5)
    for name in DAEMONS:
        assert unit(name, "ActiveState") == "inactive", name
        assert unit(name, "Result") == "success", f"{name}: {unit(name, 'Result')}"
    mark = len(audit())
    output("systemctl", "start", "failover-monitor")
    wait_audit("Prober connected", after=mark)


def case_either_can_be_restarted_alone():
    mark = start_monitor()
    supervisor, prober = (main_pid(name) for name in DAEMONS)
    output("systemctl", "restart", "failover-prober")
    wait_audit("Prober connected", count=2, after=mark)
    assert main_pid("failover-monitor") == supervisor
    assert main_pid("failover-prober") != prober
    output("systemctl", "restart", "failover-monitor")
    wait_audit("Prober connected", count=3, after=mark)
    assert main_pid("failover-monitor") != supervisor


def case_a_token_may_stand_in_a_file():
    path = "/etc/failover-monitor/home.token"
    write(path, TOKEN + "\n", 0o640)
    output("chgrp", "failover-prober", path)
    start_monitor([{**without_token(), "token_file": path}])


def without_token():
    entry = tunnel(1)
    del entry["token"]
    return entry


def case_a_token_may_be_a_credential_of_the_unit():
    drop_in = "/etc/systemd/system/failover-prober.service.d/token.conf"
    secret = "/etc/failover-monitor/home.secret"
    write(secret, TOKEN + "\n", 0o600)  # root's alone: the service manager reads it
    encrypted = secret + ".encrypted"
    try:
        output("systemd-creds", "encrypt", "--with-key=host", "--name=home", secret, encrypted)
        for line in (f"LoadCredential=home:{secret}", f"LoadCredentialEncrypted=home:{encrypted}"):
            write(drop_in, f"[Service]\n{line}\n")
            output("systemctl", "daemon-reload")
            start_monitor([{**without_token(), "token_credential": "home"}])
        said = output("failover-prober", "--check-online", check=False)
        command = re.search(r"by hand: (systemd-run .*)", said)[1].replace("FILE", secret)
        assert " healthy " in output(*command.split())
    finally:
        os.remove(drop_in)
        output("systemctl", "daemon-reload")


def case_auto_reads_the_default_route_from_inside_the_sandbox():
    network_down()  # the kernel takes no address of its own for a gateway
    output("ip", "link", "add", "uplink", "type", "veth", "peer", "name", "uplink-peer")
    try:
        for end in ("uplink", "uplink-peer"):
            output("ip", "link", "set", end, "up")
        output("ip", "address", "add", "192.0.2.200/24", "dev", "uplink")
        output("ip", "route", "add", "default", "via", GATEWAY)
        mark = start_monitor(gateway_ip="auto")
        assert audit("Gateway IP: auto", mark)
        assert not audit("unreachable", mark)
        output("ip", "route", "del", "default")
        wait_audit("Gateway auto unreachable", after=mark)
    finally:
        output("ip", "link", "del", "uplink")


def case_logrotate_takes_no_line_and_the_next_line_has_a_new_file():
    start_monitor()
    before = read(AUDIT_LOG)
    assert before
    output("logrotate", "--force", "/etc/logrotate.d/failover-monitor")
    assert read(AUDIT_LOG + ".1") == before, "the old file has all of the old lines"
    behave("down")
    wait_audit("is down. Starting")
    text = read(AUDIT_LOG)
    assert before.splitlines()[-1] not in text
    found = os.stat(AUDIT_LOG)
    assert stat.S_IMODE(found.st_mode) == 0o640, oct(found.st_mode)
    assert (found.st_uid, output("stat", "-c", "%G", AUDIT_LOG).strip()) == (0, "adm")
    assert read("/var/log/failover_monitor.log") == read(AUDIT_LOG), "where the script's users look"
    rotated = read(AUDIT_LOG + ".1")
    assert rotated == before, "nothing is written to the old file"


def case_what_people_type_works():
    start_monitor()
    assert status("systemctl", "status", "failover-monitor") == 0
    assert "Cloudflare Tunnel Monitor started." in output("journalctl", "-u", "failover-monitor")
    assert status("systemctl", "is-enabled", "failover-monitor") == 0
    said = output("failover-prober", "--check-online")
    assert "healthy" in said, said
