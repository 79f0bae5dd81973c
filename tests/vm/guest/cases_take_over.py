"""install.sh on a host where the Python script runs: it takes the script's place, and loses nothing."""
import json
import os
import shutil

from cases_install import BUILD, everything, install_sh, permissions
from world import (ACCOUNT, AUDIT_LOG, CONFIG, DAEMONS, GATEWAY, TOKEN, is_active, main_pid,
                   name_known, network_up, output, read, show, start_api, tunnel_id, unit,
                   wait_audit, write)

SCRIPT = "/opt/failover-monitor/failover_monitor.py"
SCRIPT_CONFIG = "/opt/failover-monitor/tunnels.json"
SCRIPT_LOG = "/var/log/failover_monitor.log"
SCRIPT_UNIT = "/etc/systemd/system/failover-monitor.service"
SCRIPT_UNIT_KEPT = "/opt/failover-monitor/failover-monitor.service.replaced"
OLD_LINE = "2025-10-24 10:30:15 [INFO] Cloudflare Tunnel Monitor started.\n"
# A stand-in that does what matters here: it runs, as the script did, and writes its log.
STAND_IN = f"""import time
while True:
    with open("{SCRIPT_LOG}", "a") as log:
        log.write("2025-10-24 10:30:16 [INFO] Tunnel abc123 status: healthy\\n")
    time.sleep(0.2)
"""
UNIT = f"""[Unit]
Description=Cloudflare Tunnel Monitor
[Service]
ExecStart=/usr/bin/python3 {SCRIPT}
Restart=always
[Install]
WantedBy=multi-user.target
"""


def configuration(**changes):
    return json.dumps({"gateway_ip": GATEWAY, "tunnels": [
        {"account_id": ACCOUNT, "tunnel_id": tunnel_id(1), "token": TOKEN,
         "service": "cloudflared_1", **changes}]}, indent=2) + "\n"


def script_runs():
    return (unit("failover-monitor", "FragmentPath") == SCRIPT_UNIT
            and is_active("failover-monitor") and SCRIPT in read(
                f"/proc/{main_pid('failover-monitor')}/cmdline"))


def case_the_script_runs_here():
    write(SCRIPT, STAND_IN)
    write(SCRIPT_CONFIG, configuration(), 0o644)
    write(SCRIPT_LOG, OLD_LINE)
    os.chmod(SCRIPT_LOG, 0o666)
    write(SCRIPT_UNIT, UNIT)
    output("systemctl", "daemon-reload")
    output("systemctl", "enable", "--quiet", "--now", "failover-monitor")
    assert script_runs()


def without_the_log(found):
    return {path: what for path, what in found.items() if path != SCRIPT_LOG}


def case_a_configuration_that_is_refused_stops_it_before_anything_was_changed():
    write(SCRIPT_CONFIG, configuration(token="your_api_token_1", tunnel_id="x"), 0o644)
    before = without_the_log(everything())
    said = install_sh("--no-build", check=False)
    assert SCRIPT_CONFIG + ": tunnels[0].tunnel_id" in said, said
    assert SCRIPT_CONFIG + ": tunnels[0].token" in said, said
    assert "nothing was changed" in said, said
    after = without_the_log(everything())
    assert after == before, set(after.items()) ^ set(before.items())
    assert script_runs()


def case_another_unit_of_that_name_stops_it_before_anything_was_changed():
    write(SCRIPT_CONFIG, configuration(), 0o644)
    write(SCRIPT_UNIT, UNIT.replace("failover_monitor.py", "another.py"))
    try:
        before = without_the_log(everything())
        said = install_sh("--no-build", check=False)
        assert SCRIPT_UNIT in said, said
        assert without_the_log(everything()) == before
    finally:
        write(SCRIPT_UNIT, UNIT)
        output("systemctl", "daemon-reload")


def case_a_take_over_that_fails_half_way_leaves_the_script_running():
    # What cannot be moved: the script's end, which comes before, has to be undone.
    for path, step in ((SCRIPT_UNIT, "Taking the place of the script"),
                       (SCRIPT_LOG, "Moving the script's log")):
        output("mount", "--bind", path, path)
        try:
            said = install_sh("--no-build", check=False)
        finally:
            output("umount", path)
        show(said)
        assert "stopped in this step: " + step in said, said
        assert script_runs(), output("systemctl", "status", "failover-monitor", check=False)
        assert read(SCRIPT_UNIT) == UNIT
        nothing_is_carried_over_yet()


