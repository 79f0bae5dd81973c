"""The other ends of the daemons' sockets: a peer of the supervisor, one of the prober, a service
manager that listens.

A Peer need not keep to any rule; a FakeSupervisor says what it is told about starts; a NotifySocket
is what systemd binds for a unit.
"""
import os
import socket
import threading
import time

import wire
from processes import wait_until

NOBODY, NOGROUP = 65534, 65534  # who the prober is in these tests
STRANGER = 65533


class Peer:
    """A connection to the report socket, made with the given uid."""

    def __init__(self, path, uid=NOBODY, gid=NOGROUP):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.instance = int.from_bytes(os.urandom(8), "little") | 1
        self.sequence = 0
        os.setegid(gid)
        os.seteuid(uid)
        try:
            self.socket.connect(path)  # waits while the backlog is full
            self.socket.settimeout(5)
        finally:
            os.seteuid(0)
            os.setegid(0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, packet):
        """False if the other side has closed."""
        try:
            self.socket.send(packet)
            return True
        except (BrokenPipeError, ConnectionResetError):
            return False

    def report(self, tunnels=(), **fields):
        """Sends the next report in order; returns its sequence number."""
        self.sequence += 1
        self.send(wire.report(self.sequence, self.instance, tunnels, **fields))
        return self.sequence

    def receive(self, timeout=5.0):
        """The next acknowledgement; None if the other side closed."""
        self.socket.settimeout(timeout)
        try:
            packet = self.socket.recv(65536)
        except ConnectionResetError:
            return None
        return wire.acknowledgement(packet) if packet else None

    def acknowledged(self, sequence, timeout=5.0):
        """The acknowledgement of that report or a later one; fails if none comes."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            answer = self.receive(max(0.01, deadline - time.monotonic()))
            if answer is None:
                raise AssertionError(f"closed before report {sequence} was acknowledged")
            if answer["sequence"] >= sequence:
                return answer
        raise AssertionError(f"report {sequence} not acknowledged within {timeout:g} s")

    def verdict(self, tunnel_id, timeout=5.0):
        """The next verdict about that tunnel; answers about others are dropped."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            answer = self.receive(max(0.01, deadline - time.monotonic()))
            if answer is None:
                raise AssertionError(f"closed before a verdict about {tunnel_id} came")
            if tunnel_id in answer["tunnels"]:
                return answer["tunnels"][tunnel_id]
        raise AssertionError(f"no verdict about {tunnel_id} within {timeout:g} s")

    def closed_by_other_side(self, timeout=5.0):
        """True once the other side has closed; acknowledgements before that are dropped."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                if self.receive(max(0.01, deadline - time.monotonic())) is None:
                    return True
            except TimeoutError:
                return False
        return False


class FakeSupervisor:
    """Listens on the report socket, and answers each report with the verdicts that it was given."""

    def __init__(self, path):
        self.verdicts = {}  # bytes, by tunnel id
        self.reports = []   # as wire.health_report() reads them
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(path)
        os.chmod(path, 0o660)  # the directory gives it the prober's group
        self.listener.listen(1)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            with peer:
                self._answer(peer)

    def _answer(self, peer):
        try:
            while packet := peer.recv(65536):
                report = wire.health_report(packet)
                self.reports.append(report)
                peer.send(wire.answer(report["sequence"], self.verdicts.values()))
        except OSError:
            return

    def say(self, tunnel_id, *words):
        """What it says about a tunnel from now on, see wire.verdict()."""
        self.verdicts[tunnel_id] = wire.verdict(tunnel_id, *words)

    def primaries(self, tunnel_id):
        """What was reported about the tunnel's primary so far."""
        return [report["tunnels"][tunnel_id]["primary"] for report in list(self.reports)
                if tunnel_id in report["tunnels"]]

    def wait_primary(self, tunnel_id, primary, timeout=20.0):
        """Waits until that is reported from now on."""
        seen = len(self.primaries(tunnel_id))
        wait_until(lambda: primary in self.primaries(tunnel_id)[seen:],
                   f"primary {primary}; so far: {self.primaries(tunnel_id)[-20:]}", timeout)

    def close(self):
        self.listener.close()


class NotifySocket:
    """Collects sd_notify messages, each with the monotonic time at which it came."""

    def __init__(self, path):
        self.path = path
        self.messages = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        os.chmod(path, 0o777)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                text = self.socket.recv(65536).decode()
            except OSError:
                return
            self.messages.append((time.monotonic(), dict(
                line.split("=", 1) for line in text.splitlines() if "=" in line)))

    def values(self, name):
        return [fields[name] for _, fields in list(self.messages) if name in fields]

    def wait_for(self, name, matches=lambda value: True, timeout=15.0):
        return wait_until(lambda: [v for v in self.values(name) if matches(v)],
                          f"sd_notify {name}; so far: {[f for _, f in self.messages]}", timeout)[-1]

    def close(self):
        self.socket.close()
