"""The pair on a machine of its own, SELinux enforcing, up to the moment when its power fails."""
import hashlib
import os
import time

import cases_failover
import domains
import http_status as http
from unit_lines import attempt_all, directives, words_of
from world import (AUDIT_LOG, DAEMONS, audit, behave, is_active, keep, main_pid, output, read, show,
                   start_monitor, status, wait_audit, wait_until)

ENDS_BY_POWER_CUT = True
LONGEST = 150
ROUNDS = 10
CHECK_INTERVAL = 3


def case_selinux_enforces():
    assert output("getenforce").strip() == "Enforcing"
    show(f"seconds from the kernel's first to the first case: {read('/proc/uptime').split()[0]}")


def case_the_machine_has_booted_and_nothing_in_it_has_failed():
    wait_until(lambda: output("systemctl", "is-system-running", check=False).strip()
               not in ("initializing", "starting"), "the machine has booted", 30)
    failed = output("systemctl", "list-units", "--state=failed", "--no-legend", "--plain")
    assert not failed, failed


def case_the_pair_works_here():
    start_monitor()
    cases_failover.show_measures()


def case_the_default_route_is_read_here_as_well():
    cases_failover.case_auto_reads_the_default_route_from_inside_the_sandbox()


def case_each_daemon_has_a_domain_of_its_own():
    for name, domain in zip(DAEMONS, ("failover_supervisor_t", "failover_prober_t")):
        context = read(f"/proc/{main_pid(name)}/attr/current")
        assert f":{domain}:" in context, f"{name}: {context}"


def case_ten_failovers_each_within_its_time():
    mark = start_monitor(check_interval=CHECK_INTERVAL, confirm_interval=1, cooldown=1)
    seconds = []
    for number in range(1, ROUNDS + 1):
        time.sleep(number * CHECK_INTERVAL / ROUNDS)  # at another moment of the interval each time
        begin = time.monotonic()
        behave("down")
        wait_until(lambda: is_active("cloudflared_1"), "the backup is active", 15)
        seconds.append(time.monotonic() - begin)
        behave("healthy")
        # Only then: an answer on its way may still start it, and that would cancel the stop.
        wait_audit("status: healthy", count=number + 1, after=mark, seconds=20)
        output("systemctl", "stop", "cloudflared_1")
    seconds.sort()
    show(f"from \"the API says down\" to an active unit, check_interval {CHECK_INTERVAL} s, "
         f"{ROUNDS} times: median {(seconds[4] + seconds[5]) / 2:.2f} s, worst {seconds[-1]:.2f} s")
    # The promise, and the time of an emulated machine.
    assert seconds[-1] < CHECK_INTERVAL + 1 + 3, seconds


def case_reload_restart_and_the_rest_of_daily_use_work_here():
    mark = start_monitor()
    output("systemctl", "reload", "failover-monitor")
    wait_audit("Configuration reloaded", after=mark)
    output("systemctl", "restart", "failover-monitor")
    wait_audit("Prober connected", count=2, after=mark)
    output("logrotate", "--force", "/etc/logrotate.d/failover-monitor")
    behave("down")
    wait_audit("ocal service cloudflared_1 started: systemctl exit status 0")


def case_the_status_is_served_here():
    start_monitor(status_listen="127.0.0.1:9469")
    tunnel = wait_until(lambda: http.status()["tunnels"][0], "the status")
    assert tunnel["status"] == "healthy", tunnel
    context = output("ls", "-Z", "/run/failover-prober/status.sock").split(":")
    assert context[2] == "failover_prober_runtime_t", context
    # By TCP not before the operator's boolean says so.
    journal = output("journalctl", "--boot", "--output=cat", "--unit=failover-prober")
    assert "No status by TCP: status_listen: 127.0.0.1:9469: Permission denied" in journal
    output("setsebool", "failover_prober_status_listen", "on")
    output("systemctl", "restart", "failover-prober")
    wait_until(lambda: http.by_tcp("/healthz")[0] == 200, "the status by TCP")
    output("setsebool", "failover_prober_status_listen", "off")
    domains.expect("name_bind")


def case_no_denial_of_ours_was_seen_in_all_of_this():
    found = domains.denials()
    assert not found, "\n".join(found)
    show(f"denials of the two domains so far: {len(found)}")


def try_domain(which):
    domains.prepare()
    tried = domains.DENIED[which]
    inside = domains.COPIES[which]
    planned = []
    for what, script in tried:
        planned.append((what + ", unconfined", True, (domains.UNCONFINED, script)))
        planned.append((what, False, ((), script, inside)))
    planned += [(what, True, ((), script, inside)) for what, script in domains.ALLOWED[which]]
    results = attempt_all([attempt for _, _, attempt in planned])
    faults = [f"{what}: it {'succeeds' if good else 'fails'}\n{words_of(name)}"
              for (what, expected, _), (good, name) in zip(planned, results) if good != expected]
    assert not faults, "\n".join(faults)
    show(f"{which} is denied, and an unconfined process is not: "
         + "; ".join(what for what, _ in tried))


def case_the_probers_domain_is_denied_what_it_must_never_do():
    try_domain("failover_prober_t")


def case_the_supervisors_domain_is_denied_what_it_must_never_do():
    try_domain("failover_supervisor_t")


def case_the_limits_of_memory_and_of_tasks_hold():
    memory = "a = bytearray(300 << 20)\n"
    tasks = ("import threading, time\n"
             "for _ in range(300):\n"
             "    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n")
    planned = []
    for name in DAEMONS:
        for directive, script in (("MemoryMax", memory), ("TasksMax", tasks)):
            planned.append((name, directive, False, (directives(name, directive), script)))
            planned.append((name, directive, True, (directives(name, directive), "pass\n")))
    planned += [("no unit", directive, True, ([], script))
                for directive, script in (("no MemoryMax", memory), ("no TasksMax", tasks))]
    results = attempt_all([attempt for *_, attempt in planned])
    faults = [f"{name}, {directive}: it {'succeeds' if good else 'fails'}\n{words_of(unit)}"
              for (name, directive, expected, _), (good, unit) in zip(planned, results)
              if good != expected]
    assert not faults, "\n".join(faults)


def case_a_start_is_on_the_disk_when_the_power_fails():
    mark = start_monitor()
    behave("down")
    wait_audit("is down. Starting local service", after=mark)
    # What is to be found again, kept by the host: on this disk it would be written with the log.
    with open(AUDIT_LOG, "rb") as file:
        content = file.read()
    intent = content.index(b"is down. Starting local service", content.rindex(b"Prober connected"))
    whole = content[:content.index(b"\n", intent) + 1]
    keep(f"{len(whole)}.{hashlib.sha256(whole).hexdigest()}")
    assert status("systemctl", "is-enabled", "failover-monitor") == 0
    assert os.path.exists("/etc/failover-monitor/tunnels.json")
