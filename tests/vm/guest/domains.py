"""What the two SELinux domains must be denied, tried from within them.

A copy of the interpreter that is labelled as a daemon's program enters the daemon's domain when
systemd starts it. Each thing is tried by an unconfined process as well, where it must succeed.
"""
import os
import re
import shutil
import time

from unit_lines import INTERPRETER
from world import AUDIT_LOG, output, stand_in, write_unit

COPIES = {"failover_supervisor_t": "/usr/local/sbin/try-supervisor",
          "failover_prober_t": "/usr/local/sbin/try-prober"}
UNCONFINED = ("SELinuxContext=unconfined_u:unconfined_r:unconfined_t:s0",)


def run(*command):
    return f"import subprocess\nsubprocess.run({list(command)!r}, check=True, timeout=60)\n"


def connect(path):
    return f"import socket\nsocket.socket(socket.AF_UNIX).connect({path!r})\n"


def sockets(*families):
    """Succeeds if any of them can be had."""
    return ("import socket\nfor family, kind in " + repr(list(families)) + ":\n"
            "    try:\n        socket.socket(family, kind)\n        break\n"
            "    except PermissionError:\n        pass\nelse:\n    raise SystemExit('none')\n")


# IPv4 and IPv6, stream, datagram and raw; netlink; packet.
NETWORK = [(family, kind) for family in (2, 10) for kind in (1, 2)] + [(16, 3), (17, 3)]
DENIED = {
    "failover_prober_t": [
        ("run a program", run("/usr/bin/true")),
        ("run a shell", run("/usr/bin/dash", "-c", ":")),
        ("read the password hashes", "open('/etc/shadow').read()\n"),
        ("read the audit log", f"open({AUDIT_LOG!r}).read()\n"),
        ("read the kernel's audit log", "open('/var/log/audit/audit.log').read()\n"),
        ("connect to systemd", connect("/run/systemd/private")),
        ("connect to D-Bus", connect("/run/dbus/system_bus_socket")),
        ("write a file", "open('/run/failover-monitor/written', 'w')\n"),
    ],
    "failover_supervisor_t": [
        ("open any network socket", sockets(*NETWORK)),
        ("start a unit without the label", run("/usr/bin/systemctl", "start", "unlabelled.service")),
        ("stop a unit with the label", run("/usr/bin/systemctl", "stop", "cloudflared_2.service")),
        ("make a transient unit", run("/usr/bin/systemd-run", "--quiet", "/usr/bin/true")),
        ("reload systemd", run("/usr/bin/systemctl", "daemon-reload")),
        ("run a shell", run("/usr/bin/dash", "-c", ":")),
        ("read the password hashes", "open('/etc/shadow').read()\n"),
        ("change a line of the log", f"open({AUDIT_LOG!r}, 'r+')\n"),
        ("write a unit", "open('/etc/systemd/system/written.service', 'w')\n"),
    ],
}
ALLOWED = {
    "failover_prober_t": [("nothing", "pass\n")],
    "failover_supervisor_t": [
        ("nothing", "pass\n"),
        ("start a unit with the label", run("/usr/bin/systemctl", "start", "cloudflared_1.service")),
    ],
}


def prepare():
    for domain, path in COPIES.items():
        if not os.path.exists(path):
            shutil.copy(INTERPRETER, path)
            output("chcon", "-t", domain.removesuffix("_t") + "_exec_t", path)
    stand_in(1)
    stand_in(2)
    write_unit("unlabelled.service", "[Service]\nExecStart=/bin/sleep infinity\n")


_expected = set()


def expect(permission):
    """A case has provoked denials of this permission; they are no news."""
    _expected.add(permission)


def denials():
    """The lines of the audit log, of this boot, about the project's domains, but for expected ones."""
    time.sleep(1)  # auditd writes a moment later
    raw = output("ausearch", "--message", "AVC,USER_AVC,SELINUX_ERR", "--start", "boot", "--format",
                 "raw", "--input", "/var/log/audit/audit.log", check=False)
    return [line for line in raw.splitlines()
            if re.search(r"scontext=\S*:failover_(supervisor|prober)_t:", line)
            and not any(f"{{ {permission} }}" in line for permission in _expected)]
