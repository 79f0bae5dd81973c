"""The project layer: the base image with the tests, and with the project installed into it.

Runs as root on the host; trusts this checkout and the build under test.
"""
import json
import os
import shutil

import container
from host import HERE, SOURCE, BedFailure, run, write

INSIDE = "/usr/local/lib/failover-bed"  # where the guest's half of the tests stands
MODULE = os.path.join(SOURCE, "selinux")
RUNNER = """[Unit]
Description=Runs the cases of the bed
After=multi-user.target
[Service]
Type=exec
ExecStart=/usr/bin/python3 -B {inside}/main.py {group}
FailureAction={failure}
{more}"""


def add_tests(root):
    """Copies the guest's half of the tests into the tree."""
    inside = os.path.join(root, INSIDE.lstrip("/"))
    shutil.copytree(os.path.join(HERE, "guest"), inside,
                    ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("fake_cloudflare", "fake_delivery.py"):
        shutil.copy(os.path.join(SOURCE, "tests/support", name), inside)
    write(root, INSIDE + "/checkout", SOURCE + "\n")


def add_runner(root, group, failure, more=""):
    """A unit that runs a group once the bed has booted. `failure`: how the bed ends if it dies."""
    write(root, "/etc/systemd/system/failover-bed.service",
          RUNNER.format(inside=INSIDE, group=group, failure=failure, more=more))
    wanted = os.path.join(root, "etc/systemd/system/multi-user.target.wants")
    os.makedirs(wanted, exist_ok=True)
    os.symlink("/etc/systemd/system/failover-bed.service",
               os.path.join(wanted, "failover-bed.service"))


# As a package's own script would do it after its files are in place.
INSTALL = """set -eu
cd {source}
DESTDIR=/ ./install.sh --no-build
systemd-sysusers failover-monitor.conf
systemd-tmpfiles --create failover-monitor.conf
install -d -m 0755 /etc/failover-monitor
install -m 0640 -o root -g failover-prober /dev/stdin /etc/failover-monitor/tunnels.json <<'JSON'
{config}
JSON
install -m 0644 /etc/ssl/certs/ca-certificates.crt /etc/failover-monitor/fake-ca.pem
systemctl enable --quiet failover-monitor
"""
# Nothing of what it names is there yet when the bed boots: no gateway, name, API or unit. The
# authority is replaced by the fake API's.
CONFIG = {"gateway_ip": "192.0.2.1", "check_interval": 1, "confirm_interval": 0.5, "cooldown": 60,
          "api_ca_file": "/etc/failover-monitor/fake-ca.pem",
          "tunnels": [{"account_id": "699d98642c564d2e855e9661899b7252",
                       "tunnel_id": "00000000-0000-4000-8000-000000000001",
                       "token": "cfut_0123456789abcdefghijklmnopqrstuvwxyz",
                       "service": "cloudflared_1"}]}


def install(root):
    """Installs the build into the tree, which nothing has booted yet, with a configuration."""
    done = container.execute(root, "/bin/bash", "-c", INSTALL.format(
        source=SOURCE, config=json.dumps(CONFIG, indent=2)))
    if done.returncode != 0:
        raise BedFailure(f"the project cannot be installed into the image:\n{done.stdout}")


def has_module():
    return os.path.exists(os.path.join(MODULE, "Makefile"))


def install_module(root):
    """Builds the SELinux module in a copy of its sources, and installs it into the tree's policy."""
    build = os.path.join(root, "var/lib/failover-bed/selinux")
    shutil.copytree(MODULE, build)
    done = container.execute(root, "make", "-C", "/var/lib/failover-bed/selinux", timeout=300)
    if done.returncode != 0:
        raise BedFailure(f"the SELinux module does not build:\n{done.stdout}")
    run("chroot", root, "semodule", "-n", "-i", "/var/lib/failover-bed/selinux/failover_monitor.pp")
