"""systemctl: how it is called, and its answers told apart."""
from case import SystemTest
from world import wait_until

UNIT = "cloudflared_1.service"
SERVICE = "Local service cloudflared_1"


class UnitStarter(SystemTest):
    def outcome(self, mode, **settings):
        """The audit line of a start that goes so."""
        self.world.systemctl_mode(mode)
        self.start_world(default="down", **{"cooldown": 60, **settings})
        return self.world.wait_audit(f"^\\[(INFO|ERROR)\\] {SERVICE}")

    def test_a_failure_is_audited_with_status_and_output(self):
        line = self.outcome(r"fail 5 Failed to start cloudflared_1.service: Unit not found.")
        self.assertRegex(
            line, rf"^\[ERROR\] {SERVICE} not started: systemctl exit status 5 after [\d.]+ s: "
                               r"Failed to start cloudflared_1\.service: Unit not found\.$")

    def test_an_answer_that_does_not_come_is_a_timeout(self):
        line = self.outcome("sleep 30", start_timeout=1)
        self.assertRegex(line, rf"^\[ERROR\] {SERVICE} outcome unknown: systemctl gave no answer after ")
        self.assertEqual(self.world.done(), [], "and it was ended")

    def test_an_end_by_a_signal_is_one(self):
        self.assertRegex(self.outcome("die"),
                         rf"^\[ERROR\] {SERVICE} not started: systemctl was ended by signal 9")

    def test_exit_status_0_is_no_start_if_systemctl_says_that_it_ignored_the_command(self):
        line = self.outcome("chroot")
        self.assertRegex(line, rf"^\[ERROR\] {SERVICE} not started: systemctl ignored the command "
                               r"after [\d.]+ s: Running in chroot, ignoring command 'start'$")

    def test_no_systemctl_is_said(self):
        self.world.systemctl = self.world.path("nowhere")
        line = self.outcome("ok")
        self.assertRegex(line, rf"^\[ERROR\] {SERVICE} not started: .* cannot be executed: "
                               "No such file or directory")

    def test_a_lot_of_output_is_cut_and_delays_nobody(self):
        # printf pads: 300,000 bytes from a short line.
        self.world.systemctl_mode("fail 1 %0300000d")
        self.start_world(default="down", cooldown=60)
        line = self.world.wait_audit(f"^\\[ERROR\\] {SERVICE} not started: systemctl exit status 1")
        self.assertLess(len(line), 4096)

    def test_its_environment_and_descriptors_are_fixed_and_nothing_is_inherited(self):
        world = self.world
        world.systemctl_mode("describe")
        world.behave("down")
        world.start_api()
        world.write_config(cooldown=60)
        world.start_supervisor(environment={"SYSTEMD_OFFLINE": "1", "LD_LIBRARY_PATH": "/nowhere",
                                            "DBUS_SESSION_BUS_ADDRESS": "x"})
        world.start_prober()
        world.wait_audit("started: systemctl exit status 0")
        with open(world.path("systemctl/systemctl.env"), encoding="ascii") as file:
            self.assertEqual(sorted(file.read().split()),
                             ["LC_ALL=C", "PATH=/usr/bin:/bin", "SYSTEMD_COLORS=0",
                              "SYSTEMD_IGNORE_CHROOT=1"])
        with open(world.path("systemctl/systemctl.fds"), encoding="ascii") as file:
            descriptors = dict(line.split(" ", 1) for line in file.read().splitlines())
        self.assertEqual(descriptors["0"], "/dev/null")
        for number, target in descriptors.items():
            # Beside pipes and files of bash itself: no socket, no epoll, no log of the supervisor.
            self.assertNotRegex(target, "socket:|anon_inode|failover_monitor|report",
                                f"descriptor {number}")

    def test_a_failed_start_is_tried_again_after_the_cooldown(self):
        world = self.world
        world.systemctl_mode("fail 1 busy")
        self.start_world(default="down", cooldown=2)
        world.wait_audit("not started: systemctl exit status 1")
        world.systemctl_mode("ok")
        starts = world.wait_starts(2)
        self.assertGreaterEqual(starts[1][0] - starts[0][0], 1.95)
        world.wait_audit(f"{SERVICE} started: systemctl exit status 0")

    def test_a_unit_whose_start_takes_longer_than_the_cooldown_is_not_started_twice_at_once(self):
        world = self.world
        world.systemctl_mode("sleep 4")
        self.start_world(default="down", cooldown=1)
        world.wait_starts(1)
        wait_until(lambda: world.done(), "the first start has ended")
        started = [time for time, _ in world.starts() if time < world.done()[0][0]]
        self.assertEqual(len(started), 1)
        world.wait_starts(2)

    def test_a_slow_systemctl_delays_no_other_unit_and_no_end(self):
        world = self.world
        world.systemctl_mode("sleep 20", unit=UNIT)
        self.start_world(tunnels=2, default="down", cooldown=60)
        world.wait_audit("Local service cloudflared_2 started")
        world.wait_starts(1, UNIT)
        status, seconds = world.supervisor.stop()
        self.assertEqual(status, 0)
        self.assertLess(seconds, 1.0)
        seen = len(world.audit_lines())
        world.start_supervisor()
        world.wait_audit(f"{SERVICE}: outcome unknown", after=seen)
