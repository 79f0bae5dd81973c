"""failback@.service under a real systemd: its start is the end of the backup, and nothing else."""
import time

from world import is_active, output, read, show, stand_in, status, unit, write_unit

TEMPLATE = "/usr/lib/systemd/system/failback@.service"


def fail_back(backup):
    """What systemctl does for the supervisor; seconds that it took."""
    began = time.monotonic()
    output("systemctl", "start", "--no-ask-password", "--", f"failback@{backup}.service")
    return time.monotonic() - began


def case_a_failback_ends_the_backup_without_a_failure_and_can_be_done_again():
    stand_in(1)
    stand_in(2)
    output("systemctl", "start", "cloudflared_2")
    for _ in range(7):  # more often than a start limit of systemd's would let
        output("systemctl", "start", "cloudflared_1")
        assert is_active("cloudflared_1")
        fail_back("cloudflared_1")
        assert unit("cloudflared_1", "ActiveState") == "inactive"
        assert unit("cloudflared_1", "Result") == "success"
        assert unit("failback@cloudflared_1", "ActiveState") == "inactive", "it is over at once"
        assert unit("failback@cloudflared_1", "Result") == "success"
    assert is_active("cloudflared_2"), "of another backup it ends nothing"


def case_a_failback_waits_until_the_backup_has_ended():
    write_unit("slow.service", "[Service]\nExecStart=/bin/sleep infinity\nExecStop=/bin/sleep 2\n")
    output("systemctl", "start", "slow")
    assert fail_back("slow") >= 2
    assert not is_active("slow")


def case_a_backup_that_does_not_run_or_is_not_there_is_no_failure():
    stand_in(1)
    fail_back("cloudflared_1")
    fail_back("nobody-has-this-unit")


def case_backups_with_other_names_are_ended_as_well():
    service = "[Service]\nExecStart=/bin/sleep infinity\n"
    write_unit("backup@.service", service)
    write_unit("cloudflared-1.service", service)
    write_unit(r"a\x2db.service", service)
    for name in ("backup@home", "cloudflared-1", r"a\x2db"):
        output("systemctl", "start", name)
        assert is_active(name), name
        fail_back(name)
        assert not is_active(name), name


def case_the_backup_can_be_started_again_at_once():
    stand_in(1)
    output("systemctl", "start", "cloudflared_1")
    fail_back("cloudflared_1")
    output("systemctl", "start", "cloudflared_1")
    assert is_active("cloudflared_1")
    assert unit("failback@cloudflared_1", "ActiveState") == "inactive"
    output("systemctl", "stop", "cloudflared_1")


def case_the_template_is_confined():
    path = "/run/failback@cloudflared_1.service"
    with open(path, "w", encoding="utf-8") as file:
        file.write(read(TEMPLATE))
    last = output("systemd-analyze", "security", "--offline=true", path).strip().splitlines()[-1]
    show(last)
    assert float(last.split(":")[1].split()[0]) < 1, last
    assert status("systemd-analyze", "verify", "--man=no", path) == 0
