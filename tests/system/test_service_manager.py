"""sd_notify of both daemons, captured from a real NOTIFY_SOCKET."""
import os
import re
import signal
import time

from case import SystemTest
from world import wait_until


class ServiceManager(SystemTest):
    def begin(self, default="healthy", **settings):
        """Both daemons, each with a socket of its own and a watchdog of one second."""
        world = self.world
        world.behave(default)
        world.start_api()
        world.write_config(**settings)
        self.supervisor = world.notify_socket("supervisor")
        self.prober = world.notify_socket("prober")
        world.start_supervisor(environment=self.environment(self.supervisor))
        self.ready_with_socket = os.path.exists(world.socket)
        world.start_prober(environment=self.environment(self.prober))
        return world

    @staticmethod
    def environment(notify):
        return {"NOTIFY_SOCKET": notify.path, "WATCHDOG_USEC": "1000000"}

    def test_ready_comes_when_it_is_true(self):
        world = self.begin()
        self.supervisor.wait_for("READY", lambda value: value == "1")
        self.assertTrue(os.path.exists(world.socket), "listening")
        self.prober.wait_for("READY", lambda value: value == "1")
        self.assertEqual(int(world.prober.status_field("CapEff"), 16), 0, "dropped")
        self.assertEqual(world.prober.status_field("Uid").split()[0], "65534")
        for notify in (self.supervisor, self.prober):
            self.assertEqual(notify.values("READY"), ["1"])

    def test_no_ready_before_the_end_of_a_bad_start(self):
        world = self.world
        world.write_config(check_interval=0)
        notify = world.notify_socket("supervisor")
        child = world.launch_supervisor(environment=self.environment(notify))
        self.assertEqual(child.wait(), 78)
        self.assertEqual(notify.values("READY"), [])

    def test_status_is_one_useful_line(self):
        world = self.begin(tunnels=2, default="healthy", cooldown=60)
        self.supervisor.wait_for("STATUS", lambda status: status == "2 tunnels: 2 healthy")
        world.behave("healthy", t2="down")
        status = self.supervisor.wait_for("STATUS", lambda status: "started" in status)
        self.assertRegex(status,
                         r"^2 tunnels: 1 healthy, 1 down \(cloudflared_2 started \d\d:\d\d:\d\d\)$")
        self.prober.wait_for("STATUS",
                             lambda status: re.search(r"1 healthy, 1 down", status) is not None)
        self.prober.wait_for("STATUS", lambda status: re.search(
            r"; gateway reachable \(0 % lost, [0-9.]+ ms\); ", status) is not None)
        world.network.answer_echo(False)
        self.prober.wait_for("STATUS", lambda status: re.search(
            r"; gateway unreachable \([1-9]\d* % lost(, [0-9.]+ ms)?\); ", status) is not None)
        self.supervisor.wait_for("STATUS", lambda status: "unreachable" in status)
        for notify in (self.supervisor, self.prober):
            self.assertFalse([s for s in notify.values("STATUS") if "cfut_" in s])

    def test_the_watchdog_is_answered_from_the_loop_and_not_by_a_loop_that_stands(self):
        world = self.begin()
        for notify, child in ((self.supervisor, world.supervisor), (self.prober, world.prober)):
            wait_until(lambda: len(notify.values("WATCHDOG")) >= 4, "four answers")
            times = [at for at, fields in notify.messages if "WATCHDOG" in fields]
            self.assertLess(max(b - a for a, b in zip(times, times[1:])), 1.0,
                            "never later than WATCHDOG_USEC")
            child.send_signal(signal.SIGSTOP)
            wait_until(lambda: child.status_field("State").startswith("T"), "it stands")
            answered = len(notify.values("WATCHDOG"))
            stopped = time.monotonic()
            wait_until(lambda: time.monotonic() - stopped > 1.2, "more than WATCHDOG_USEC")
            self.assertLessEqual(len(notify.values("WATCHDOG")), answered + 1)
            child.send_signal(signal.SIGCONT)

    def test_a_reload_is_announced_with_its_time_and_ends_in_ready(self):
        world = self.begin()
        for notify in (self.supervisor, self.prober):
            notify.wait_for("READY")
        world.wait_audit("status: healthy")
        for notify, child in ((self.supervisor, world.supervisor), (self.prober, world.prober)):
            before = time.monotonic_ns() // 1000
            child.send_signal(signal.SIGHUP)
            wait_until(lambda: len(notify.values("READY")) == 2, f"{child.name} is ready again")
            fields = [f for _, f in notify.messages if "RELOADING" in f][0]
            self.assertEqual(fields["RELOADING"], "1")
            self.assertGreaterEqual(int(fields["MONOTONIC_USEC"]), before)
            self.assertLessEqual(int(fields["MONOTONIC_USEC"]), time.monotonic_ns() // 1000)

    def test_a_bad_reload_is_announced_and_ends_in_ready_as_well(self):
        world = self.begin()
        for notify in (self.supervisor, self.prober):
            notify.wait_for("READY")
        world.write_config("{")
        for notify, child in ((self.supervisor, world.supervisor), (self.prober, world.prober)):
            child.send_signal(signal.SIGHUP)
            wait_until(lambda: len(notify.values("READY")) == 2, f"{child.name} is ready again")
            self.assertEqual(notify.values("RELOADING"), ["1"])

    def test_sigterm_ends_both_within_a_second_and_stopping_is_said(self):
        world = self.begin()
        world.wait_audit("status: healthy")
        for notify, child in ((self.prober, world.prober), (self.supervisor, world.supervisor)):
            status, seconds = child.stop()
            self.assertEqual(status, 0, child.name)
            self.assertLess(seconds, 1.0, child.name)
            notify.wait_for("STOPPING", lambda value: value == "1")
        self.assertEqual(world.audit_lines()[-1], "[INFO] Cloudflare Tunnel Monitor stopped.")

    def test_the_variables_are_not_left_for_children(self):
        world = self.world
        world.systemctl_mode("describe")
        self.begin(default="down", cooldown=60)
        world.wait_audit("started: systemctl exit status 0")
        with open(world.path("systemctl/systemctl.env"), encoding="ascii") as file:
            self.assertNotIn("NOTIFY", file.read())