def nothing_is_carried_over_yet():
    """For the next case."""
    shutil.rmtree(os.path.dirname(CONFIG))
    for path in (SCRIPT_UNIT_KEPT, AUDIT_LOG + ".script"):  # a copy, whose original stayed
        if os.path.exists(path):
            os.remove(path)
    write(SCRIPT_CONFIG, configuration(), 0o644)


def case_what_was_checked_is_what_is_carried_over():
    program = os.path.join(BUILD, "supervisor/failover-supervisor")
    other = "/run/check-then-change"
    # Somebody changes the file as soon as it was checked; and the log cannot be moved, so that it
    # ends there.
    write(other, f"#!/bin/sh\n/run/checker \"$@\" || exit\necho '{{}}' >{SCRIPT_CONFIG}\n", 0o755)
    shutil.copy(program, "/run/checker")
    output("mount", "--bind", other, program)
    output("mount", "--bind", SCRIPT_LOG, SCRIPT_LOG)
    try:
        said = install_sh("--no-build", check=False)
    finally:
        output("umount", SCRIPT_LOG)
        output("umount", program)
    assert "stopped in this step: Moving the script's log" in said, said
    assert read(SCRIPT_CONFIG) == "{}\n", "the file was not changed: this case tries nothing"
    assert read(CONFIG) == configuration()
    assert script_runs()
    nothing_is_carried_over_yet()


def case_the_script_is_taken_over_from():
    start_api()
    network_up()
    name_known()
    old_log = read(SCRIPT_LOG)
    with open(SCRIPT_LOG, "a", encoding="ascii") as held:  # its mode lets everybody do that
        said = install_sh("--no-build")
        held.write("forged\n")
    show(said)
    assert unit("failover-monitor", "FragmentPath").endswith(
        "/lib/systemd/system/failover-monitor.service"), "ours wins"
    assert unit("failover-monitor", "UnitFileState") == "enabled"
    assert all(is_active(name) for name in DAEMONS)
    assert SCRIPT not in output("ps", "-eo", "args"), "the script has ended"
    # Everything of its own is still there, and no more than that.
    assert read(SCRIPT) == STAND_IN
    assert read(SCRIPT_UNIT_KEPT) == UNIT
    assert not os.path.lexists(SCRIPT_UNIT)
    assert read(CONFIG) == read(SCRIPT_CONFIG) == configuration()
    assert permissions(SCRIPT_CONFIG)[0] == 0o600
    assert permissions(CONFIG)[0] == 0o640
    assert output("stat", "-c", "%U:%G", CONFIG).strip() == "root:failover-prober"
    for word in (SCRIPT_CONFIG, "0600", "read no longer", "failover-monitor.service.replaced",
                 SCRIPT_LOG):
        assert word in said, f"{word} is not said:\n{said}"
    # The log goes on where it was, and the old one stands beside it: not in it, because somebody may
    # still have it open.
    assert os.path.islink(SCRIPT_LOG)
    wait_audit("Prober connected")
    assert read(SCRIPT_LOG) == read(AUDIT_LOG)
    kept = read(AUDIT_LOG + ".script")
    assert kept.startswith(old_log) and kept.endswith("forged\n")
    assert "forged" not in read(AUDIT_LOG)
    assert permissions(AUDIT_LOG)[0] == permissions(AUDIT_LOG + ".script")[0] == 0o640


def case_a_second_run_takes_nothing_over_again():
    before = [main_pid(name) for name in DAEMONS]
    said = install_sh("--no-build")
    assert "script" not in said.replace("--no-build", ""), said
    assert [main_pid(name) for name in DAEMONS] == before
    assert read(SCRIPT_UNIT_KEPT) == UNIT


def case_uninstall_says_where_the_scripts_unit_file_is():
    said = install_sh("--uninstall")
    show(said)
    assert "failover-monitor.service.replaced" in said, said
    assert os.path.exists(SCRIPT_CONFIG) and os.path.exists(SCRIPT)
