"""What every part of the benchmark stands on: a directory on a tmpfs, the API, the two daemons.

The API is benchmark_api behind nginx (TLS, HTTP/2), certificates by a throw-away authority. The
daemons trust the system's bundle of authorities with ours added, so that they pay for a whole one.
Everything runs on the loopback device of a network namespace of its own, and close() ends it by pid.
"""
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PYTHON = "/usr/bin/python3"
SYSTEM_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
WAIT = 60  # seconds for anything that must happen: then something is broken
NOBODY = 65534
BACKEND = 9000
HTTP2, HTTP1, FRESH = 8443, 8444, 8445  # FRESH: HTTP/2, a new connection for each request
TOKEN = "cfat_0123456789abcdefghijklmnopqrstuvwxyz"

NGINX = """
worker_processes 1; daemon off; pid {directory}/nginx.pid; error_log {directory}/nginx.log warn;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  log_format connection '$connection'; client_body_temp_path {directory}/nginx.body;
  upstream api {{ server 127.0.0.1:{backend}; keepalive 512; keepalive_requests 100000000; }}
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_ignore_client_abort on;
  proxy_temp_path {directory}/nginx.proxy; proxy_max_temp_file_size 0; proxy_read_timeout 60;
  proxy_buffer_size 64k; proxy_buffers 64 64k; proxy_busy_buffers_size 128k;
  fastcgi_temp_path {directory}/nginx.1; uwsgi_temp_path {directory}/nginx.2;
  scgi_temp_path {directory}/nginx.3;
  ssl_certificate {directory}/server.pem; ssl_certificate_key {directory}/server.key;
  ssl_protocols TLSv1.2 TLSv1.3; keepalive_requests 100000000; keepalive_timeout 3600;
  server {{ listen 127.0.0.1:{http2} ssl http2; location / {{ proxy_pass http://api; }} }}
  server {{ listen 127.0.0.1:{http1} ssl; location / {{ proxy_pass http://api; }} }}
  server {{
    listen 127.0.0.1:{fresh} ssl http2; keepalive_requests 1; ssl_session_tickets off;
    access_log {directory}/connections.log connection;
    location / {{ proxy_pass http://api; }}
  }}
}}
"""


def tunnel_id(index):
    return f"00000000-0000-4000-8000-{index:012x}"


def account_id(index):
    return f"{index:032x}"


def base_url(port=HTTP2):
    return f"https://127.0.0.1:{port}/client/v4"


def wait_until(condition, what, child=None, timeout=WAIT):
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if child is not None and child.poll() is not None:
            raise SystemExit(f"tests/benchmark/run: {child.args[0]} ended, status {child.returncode}")
        if time.monotonic() > deadline:
            raise SystemExit(f"tests/benchmark/run: not within {timeout} s: {what}")
        time.sleep(0.005)
    return value


def words_of_lines(path):
    """The words of each whole line."""
    try:
        with open(path, encoding="ascii") as file:
            return [line.split() for line in file.read().splitlines(keepends=True) if line.endswith("\n")]
    except FileNotFoundError:
        return []


def cpu(child):
    """Nanoseconds of CPU that the process has used, threads that ended included."""
    return time.clock_gettime_ns(~child.pid << 3 | 2)  # clock_getcpuclockid(3)


def resident_mb(child):
    with open(f"/proc/{child.pid}/status", encoding="ascii", errors="replace") as file:
        fields = dict(line.split(":", 1) for line in file if ":" in line)
    return round(int(fields["VmRSS"].split()[0]) / 1024, 2)


def unit_environment(unit):
    """[(name, value)] of a shipped unit's Environment= lines."""
    with open(os.path.join(ROOT, "systemd", unit), encoding="ascii") as file:
        return [line.strip().split("=", 2)[1:] for line in file if line.startswith("Environment=")]


