"""The stage of the demo: a network of its own, a fake API, the two real daemons, a stand-in systemctl.

Runs as root inside a network namespace that the caller made; trusts this checkout. Everything
stands in one temporary directory and ends with the Stage.
"""
import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SUPPORT = os.path.join(SOURCE, "tests", "support")
USER = "nobody"  # made by no one, owner of nothing: the demo leaves no user behind
GATEWAY = "192.0.2.1"  # TEST-NET-1, RFC 5737
HOST = "192.0.2.2"


class StageFailure(Exception):
    """The stage cannot be set up, or a daemon has left it."""


def run(*command):
    """Runs a command to its end; its words are shown only if it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise StageFailure(f"{' '.join(command)}: {done.stderr.strip()}")


def wait_for(condition, seconds, what):
    """Polls until the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise StageFailure(f"{what} within {seconds} s")
        time.sleep(0.02)


class Stage:
    """Use it with `with`; what it started ends there, by pid, and its directory goes."""

    def __init__(self, build, tunnels):
        self.build = os.path.abspath(build)
        self.tunnels = tunnels  # [(id, name, unit)]
        self.processes = {}
        self.directory = None

    def __enter__(self):
        try:
            self._lay_out()
            self._make_network()
            self._start_api()
            self._write_config()
            self._start_daemons()
        except StageFailure as failure:
            words = self.last_words()
            self.__exit__()
            raise StageFailure("\n".join([str(failure), *words])) from failure
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        # A second Ctrl-C must not stop the cleaning up.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for process in reversed(self.processes.values()):
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(3)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self.directory:
            shutil.rmtree(self.directory)

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def answer(self, by_tunnel):
        """What the API answers from now on: {tunnel id: ANSWER}, see tests/support/fake_cloudflare."""
        behaviour = {"tunnels": by_tunnel}
        broken = [answer for answer in by_tunnel.values() if "status" not in answer]
        if broken:  # the list of the account is as broken as its tunnels
            behaviour["lists"] = {"default": {"pages": {"default": broken[0]}}}
        new = self.path("api", "behaviour.json.new")
        with open(new, "w", encoding="ascii") as file:
            json.dump(behaviour, file)
        os.replace(new, self.path("api", "behaviour.json"))

    def requests(self):
        """How often the API was asked so far."""
        with open(self.path("api", "requests.log"), "rb") as file:
            return len(file.readlines())

    def pull_gateway_cable(self):
        self._in_gateway("ip", "link", "set", "gateway0", "down")

    def check_daemons(self):
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise StageFailure(f"{name} ended with status {process.returncode}")

    def last_words(self):
        """The ends of what the daemons wrote to standard error."""
        words = []
        for name in self.processes:
            with open(self.path(name + ".err"), encoding="utf-8", errors="replace") as file:
                words += [f"{name}: {line.rstrip()}" for line in file.readlines()[-15:]]
        return words

    def _lay_out(self):
        self.directory = tempfile.mkdtemp(prefix="failover-demo.")
        os.chmod(self.directory, 0o711)
        for name in ("api", "bin", "config", "log", "run"):
            os.mkdir(self.path(name), 0o755)
        # As tmpfiles.d makes it: the socket gets its group from its directory.
        os.chown(self.path("run"), 0, pwd.getpwnam(USER).pw_gid)
        os.chmod(self.path("run"), 0o2750)
        shutil.copy(os.path.join(SUPPORT, "fake_systemctl"), self.path("bin", "systemctl"))
        for name in (("api", "requests.log"), ("bin", "systemctl.log")):
            with open(self.path(*name), "wb"):
                pass

    def _make_network(self):
        """Two namespaces and a cable: this one is the host, the other one the gateway."""
        self._start("gateway", "unshare", "--net", "sleep", "300")
        here = os.readlink("/proc/self/ns/net")
        there = f"/proc/{self.processes['gateway'].pid}/ns/net"
        wait_for(lambda: os.readlink(there) != here, 5, "the gateway got no network namespace")
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "demo0", "type", "veth", "peer", "name", "gateway0", "netns",
            str(self.processes["gateway"].pid))
        run("ip", "address", "add", HOST + "/24", "dev", "demo0")
        run("ip", "link", "set", "demo0", "up")
        self._in_gateway("ip", "address", "add", GATEWAY + "/24", "dev", "gateway0")
        self._in_gateway("ip", "link", "set", "gateway0", "up")

    def _in_gateway(self, *command):
        run("nsenter", "--net", "--target", str(self.processes["gateway"].pid), *command)

    def _start_api(self):
        self.answer({tunnel: {"status": "healthy"} for tunnel, _, _ in self.tunnels})
        self._start("api", os.path.join(SUPPORT, "fake_cloudflare"), "--directory", self.path("api"))
        wait_for(lambda: os.path.exists(self.path("api", "port")), 10,
                 "the fake API did not listen")

    def _write_config(self):
        with open(self.path("api", "port"), encoding="ascii") as file:
            port = file.read().strip()
        config = {
            "gateway_ip": GATEWAY, "check_interval": 1, "confirm_interval": 0.5,
            "api_base_url": f"https://127.0.0.1:{port}/client/v4",
            "api_ca_file": self.path("api", "ca.pem"),
            "tunnels": [{"account_id": "0123456789abcdef" * 2, "tunnel_id": tunnel, "name": name,
                         "token": "demo-token-that-opens-nothing", "service": unit}
                        for tunnel, name, unit in self.tunnels],
        }
        path = self.path("config", "tunnels.json")
        with open(path, "w", encoding="ascii") as file:
            json.dump(config, file, indent=2)
        os.chown(path, 0, pwd.getpwnam(USER).pw_gid)
        os.chmod(path, 0o640)

    def _start_daemons(self):
        common = ["--config", self.path("config", "tunnels.json"),
                  "--socket", self.path("run", "report.sock")]
        self._start("supervisor", os.path.join(self.build, "supervisor", "failover-supervisor"),
                    *common, "--prober-user", USER, "--systemctl", self.path("bin", "systemctl"),
                    "--audit-log", self.path("log", "failover_monitor.log"),
                    "--state-dir", self.path("run"))
        wait_for(lambda: self.check_daemons() or os.path.exists(self.path("run", "report.sock")), 5,
                 "the supervisor made no socket")
        self._start("prober", os.path.join(self.build, "prober", "failover-prober"),
                    *common, "--user", USER, "--status-socket", "")

    def _start(self, name, *command):
        # A session of its own: Ctrl-C reaches the demo alone, which then ends these in order.
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
        if "TZ" in os.environ:
            environment["TZ"] = os.environ["TZ"]
        with open(self.path(name + ".err"), "wb") as errors:
            try:
                self.processes[name] = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, cwd="/",
                    env=environment, start_new_session=True)
            except OSError as error:
                raise StageFailure(f"{name} cannot be executed: {error}") from error
