"""Thousands of tunnels in lists, and a socket between the daemons that holds 50 packets of 128 tunnels.

What is not read soon makes the other side queue (EAGAIN); no tunnel's newest fact may be lost then.
"""
import os
import socket
import uuid

import wire
from case import SystemTest
from processes import wait_until
from world import NOGROUP, World, tunnel_id

TUNNELS, ACCOUNTS = 2000, 20
EACH = TUNNELS // ACCOUNTS


class Unread:
    """A supervisor that reads nothing until it is told to."""

    def __init__(self, path):
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(path)
        os.chown(path, 0, NOGROUP)
        os.chmod(path, 0o660)
        self.listener.listen(1)
        self.listener.settimeout(20)
        self.peer = None
        self.sequence = self.entries = self.newest = 0
        self.statuses = {}

    def accept(self):
        self.peer, _ = self.listener.accept()
        self.peer.setblocking(False)

    def read(self):
        """Everything that is there; returns the number of packets."""
        count = 0
        while True:
            try:
                packet = wire.fields(self.peer.recv(65536))
            except BlockingIOError:
                return count
            count += 1
            self.sequence += 1
            assert packet[1] == [self.sequence], "no report is left out"
            for raw in packet.get(6, []):
                one = wire.fields(raw)
                self.statuses[str(uuid.UUID(bytes=one[1][0]))] = one[3][0]
                self.newest = max(self.newest, one[2][0])
                self.entries += 1

    def close(self):
        for end in (self.peer, self.listener):
            if end is not None:
                end.close()


class Scale(SystemTest):
    def configure(self, **settings):
        """So many tunnels, each account with a token, and with it an API budget, of its own."""
        world = self.world
        world.behave("healthy")
        world.start_api()
        world.write_config(tunnels=[
            World.tunnel(i, account_id=f"{i // EACH:032x}", token=f"cfat_{i // EACH}")
            for i in range(TUNNELS)], cooldown=3600, api_timeout=20, **settings)
        return world

    def wait_for_lists(self, rounds):
        """Every account has been listed so many times more."""
        before = len(self.world.api_requests())
        wait_until(lambda: len(self.world.api_requests()) >= before + rounds * ACCOUNTS,
                   f"{rounds} rounds of lists", timeout=60)

    def test_every_tunnel_is_reported_and_exactly_those_that_fail_are_started(self):
        world = self.configure()
        world.start_both()
        world.wait_audit("status: healthy", count=TUNNELS, timeout=60)
        failing = range(3, TUNNELS, 67)
        world.behave("healthy", **{f"t{i}": "down" for i in failing})
        world.wait_starts(len(failing), timeout=60)
        self.wait_for_lists(2)
        self.assertEqual(sorted(unit for _, unit in world.starts()),
                         sorted(f"cloudflared_{i}.service" for i in failing))
        self.assertEqual(world.matching("Prober silent|disconnected|Refused|left out"), [])

    def test_a_supervisor_that_does_not_read_gets_the_newest_fact_of_every_tunnel(self):
        world = self.configure()
        unread = Unread(world.socket)
        self.addCleanup(unread.close)
        world.start_prober()
        unread.accept()
        self.wait_for_lists(2)
        world.behave("healthy", **{f"t{i}": "degraded" for i in range(0, TUNNELS, 7)})
        self.wait_for_lists(2)
        expected = {tunnel_id(i): wire.DEGRADED if i % 7 == 0 else wire.HEALTHY for i in range(TUNNELS)}
        wait_until(lambda: unread.read() and unread.statuses == expected, "the newest of each", timeout=60)
        self.assertLess(unread.entries, unread.newest, "old facts gave way to newer ones")

    def test_a_prober_that_does_not_read_gets_the_newest_verdict_of_every_tunnel(self):
        world = self.configure()
        world.start_supervisor()
        with world.peer() as peer:
            ids = [tunnel_id(i) for i in range(TUNNELS)]
            newest = {}
            for _ in range(12):
                for first in range(0, TUNNELS, wire.MAX_TUNNELS):
                    some = ids[first:first + wire.MAX_TUNNELS]
                    newest.update((name, peer.sequence + 1) for name in some)
                    peer.report([wire.tunnel(name, newest[name], wire.HEALTHY) for name in some])
            observations, count = {}, 0
            while observations != newest:
                answer = peer.receive()
                self.assertIsNotNone(answer, "the supervisor closed the connection")
                count += 1
                observations.update((n, t["observation"]) for n, t in answer["tunnels"].items())
        self.assertLess(count, peer.sequence, "unread acknowledgements gave way to newer ones")
        self.assert_no_start()
