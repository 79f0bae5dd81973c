"""Root's orders by failoverctl under a real systemd: a pause, a drill, and what anybody may see."""
import json
import re

from world import (audit, behave, is_active, output, read, show, start_monitor, status, times_started,
                   tunnel, tunnel_id, wait_audit, wait_until)

ID = tunnel_id(1)
TUNNELS = [tunnel(1, name="home")]


def failoverctl(*words, user="root", check=True):
    """What it says, both streams."""
    prefix = ["runuser", "-u", user, "--"] if user != "root" else []
    return output(*prefix, "/usr/bin/failoverctl", *words, check=check)


def case_a_pause_holds_a_start_outlives_a_restart_and_is_ended():
    mark = start_monitor(TUNNELS)
    before = times_started(1)
    show(failoverctl("pause", "home", "--for", "1h", "--reason", "rehearsal"))
    wait_audit(rf"Tunnel {ID} \(home\): paused until .* by order: rehearsal", after=mark)
    behave("down")
    wait_audit("status: down", after=mark)
    output("systemctl", "restart", "failover-monitor")
    wait_audit("paused until", count=2, after=mark)
    wait_audit("status: down", count=2, after=mark)
    assert times_started(1) == before, audit(after=mark)
    show(failoverctl("resume", "home"))
    wait_audit(r"pause ended, by order", after=mark)
    wait_audit("Local service cloudflared_1 started", after=mark)
    assert is_active("cloudflared_1") and times_started(1) == before + 1


def case_a_pause_ends_by_itself_also_with_the_prober_stopped():
    mark = start_monitor(TUNNELS)
    output("systemctl", "stop", "failover-prober")
    show(failoverctl("pause", "--all", "--for", "4s"))
    wait_audit("paused until", after=mark)
    wait_audit("pause ended, its time is over", after=mark)


def case_a_drill_starts_the_unit_and_is_audited_as_a_drill():
    mark = start_monitor(TUNNELS)
    wait_until(lambda: status("/usr/bin/failoverctl", "check") == 0, "failoverctl check is OK")
    said = failoverctl("drill", "home", "--yes", "--reason", "rehearsal", "--timeout", "60s")
    show(said)
    assert re.search(r"Drill succeeded after [\d.]+ s", said), said
    assert is_active("cloudflared_1")
    show("\n".join(audit("DRILL", after=mark)))
    wait_audit(rf"DRILL: Tunnel {ID} \(home\), by order: rehearsal$", after=mark)
    wait_audit(rf"DRILL: Tunnel {ID} \(home\) is healthy\. Starting local service cloudflared_1$",
               after=mark)
    assert "less than cooldown ago" in failoverctl("drill", "home", "--yes", check=False)


def case_the_status_is_for_its_group_and_shows_the_drill():
    assert status("useradd", "--system", "--groups", "failover-status", "watcher") == 0
    told = json.loads(failoverctl("status", "--json", user="watcher"))
    assert told["tunnels"][0]["last_start_outcome"] == "SUCCEEDED", told["tunnels"][0]
    show(failoverctl("status", user="watcher"))
    show(failoverctl("explain", "home", user="watcher"))
    assert "failover-status" in failoverctl("status", user="nobody", check=False)
    assert "sudo" in failoverctl("pause", "home", "--for", "1h", user="watcher", check=False)


def case_the_doctor_finds_nothing_that_fails():
    text = failoverctl("doctor", check=False)
    show(text)
    failing = [line for line in text.splitlines() if line.startswith("FAIL")]
    assert failing == [], failing
    history = failoverctl("history", "home")
    show(history)
    assert "1 drilled" in history and "paused until" in history


def case_a_reload_is_waited_for():
    config = read("/etc/failover-monitor/tunnels.json")
    with open("/etc/failover-monitor/tunnels.json", "w", encoding="utf-8") as file:
        file.write(config.replace('"cooldown": 60', '"cooldown": 61'))
    show(failoverctl("reload"))
    assert json.loads(failoverctl("status", "--json"))["configuration"]["cooldown"] == 61
