"""A world for one test: namespaces, a temporary directory, the fake API, the two daemons.

Everything in it belongs to root and to this test, and close() removes all of it. The prober's user
is nobody, so that no user need be made for the tests.
"""
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile

import network
from fake_api import ACCOUNT, SUPPORT, FakeApi, tunnel_id
from network import GATEWAY, Network
from peers import NOBODY, NOGROUP, FakeSupervisor, NotifySocket, Peer
from processes import Child, run, wait_until

HERE = os.path.dirname(os.path.abspath(__file__))
TOKEN = "cfut_0123456789abcdefghijklmnopqrstuvwxyz"
PYTHON = "/usr/bin/python3"
STATUS_GROUP = "games"  # any group that is there; its members may read the status
LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[(INFO|WARNING|ERROR)\] \S")


def binary(program):
    """Path of failover-NAME in the build under test."""
    return os.path.join(os.environ["FAILOVER_BUILD"], program, "failover-" + program)


class World(FakeApi):
    def __init__(self):
        self.network = Network()
        self.children = []
        self.mounts = []
        self.notify_sockets = []
        self.directory = tempfile.mkdtemp(prefix="failover-system-")
        os.chmod(self.directory, 0o755)
        self.api_directory = self.path("api")
        self.config_file = self.path("tunnels.json")
        self.trusted = self.path("ca.pem")
        self.socket = self.path("run/report.sock")
        self.status_socket = self.path("status/status.sock")
        self.audit_log = self.path("log/failover_monitor.log")
        self.state = self.path("state")
        self.systemctl = self.path("systemctl/systemctl")
        self.api = self.supervisor = self.prober = None
        self.prober_user = "nobody"
        self.accounts = {}  # of each tunnel that was configured
        for name in ("run", "log", "state", "systemctl", "api", "status"):
            os.mkdir(self.path(name))
        os.chown(self.path("status"), NOBODY, NOGROUP)  # as RuntimeDirectory= makes it
        os.chmod(self.path("status"), 0o711)
        os.chown(self.path("run"), 0, NOGROUP)
        os.chmod(self.path("run"), 0o2750)
        shutil.copy(os.path.join(SUPPORT, "fake_systemctl"), self.systemctl)

    def open(self):
        self.network.open()

    def close(self):
        for child in reversed(self.children):
            child.dispose()
        for notify in self.notify_sockets:
            notify.close()
        for mount in reversed(self.mounts):
            subprocess.run(["umount", "--lazy", mount], check=False, capture_output=True)
        self.network.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.directory, name)

    def evidence(self):
        """What the daemons wrote: for the report of a failed test."""
        parts = []
        logs = {child.log: child.name for child in self.children}
        files = [*logs, self.audit_log, self.path("systemctl/systemctl.log"),
                 self.path("api/requests.log")]
        for file in files:
            if os.path.exists(file):
                with open(file, encoding="utf-8", errors="replace") as content:
                    lines = content.read().splitlines()
                parts.append(f"--- {logs.get(file, os.path.basename(file))}")
                cut = len(lines) - 40
                parts += [f"({cut} more lines)"] * (cut > 0)
                parts += [line if len(line) < 400 else line[:400] + "..." for line in lines[-40:]]
        return "\n".join(parts)

    # The configuration.
    def configuration(self, tunnels=1, **settings):
        """A valid one, quick, as a dictionary; `settings` replace or add (None removes)."""
        entries = tunnels
        if isinstance(tunnels, int):
            entries = [self.tunnel(index) for index in range(1, tunnels + 1)]
        config = {"gateway_ip": GATEWAY[4], "check_interval": 1, "confirm_interval": 0.2,
                  "cooldown": 2, "api_timeout": 3, "max_starts_per_hour": 3600,
                  "tunnels": entries}
        if self.api is not None:
            config.update(api_base_url=self.api_url(), api_ca_file=self.trusted)
        config.update(settings)
        return {key: value for key, value in config.items() if value is not None}

    @staticmethod
    def tunnel(index, **settings):
        return {"account_id": ACCOUNT, "tunnel_id": tunnel_id(index), "token": TOKEN,
                "service": f"cloudflared_{index}", **settings}

    @staticmethod
    def alone(index, **settings):
        """A tunnel with an account and an API budget of its own: no list, no budget is shared."""
        return World.tunnel(index, account_id=f"{index:032x}", budget_group=f"alone {index}",
                            **settings)

    def write_config(self, config=None, mode=0o640, **settings):
        """Replaces tunnels.json, owned by root and the prober's group."""
        config = self.configuration(**settings) if config is None else config
        text = config if isinstance(config, str) else json.dumps(config, indent=2)
        new = self.config_file + ".new"
        with open(new, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(new, mode)
        os.chown(new, 0, NOGROUP)
        os.replace(new, self.config_file)
        if not isinstance(config, str):
            self.open_accounts(config)

    def digest(self):
        """Of the configuration, as the daemons tell it to each other."""
        with open(self.config_file, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest().encode()

    # The stand-in for systemctl.
    def systemctl_mode(self, mode, unit=None):
        name = "systemctl/mode" + (f".{unit}" if unit else "")
        with open(self.path(name + ".new"), "w", encoding="utf-8") as file:
            file.write(mode + "\n")
        os.replace(self.path(name + ".new"), self.path(name))

    def starts(self, unit=None):
        """[(time, unit)] of the calls so far; fails if one was anything but a start of one unit."""
        calls = []
        for words in self._lines("systemctl/systemctl.log"):
            assert words[1:4] == ["start", "--no-ask-password", "--"] and len(words) == 5, words
            calls.append((float(words[0]), words[4]))
        return [call for call in calls if unit in (None, call[1])]

    def done(self):
        """[(time, unit)] of the calls that were told to sleep and came to their end."""
        return [(float(words[0]), words[1]) for words in self._lines("systemctl/systemctl.done")]

    def _lines(self, name):
        try:
            with open(self.path(name), encoding="utf-8") as file:
                return [line.split() for line in file.read().splitlines(keepends=True)
                        if line.endswith("\n")]
        except FileNotFoundError:
            return []

    # The daemons.
    def child(self, name, arguments, namespace, environment=None):
        log = self.path(f"{name}.{len(self.children)}.log")
        variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **(environment or {})}
        child = Child(name, arguments, log, variables, namespace)
        self.children.append(child)
        return child

    def child_named(self, name):
        """The one of that name that runs, if there is one."""
        return next((child for child in self.children if child.name == name and child.running()), None)

    def supervisor_arguments(self, *more):
        return [binary("supervisor"), "--config", self.config_file, "--socket", self.socket,
                "--audit-log", self.audit_log, "--systemctl", self.systemctl,
                "--state-dir", self.state, "--prober-user", self.prober_user, *more]

    def launch_supervisor(self, *more, environment=None):
        """Starts it and waits for nothing."""
        self.supervisor = self.child("supervisor", self.supervisor_arguments(*more),
                                      self.network.prober, environment)
        return self.supervisor

    def start_supervisor(self, *more, environment=None):
        """Starts it and waits until it listens."""
        seen = len(self.audit_lines())
        child = self.launch_supervisor(*more, environment=environment)
        wait_until(lambda: not child.running() or (self._listens() and any(
            "Check interval:" in line for line in self.audit_lines()[seen:])),
                   "the supervisor is up")
        assert child.running(), "the supervisor ended at its start"
        return child

    def _listens(self):
        with open(f"/proc/{self.supervisor.pid}/net/unix", encoding="utf-8") as file:
            sockets = [line.split() for line in file]
        accepting = "00010000"  # __SO_ACCEPTCON
        return any(words[-1] == self.socket and words[3] == accepting for words in sockets)

    def start_prober(self, *more, environment=None):
        """Starts it and waits for nothing. As it is never dumpable, it cannot look for leaks."""
        arguments = [binary("prober"), "--config", self.config_file, "--socket", self.socket,
                     "--user", self.prober_user, "--status-socket", self.status_socket,
                     "--status-group", STATUS_GROUP, *more]
        self.prober = self.child("prober", arguments, self.network.prober,
                                  {"ASAN_OPTIONS": "detect_leaks=0", **(environment or {})})
        return self.prober

    def start_both(self):
        self.start_supervisor()
        self.start_prober()
        self.wait_audit(r"Prober connected")

    def responder(self, behaviour, family=4):
        """Answers echo requests in the gateway's namespace, as told, instead of its kernel."""
        self.network.answer_echo(False)
        script = os.path.join(HERE, "echo_responder.py")
        child = self.child("echo_responder", [PYTHON, "-B", script, behaviour, str(family)],
                            self.network.gateway)
        wait_until(lambda: "listening" in child.output(), "the responder listens")
        return child

    def notify_socket(self, name):
        notify = NotifySocket(self.path(name + ".notify"))
        self.notify_sockets.append(notify)
        return notify

    def fake_supervisor(self):
        fake = FakeSupervisor(self.socket)
        self.notify_sockets.append(fake)
        return fake

    def cloudflared(self, name, told, port=20241, address="127.0.0.1"):
        """A fake of cloudflared's /ready on the prober's loopback, see fake_cloudflared; `told`
        may be a connector's id. Asked again with the same name, it is told anew."""
        file = self.path(f"{name}.ready")
        with open(file + ".new", "w", encoding="utf-8") as new:
            json.dump({"id": told} if isinstance(told, str) else told, new)
        os.replace(file + ".new", file)
        if running := self.child_named(name):
            return running
        child = self.child(name, [os.path.join(SUPPORT, "fake_cloudflared"), "--address", address,
                                  "--port", str(port), file], self.network.prober)
        wait_until(lambda: "listening" in child.output(), f"{name} listens")
        return child

    def peer(self, **identity):
        return Peer(self.socket, **identity)

    def mount_tmpfs(self, path, size):
        run("mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", path)
        self.mounts.append(path)

    # The audit log.
    def audit_text(self, file=None):
        try:
            with open(file or self.audit_log, "rb") as content:
                return content.read()
        except FileNotFoundError:
            return b""

    def audit_lines(self, file=None):
        """The lines without their time, which must have the one form on each."""
        lines = self.audit_text(file).decode(errors="backslashreplace").split("\n")[:-1]
        for line in lines:
            assert LINE.match(line), line
        return [line[20:] for line in lines]

    def matching(self, pattern, after=0):
        return [line for line in self.audit_lines()[after:] if re.search(pattern, line)]

    def wait_audit(self, pattern, count=1, timeout=15.0, after=0):
        """Waits for the count-th line that matches; returns the last one."""
        return wait_until(lambda: self.matching(pattern, after)[count - 1:],
                          f"audit line {count} of /{pattern}/", timeout)[-1]

    def wait_requests(self, more, tunnel=None, timeout=20.0):
        """Waits until the API was asked that many times more."""
        target = len(self.api_requests(tunnel)) + more
        wait_until(lambda: len(self.api_requests(tunnel)) >= target, f"{more} more API requests",
                   timeout)

    def wait_starts(self, count, unit=None, timeout=15.0):
        return wait_until(lambda: self.starts(unit)[count - 1:],
                          f"start {count} of {unit or 'any unit'}",
                          timeout) and self.starts(unit)


__all__ = ["ACCOUNT", "STATUS_GROUP", "SUPPORT", "TOKEN", "World", "binary", "network", "tunnel_id", "wait_until"]
