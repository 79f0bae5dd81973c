"""200 slow and rude clients of the status server, while probing and reporting go on."""
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
from world import PYTHON, wait_until

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENTS = 200
SECONDS = 8  # of each of the three phases
PLACE = ("127.0.0.1", 9469)


class Clock:
    """Stands in for the supervisor: when each report came and what it says, and acknowledges it."""

    def __init__(self, path):
        self.reports = []  # (time, round trip in microseconds, whether it is about the gateway alone)
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
                self.reports.append((now, report.get(4, [0])[0], 6 not in report))
                client.send(wire.number(1, report[1][0]))


class StatusRude(SystemTest):
    def measure(self, phase, clock, seconds):
        """(longest gap, median and worst distance from the interval, median round trip) of a phase."""
        begin = time.monotonic()
        jiffies = self.processor_time()
        answers = []
        while time.monotonic() - begin < seconds:
            asked = time.monotonic()
            code, _, _ = status_client.get(self.world.status_socket, "/status")
            self.assertEqual(code, 200)
            answers.append(time.monotonic() - asked)
            time.sleep(0.5)
        share = (self.processor_time() - jiffies) / os.sysconf("SC_CLK_TCK") / (time.monotonic() - begin)
        rounds = [when for when, _, alone in clock.reports if alone and begin <= when]
        trips = [trip for when, trip, alone in clock.reports if alone and begin <= when and trip]
        gaps = [later - earlier for earlier, later in zip(rounds, rounds[1:])]
        self.assertGreater(len(gaps), seconds * 0.6, "rounds of the phase")
        print(f"-- {phase}: {len(rounds)} rounds, interval median {statistics.median(gaps):.3f} s, "
              f"worst {max(gaps):.3f} s; round trip median {statistics.median(trips)} us, worst "
              f"{max(trips)} us; /status in {statistics.median(answers) * 1e3:.1f} ms, worst "
              f"{max(answers) * 1e3:.1f} ms; processor {share * 100:.1f} %", flush=True)
        return gaps, trips, answers

    def processor_time(self):
        with open(f"/proc/{self.world.prober.pid}/stat", encoding="ascii") as file:
            words = file.read().rsplit(")", 1)[1].split()
        return int(words[11]) + int(words[12])

    def test_they_change_neither_probing_nor_reporting(self):
        world = self.world
        world.behave("healthy")
        world.start_api()
        world.write_config(tunnels=300, status_listen="%s:%d" % PLACE)  # pages of some 100 kB
        clock = Clock(world.socket)
        world.start_prober()
        wait_until(lambda: len(clock.reports) > 3, "reports")
        self.measure("before", clock, SECONDS)
        descriptors = world.prober.open_descriptors()
        rude = world.child("rude_clients", [
            PYTHON, "-B", os.path.join(HERE, "rude_clients.py"), world.status_socket, PLACE[0],
            str(PLACE[1]), str(CLIENTS)], world.network.prober)
        wait_until(lambda: "running" in rude.output(), "the rude clients", 30)
        gaps, trips, answers = self.measure("during", clock, SECONDS)
        self.assertLess(world.prober.open_descriptors(), descriptors + 64 + 8)
        memory = int(world.prober.status_field("VmRSS").split()[0])
        rude.stop()
        print(f"-- rude clients connected: {rude.output().splitlines()[-1]}; the prober's memory "
              f"during it {memory // 1024} MB", flush=True)
        # Two seconds for those that are still there.
        time.sleep(2)
        self.measure("after", clock, SECONDS)
        self.assertAlmostEqual(statistics.median(gaps), 1, delta=0.1)
        self.assertLess(max(gaps), 1.5, "no round was left out or late")
        self.assertLess(statistics.median(trips), 5000, "microseconds")
        self.assertLess(max(answers), 8, "who behaves is answered")
        wait_until(lambda: world.prober.open_descriptors() <= descriptors + 2, "they are gone")
        world.prober.stop()