class Bed:
    def __init__(self, build):
        self.build = build
        self.children = []
        self.api = self.supervisor = self.prober = self.relay = None
        self.directory = tempfile.mkdtemp(prefix="failover-benchmark-")
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", self.directory], check=True)
        for name in ("systemctl", "log"):
            os.mkdir(self.path(name))
        shutil.copy(self.tool("benchmark_systemctl"), self.path("systemctl/systemctl"))
        self._make_certificates()

    def path(self, name):
        return os.path.join(self.directory, name)

    def tool(self, name):
        return os.path.join(self.build, "tests/benchmark", name)

    def start(self, name, arguments, user=None, environment=()):
        with open(self.path(name + ".out"), "ab") as output:
            child = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                     cwd="/",
                                     env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **dict(environment)},
                                     user=user, group=user, extra_groups=None if user is None else [])
        self.children.append(child)
        return child

    def stop(self, *children):
        for child in children:
            if child is None:
                continue
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            self.children.remove(child)

    def close(self):
        self.stop(*reversed(self.children))
        subprocess.run(["umount", "--lazy", self.directory], check=False)
        os.rmdir(self.directory)

    def _make_certificates(self):
        """A throw-away authority, a server's certificate, and the system's bundle with ours added."""
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=self.directory)

        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
                "-subj", "/CN=benchmark authority")
        openssl("req", *curve, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1")
        with open(self.path("extensions"), "w", encoding="ascii") as file:
            file.write("subjectAltName=IP:127.0.0.1\n")
        openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "2",
                "-CAcreateserial", "-extfile", "extensions", "-out", "server.pem")
        with open(self.path("bundle.pem"), "wb") as bundle:
            for part in (SYSTEM_BUNDLE, self.path("ca.pem")):
                with open(part, "rb") as file:
                    bundle.write(file.read())

    # The API.
    def serve(self, tunnels, accounts):
        """The API with so many tunnels, in the place of the one before."""
        self.stop(self.api)
        self.api = self.start("api", [self.tool("benchmark_api"), str(BACKEND), str(tunnels), str(accounts)])
        wait_until(lambda: self._answers(), "the API listens", self.api)
        if not os.path.exists(self.path("nginx.conf")):
            with open(self.path("nginx.conf"), "w", encoding="ascii") as file:
                file.write(NGINX.format(directory=self.directory, backend=BACKEND, http2=HTTP2,
                                        http1=HTTP1, fresh=FRESH))
            nginx = self.start("nginx", ["/usr/sbin/nginx", "-c", self.path("nginx.conf")])
            wait_until(lambda: os.path.exists(self.path("nginx.pid")), "nginx listens", nginx)

    def _answers(self):
        try:
            return self.control(delay=0)
        except OSError:
            return None

    @staticmethod
    def control(**query):
        """What benchmark_api answers to /control?..."""
        text = "&".join(f"{key}={value}" for key, value in query.items())
        with urllib.request.urlopen(f"http://127.0.0.1:{BACKEND}/control?{text}", timeout=WAIT) as answer:
            return answer.read().decode()

    # The daemons.
    def configure(self, tunnels, accounts=1, **settings):
        """tunnels.json: every account has a token, and with it an API budget, of its own."""
        each = tunnels // accounts
        config = {"gateway_ip": "127.0.0.1", "check_interval": 1, "api_base_url": base_url(),
                  "api_ca_file": self.path("bundle.pem"), "max_starts_per_hour": 3600, **settings,
                  "tunnels": [{"account_id": account_id(i // each), "tunnel_id": tunnel_id(i),
                               "token": f"{TOKEN}{i // each:06}", "service": f"benchmark_{i}"}
                              for i in range(tunnels)]}
        with open(self.path("tunnels.json"), "w", encoding="ascii") as file:
            json.dump(config, file)
        os.chmod(self.path("tunnels.json"), 0o640)
        os.chown(self.path("tunnels.json"), 0, NOBODY)

    def start_daemons(self, relay=False):
        """Both, new; with a relay between them the packets are recorded."""
        self.stop_daemons()
        for name, group, mode in (("run", NOBODY, 0o2750), ("state", 0, 0o700), ("relay", NOBODY, 0o770)):
            shutil.rmtree(self.path(name), ignore_errors=True)
            os.mkdir(self.path(name))
            os.chown(self.path(name), 0, group)
            os.chmod(self.path(name), mode)
        socket = self.path("run/report.sock")
        config = ["--config", self.path("tunnels.json")]
        self.supervisor = self.start("supervisor", [
            os.path.join(self.build, "supervisor/failover-supervisor"), *config, "--socket", socket,
            "--audit-log", self.path("log/failover_monitor.log"), "--state-dir", self.path("state"),
            "--systemctl", self.path("systemctl/systemctl"), "--prober-user", "nobody"])
        wait_until(lambda: os.path.exists(socket), "the supervisor listens", self.supervisor)
        if relay:
            wire = self.path("relay/report.sock")
            self.relay = self.start("relay", [PYTHON, os.path.join(HERE, "relay.py"), wire, socket,
                                              self.path("relay/packets")], user=NOBODY)
            wait_until(lambda: os.path.exists(wire), "the relay listens", self.relay)
            socket = wire
        self.prober = self.start("prober", [os.path.join(self.build, "prober/failover-prober"), *config,
                                            "--socket", socket, "--user", "nobody"],
                                 environment=unit_environment("failover-prober.service"))

    def stop_daemons(self):
        self.stop(self.prober, self.relay, self.supervisor)
        self.prober = self.relay = self.supervisor = None

    def starts(self, unit):
        """When systemctl was called for it, nanoseconds of CLOCK_MONOTONIC."""
        return [int(words[0]) for words in words_of_lines(self.path("systemctl/starts.log"))
                if words[1] == unit]
