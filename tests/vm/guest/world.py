"""What every case uses inside a bed: commands, units, the fake API, the audit log.

Runs as root in the bed, where everything is throw-away; trusts the host's copy of the tests.
"""
import json
import os
import re
import shutil
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FAKE_API = os.path.join(HERE, "fake_cloudflare")
CONFIG = "/etc/failover-monitor/tunnels.json"
AUDIT_LOG = "/var/log/failover-monitor/failover_monitor.log"
CHECKOUT_FILE = os.path.join(HERE, "checkout")  # its one line: where the checkout stands
API = "/var/lib/failover-bed/api"
AUTHORITY = "/etc/failover-monitor/fake-ca.pem"
API_NAME = "api.cloudflare.com"
GATEWAY = "192.0.2.1"  # TEST-NET-1, RFC 5737; an address of this bed's own loopback
API_ADDRESS = "192.0.2.2"
ACCOUNT = "699d98642c564d2e855e9661899b7252"
TOKEN = "cfut_0123456789abcdefghijklmnopqrstuvwxyz"
DAEMONS = ("failover-monitor", "failover-prober")
# Emulated code runs five to ten times slower.
SLOWNESS = 5 if os.path.exists("/dev/virtio-ports/results") else 1

_say = []  # how a line gets into the results


def show(text):
    """A fact for the reader of the results."""
    for line in text.splitlines():
        _say[0]("-- " + line)


def keep(text):
    """One word that the next boot of the same machine is given: see kept()."""
    _say[0]("== keep " + text)


def kept():
    """What the boot before this one has kept, which is on no disk."""
    return re.search(r"failover\.kept=(\S*)", read("/proc/cmdline")).group(1)


def say_by(say):
    _say[:] = [say]


def output(*command, check=True, timeout=60, **more):
    """What a command says, both streams; its failure is the case's."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
                          timeout=timeout * SLOWNESS, **more)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: exit status {done.returncode}\n{done.stdout}")
    return done.stdout


def status(*command, **more):
    """The exit status of a command."""
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False, **more).returncode


def wait_until(condition, what, seconds=10, pause=0.05):
    """Polls until the condition holds; returns what it gave."""
    deadline = time.monotonic() + seconds * SLOWNESS
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds * SLOWNESS} s: {what}")
        time.sleep(pause)


def read(path):
    try:
        with open(path, encoding="utf-8", errors="backslashreplace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def write(path, text, mode=0o644):
    """Replaces a file in one step."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path + ".new", mode)
    os.replace(path + ".new", path)


# Units.
def unit(name, value):
    """One property of a unit."""
    return output("systemctl", "show", "--value", "-p", value, name).strip()


def is_active(name):
    return unit(name, "ActiveState") == "active"


def main_pid(name):
    return int(unit(name, "MainPID"))


def write_unit(name, text):
    write("/etc/systemd/system/" + name, text)
    # What is written by hand keeps the label of its directory; nothing to do where SELinux is off.
    status("restorecon", "/etc/systemd/system/" + name)
    output("systemctl", "daemon-reload")


def stand_in(index, before=""):
    """A backup connector: cloudflared_N.service, which sleeps. Counts its own starts."""
    write_unit(f"cloudflared_{index}.service",
               f"[Unit]\nDescription=A stand-in for a backup connector\n[Service]\n{before}\n"
               "ExecStart=/bin/sleep infinity\n")
    # The label that lets it be started, where the policy knows it.
    status("chcon", "-t", "failover_target_unit_t", f"/etc/systemd/system/cloudflared_{index}.service")


def times_started(index):
    """How often systemd has started it, by its journal."""
    return len(re.findall(rf"^Started cloudflared_{index}\.service\b",
                          output("journalctl", "--boot", "--output=cat", "--unit",
                                 f"cloudflared_{index}.service"), re.MULTILINE))


# The network, which is this bed's loopback, and the fake API on it.
def network_up():
    for address in (GATEWAY, API_ADDRESS):
        status("ip", "address", "add", address + "/32", "dev", "lo")


def network_down():
    for address in (GATEWAY, API_ADDRESS):
        status("ip", "address", "del", address + "/32", "dev", "lo")


