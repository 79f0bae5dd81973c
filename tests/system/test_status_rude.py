"""200 slow and rude clients of the status server, while probing and reporting go on."""
import ast
import contextlib
import os
import socket
import statistics
import threading
import time

import status_client
import wire
from case import SystemTest
from peers import NOGROUP
from rude_clients import KINDS
from world import PYTHON, wait_until

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENTS = 200
TUNNELS = 300  # pages of some 100 kB
SECONDS = 10  # of each of the three phases
INTERVAL = 1.0  # s, of the configuration
MOST_CONNECTIONS = 64
PLACE = ("127.0.0.1", 9469)


class Clock:
    """Stands in for the supervisor: when each report came and what it says, and acknowledges it."""

    def __init__(self, path):
        self.reports = []  # (time, round trip in microseconds, number of tunnels)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(path)
        os.chown(path, 0, NOGROUP)
        os.chmod(path, 0o660)
        self.listener.listen(1)
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        client, _ = self.listener.accept()
        with client, contextlib.suppress(ConnectionError):  # the prober's end
            while packet := client.recv(wire.MAX_PACKET):
                now = time.monotonic()
                report = wire.fields(packet)
                self.reports.append((now, report.get(4, [0])[0], len(report.get(6, []))))
                client.send(wire.number(1, report[1][0]))


class Phase:
    """What was seen while it lasted."""

    def __init__(self, name, reports, answers, descriptors, share):
        # A round begins with a report about the gateway alone.
        rounds = [when for when, _, tunnels in reports if tunnels == 0]
        self.rounds = len(rounds)
        self.gaps = [later - earlier for earlier, later in zip(rounds, rounds[1:])]
        self.trips = [trip for _, trip, tunnels in reports if tunnels == 0]
        self.observations = sum(tunnels for _, _, tunnels in reports)
        self.answers = answers
        self.descriptors = descriptors
        print(f"-- {name}: {self.rounds} rounds, report interval median "
              f"{statistics.median(self.gaps):.3f} s, {min(self.gaps):.3f} to {max(self.gaps):.3f} s; "
              f"round trip median {statistics.median(self.trips):.0f} us, worst {max(self.trips)} us; "
              f"{self.observations} observations; /status in {statistics.median(answers) * 1e3:.1f} ms, "
              f"worst {max(answers) * 1e3:.1f} ms; at most {descriptors} descriptors; processor "
              f"{share * 100:.1f} %", flush=True)


class StatusRude(SystemTest):
    def processor_time(self):
        with open(f"/proc/{self.world.prober.pid}/stat", encoding="ascii") as file:
            words = file.read().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def ask(self):
        """The status code, as somebody gets it who comes again while the queue of connections is full."""
        while True:
            try:
                return status_client.get(self.world.status_socket, "/status")[0]
            except BlockingIOError:
                time.sleep(0.02)

    def measure(self, name, clock):
        """A phase, in which somebody who behaves asks twice a second."""
        begin, used = time.monotonic(), self.processor_time()
        answers, descriptors = [], 0
        while time.monotonic() - begin < SECONDS:
            asked = time.monotonic()
            self.assertEqual(self.ask(), 200)
            answers.append(time.monotonic() - asked)
            while time.monotonic() - asked < 0.5:
                descriptors = max(descriptors, self.world.prober.open_descriptors())
                time.sleep(0.005)
        end = time.monotonic()
        share = (self.processor_time() - used) / (end - begin)
        reports = [report for report in clock.reports if begin <= report[0] < end]
        return Phase(name, reports, answers, descriptors, share)

    def start(self):
        world = self.world
        world.behave("healthy")
        world.start_api()
        world.write_config(tunnels=TUNNELS, check_interval=INTERVAL, status_listen="%s:%d" % PLACE)
        clock = Clock(world.socket)
        world.start_prober()
        wait_until(lambda: sum(report[2] for report in clock.reports) > 2 * TUNNELS, "reports", 30)
        return clock

    def start_rude(self):
        world = self.world
        rude = world.child("rude_clients", [
            PYTHON, "-B", os.path.join(HERE, "rude_clients.py"), world.status_socket, PLACE[0],
            str(PLACE[1]), str(CLIENTS)], world.network.prober)
        wait_until(lambda: "running" in rude.output(), "the rude clients", 30)
        return rude

    def assert_as_before(self, before, phase):
        """Neither probing nor reporting is another one than before."""
        self.assertGreaterEqual(phase.rounds, SECONDS / INTERVAL - 1)
        self.assertAlmostEqual(statistics.median(phase.gaps), statistics.median(before.gaps), delta=0.05)
        self.assertLess(max(phase.gaps), INTERVAL + 0.5, "no round was left out or late")
        self.assertNotIn(0, phase.trips, "each probe was answered")
        # Each answer carries the kernel's stamp; the rest is the scheduler's, of a host under load.
        self.assertLess(statistics.median(phase.trips), statistics.median(before.trips) + 1000)
        self.assertGreaterEqual(phase.observations, TUNNELS * (SECONDS / INTERVAL - 2))

    def test_they_change_neither_probing_nor_reporting(self):
        clock = self.start()
        world = self.world
        before = self.measure("before", clock)
        idle = world.prober.open_descriptors()
        rude = self.start_rude()
        during = self.measure("during", clock)
        memory = int(world.prober.status_field("VmRSS").split()[0])
        rude.stop()
        connected, threw_out = (ast.literal_eval(line) for line in rude.output().splitlines()[-2:])
        print(f"-- rude clients, connections of each kind: {connected}; {threw_out} times the server "
              f"ended one; the prober's memory during it {memory // 1024} MB", flush=True)
        # The places were taken, never more, by clients of every kind that came back again and again.
        # They are full for moments only, which the samples may miss.
        self.assertGreaterEqual(during.descriptors, idle + MOST_CONNECTIONS * 3 / 4)
        self.assertLessEqual(during.descriptors, idle + MOST_CONNECTIONS + 8)
        self.assertEqual(set(connected), {kind.__name__ for kind in KINDS})
        self.assertGreater(sum(connected.values()), CLIENTS)
        self.assertGreater(threw_out, MOST_CONNECTIONS)
        self.assertLess(max(during.answers), 8, "who behaves is answered")
        wait_until(lambda: world.prober.open_descriptors() <= idle + 2, "they are gone")
        after = self.measure("after", clock)
        self.assertLess(max(after.answers), 2)
        for phase in (before, during, after):
            self.assert_as_before(before, phase)
        world.prober.stop()
