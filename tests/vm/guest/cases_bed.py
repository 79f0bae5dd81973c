"""Boot: with nothing of the network there yet. Nothing may have failed because of that."""
from world import (DAEMONS, audit, behave, is_active, main_pid, name_known, network_up, output,
                   requests, show, stand_in, start_api, unit, wait_audit, wait_until)


def case_the_bed_has_booted_and_nothing_in_it_has_failed():
    wait_until(lambda: output("systemctl", "is-system-running", check=False).strip()
               not in ("initializing", "starting"), "the bed has booted", 60)
    failed = output("systemctl", "list-units", "--state=failed", "--no-legend", "--plain")
    assert not failed, failed


def case_both_daemons_wait_for_the_network_then_for_the_name_and_work_then():
    for name in DAEMONS:
        assert is_active(name), name
    pids = [main_pid(name) for name in DAEMONS]
    wait_audit("Gateway 192.0.2.1 unreachable")
    network_up()
    wait_audit("Gateway 192.0.2.1 reachable")
    wait_audit(r"status: unknown")
    stand_in(1)
    start_api()
    behave("healthy")
    assert requests() == 0
    name_known()
    wait_audit("status: healthy", seconds=40)
    behave("down")
    wait_until(lambda: is_active("cloudflared_1"), "the backup is active")
    assert [main_pid(name) for name in DAEMONS] == pids, "neither was restarted meanwhile"
    assert len(audit("is down. Starting")) == 1
    show("ready in the boot after " + ", ".join(
        f"{int(unit(name, 'ActiveEnterTimestampMonotonic')) - int(unit(name, 'InactiveExitTimestampMonotonic'))}"
        f" us ({name})" for name in DAEMONS))
