"""A daemon that dies or hangs comes back; no start is lost on the way, and none is doubled."""
import os
import signal
import time

from world import (DAEMONS, audit, behave, is_active, main_pid, output, requests, show, stand_in,
                   start_monitor, times_started, wait_audit, wait_until, write, write_unit)

LONGEST = 90
SUPERVISOR, PROBER = DAEMONS
BACK_WITHIN = {signal.SIGKILL: 5, signal.SIGSTOP: 12}  # a hung one has its watchdog's 5 s to live


def back_after(name, number):
    """Seconds from the signal until the pair works again: the prober's reports are taken."""
    mark = start_monitor()
    before = main_pid(name)
    os.kill(before, number)
    began = time.monotonic()
    wait_audit("Prober connected", count=2, after=mark, seconds=BACK_WITHIN[number])
    seconds = time.monotonic() - began
    assert main_pid(name) not in (0, before)
    wait_until(lambda: all(is_active(daemon) for daemon in DAEMONS), "both are active")
    behave("down")
    wait_until(lambda: is_active("cloudflared_1"), "the pair works again")
    show(f"{name} is back {seconds:.1f} s after {number.name}")


def case_a_killed_supervisor_is_back_within_seconds():
    back_after(SUPERVISOR, signal.SIGKILL)


def case_a_killed_prober_is_back_within_seconds():
    back_after(PROBER, signal.SIGKILL)


def case_a_hung_supervisor_is_killed_by_the_watchdog_and_back():
    back_after(SUPERVISOR, signal.SIGSTOP)


def case_a_hung_prober_is_killed_by_the_watchdog_and_back():
    back_after(PROBER, signal.SIGSTOP)


def slow_return(seconds):
    """A drop-in: the supervisor stays dead for that long."""
    write(f"/run/systemd/system/{SUPERVISOR}.service.d/slow.conf",
          f"[Service]\nRestartSec={seconds}\n")
    output("systemctl", "daemon-reload")


def quick_return():
    os.remove(f"/run/systemd/system/{SUPERVISOR}.service.d/slow.conf")
    output("systemctl", "daemon-reload")


def case_a_tunnel_that_goes_down_while_the_supervisor_is_dead_is_started_for_when_it_returns():
    start_monitor(cooldown=60)
    began = times_started(1)
    slow_return(4)
    try:
        os.kill(main_pid(SUPERVISOR), signal.SIGKILL)
        behave("down")
        asked = requests()
        wait_until(lambda: not is_active(SUPERVISOR), "the supervisor is dead")
        assert not is_active("cloudflared_1")
        wait_until(lambda: is_active("cloudflared_1"), "the backup is active", 15)
        assert requests() > asked
        # Within the cooldown nothing is started again: not even by a supervisor that begins anew.
        mark = len(audit())
        output("systemctl", "stop", "cloudflared_1")
        os.kill(main_pid(SUPERVISOR), signal.SIGKILL)
        wait_audit("Prober connected", after=mark, seconds=15)
        asked = requests()
        wait_until(lambda: requests() >= asked + 4, "it is asked about several times")
        assert times_started(1) == began + 1, times_started(1) - began
        assert not is_active("cloudflared_1")
    finally:
        quick_return()


def start_under_way():
    """A pair whose backup takes some seconds to start, and is starting."""
    mark = start_monitor()
    stand_in(1, "ExecStartPre=/bin/sleep 4")
    began = times_started(1)
    behave("down")
    wait_until(lambda: output("systemctl", "is-active", "cloudflared_1", check=False).strip()
               == "activating", "the backup is starting")
    return mark, began


def case_a_start_under_way_survives_a_restart_of_the_supervisor():
    mark, began = start_under_way()
    output("systemctl", "restart", SUPERVISOR)
    # systemctl itself goes on, as a process of the unit whose main process is another one now.
    assert output("pgrep", "-f", "^[a-z/]*systemctl start"), "no systemctl is left"
    wait_until(lambda: is_active("cloudflared_1"), "the backup is active")
    wait_audit("outcome unknown", after=mark)
    asked = requests()
    wait_until(lambda: requests() >= asked + 4, "it is asked about several times")
    assert times_started(1) == began + 1, times_started(1) - began


def case_a_start_under_way_survives_a_kill_of_the_supervisor():
    _, began = start_under_way()
    os.kill(main_pid(SUPERVISOR), signal.SIGKILL)
    wait_until(lambda: is_active("cloudflared_1"), "the backup is active")
    assert times_started(1) == began + 1, times_started(1) - began


def case_a_start_under_way_survives_that_the_service_manager_executes_itself_anew():
    mark, began = start_under_way()
    output("systemctl", "daemon-reexec")
    wait_until(lambda: is_active("cloudflared_1"), "the backup is active")
    # systemctl loses its connection and cannot know; the job does not need it.
    wait_audit("ocal service cloudflared_1 (not )?started", after=mark)
    assert times_started(1) == began + 1, times_started(1) - began


def case_the_failover_works_after_the_service_manager_executed_itself_anew():
    start_monitor()
    pids = [main_pid(name) for name in DAEMONS]
    output("systemctl", "daemon-reexec")
    behave("down")
    wait_until(lambda: is_active("cloudflared_1"), "the backup is active")
    assert [main_pid(name) for name in DAEMONS] == pids, "neither daemon was restarted"


def case_a_start_that_is_told_to_be_refused_by_a_chroot_is_no_success():
    """systemctl in a chroot says so and ends with 0: ours must not run there, nor believe it."""
    mark = start_monitor()
    write_unit("cloudflared_1.service", "[Service]\nType=oneshot\nExecStart=/bin/true\n"
                                        "RemainAfterExit=yes\n")
    behave("down")
    wait_audit("ocal service cloudflared_1 started: systemctl exit status 0", after=mark)
    assert is_active("cloudflared_1"), "the log says started, and systemd knows nothing of it"