def name_known(known=True):
    line = f"{API_ADDRESS} {API_NAME}\n"
    text = read("/etc/hosts").replace(line, "")
    with open("/etc/hosts", "w", encoding="ascii") as file:  # in place: it keeps its label
        file.write(text + (line if known else ""))


def start_api():
    """The fake API as a unit of its own, and its authority where the prober may read it."""
    if is_active("fake-api.service"):
        return
    network_up()
    os.makedirs(API, exist_ok=True)
    if os.path.exists(API + "/port"):
        os.remove(API + "/port")
    output("systemd-run", "--quiet", "--collect", "--unit=fake-api.service", "python3", "-B",
           FAKE_API, "--directory", API, "--address", API_ADDRESS, "--port", "443",
           "--name", API_NAME)
    wait_until(lambda: os.path.exists(API + "/port"), "the fake API listens", 20)
    os.makedirs(os.path.dirname(AUTHORITY), exist_ok=True)
    shutil.copyfile(API + "/ca.pem", AUTHORITY)
    os.chmod(AUTHORITY, 0o644)


def tunnel_id(index):
    return f"00000000-0000-4000-8000-{index:012x}"


def behave(*statuses):
    """behave("down", "healthy"): what the API says about tunnel 1, tunnel 2, ..."""
    tunnels = {tunnel_id(index): {"status": told} if isinstance(told, str) else told
               for index, told in enumerate(statuses, 1)}
    write(API + "/behaviour.json", json.dumps({"tunnels": tunnels}))


def requests():
    return read(API + "/requests.log").count("\n")


# The configuration and what is written about it.
def tunnel(index, **more):
    return {"account_id": ACCOUNT, "tunnel_id": tunnel_id(index), "token": TOKEN,
            "service": f"cloudflared_{index}", **more}


def write_config(tunnels=1, **settings):
    entries = [tunnel(i) for i in range(1, tunnels + 1)] if isinstance(tunnels, int) else tunnels
    config = {"gateway_ip": GATEWAY, "check_interval": 1, "confirm_interval": 0.5, "cooldown": 60,
              "api_ca_file": AUTHORITY, "tunnels": entries, **settings}
    write(CONFIG, json.dumps(config, indent=2) + "\n", 0o640)
    shutil.chown(CONFIG, "root", "failover-prober")
    status("restorecon", CONFIG)


def audit(pattern="", after=0):
    """The audit log's lines that match, from the line of that number on."""
    lines = read(AUDIT_LOG).splitlines()[after:]
    return [line for line in lines if re.search(pattern, line)]


def wait_audit(pattern, count=1, after=0, seconds=15):
    wait_until(lambda: len(audit(pattern, after)) >= count,
               f"audit line {count} of /{pattern}/", seconds)
    return audit(pattern, after)[count - 1]


def start_monitor(tunnels=1, told="healthy", **settings):
    """The usual beginning of a case: nothing started yet, both daemons at work, API as told."""
    count = tunnels if isinstance(tunnels, int) else len(tunnels)
    start_api()
    name_known()
    network_up()
    output("systemctl", "stop", "failover-monitor", check=False)
    for index in range(1, count + 1):
        stand_in(index)
        output("systemctl", "stop", f"cloudflared_{index}.service")
    for record in os.listdir("/run/failover-monitor"):  # the last case's starts are over
        path = "/run/failover-monitor/" + record
        if os.path.isdir(path):
            shutil.rmtree(path)
    behave(*[told] * count)
    write_config(tunnels, **settings)
    mark = len(audit())
    output("systemctl", "start", "failover-monitor")
    wait_audit("Prober connected", after=mark)
    if told == "healthy":
        wait_audit("status: healthy", count=count, after=mark)
    return mark


def evidence():
    """For the report of a case that failed."""
    parts = ["--- audit log", *audit()[-12:], "--- journal"]
    parts += output("journalctl", "--boot", "--no-pager", "--output=short-monotonic", "--lines=20",
                    *[f"--unit={name}" for name in DAEMONS], check=False).splitlines()
    for name in DAEMONS:
        parts += output("systemctl", "status", "--no-pager", "--lines=0", name,
                        check=False).splitlines()[:6]
    return "\n".join(parts)
