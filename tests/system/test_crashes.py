"""Either daemon killed and back: nothing is forgotten that would start a unit twice."""
import os
import signal
import time

from case import SystemTest
from world import tunnel_id, wait_until

ID = tunnel_id(1)


class Crashes(SystemTest):
    def test_a_prober_killed_and_back_is_one_line_each_and_the_failover_works(self):
        world = self.start_world(cooldown=60)
        world.wait_audit("status: healthy")
        world.prober.kill()
        world.wait_audit(r"^\[WARNING\] Prober disconnected\.")
        world.behave("down")
        self.assert_no_start()
        world.start_prober()
        world.wait_audit(r"^\[INFO\] Prober connected.* \(pid \d+\)\.", count=2)
        world.wait_starts(1)
        self.assertEqual(len(world.matching("Prober disconnected")), 1)

    def test_failures_before_and_after_a_new_prober_are_distinct_observations(self):
        # Numbers of observations begin again with each prober: the new one's must count.
        world = self.start_world(failure_threshold=30, cooldown=60, default="down")
        world.wait_requests(10)
        world.prober.kill()
        world.wait_audit("Prober disconnected")
        world.start_prober()
        world.wait_starts(1, timeout=30)

    def test_a_silent_prober_starts_nothing_and_is_said_once_and_its_return_as_well(self):
        world = self.start_world()
        world.wait_audit("status: healthy")
        world.behave("down")
        world.prober.send_signal(signal.SIGSTOP)
        before = len(world.starts())
        world.wait_audit(r"^\[ERROR\] Prober silent", timeout=25)
        self.assertLessEqual(len(world.starts()), before + 1)
        world.prober.send_signal(signal.SIGCONT)
        world.wait_audit(r"^\[INFO\] Prober reports again\.", timeout=10)
        world.wait_starts(1)
        self.assertEqual(len(world.matching("Prober silent")), 1)
        self.assertEqual(len(world.matching("Prober reports again")), 1)

    def test_a_prober_that_never_came_is_said_as_well(self):
        world = self.world
        world.behave("down")
        world.start_api()
        world.write_config()
        world.start_supervisor()
        world.wait_audit(r"^\[ERROR\] Prober silent", timeout=25)
        self.assert_no_start()
        world.start_prober()
        world.wait_audit("Prober reports again", timeout=10)

    def test_a_supervisor_back_within_the_cooldown_starts_nothing_and_after_it_again(self):
        world = self.start_world(default="down", cooldown=8)
        first = world.wait_starts(1)[0][0]
        world.wait_audit("started: systemctl exit status 0")
        world.supervisor.kill()
        seen = len(world.audit_lines())
        world.start_supervisor()
        world.wait_audit("Prober connected", after=seen)
        world.wait_audit(f"Tunnel {ID} status: down", after=seen)
        second = world.wait_starts(2, timeout=20)[1][0]
        self.assertGreaterEqual(second - first, 7.95, "not one start within the cooldown")
        self.assertEqual(world.matching("outcome unknown"), [])

    def test_the_cooldown_survives_an_orderly_restart_too(self):
        world = self.start_world(default="down", cooldown=60)
        world.wait_starts(1)
        world.wait_audit("started: systemctl exit status 0")
        world.supervisor.stop()
        seen = len(world.audit_lines())
        world.start_supervisor()
        world.wait_audit(f"Tunnel {ID} status: down", after=seen)
        world.wait_requests(6)
        self.assertEqual(len(world.starts()), 1)

    def test_a_supervisor_killed_during_a_start_says_outcome_unknown(self):
        world = self.world
        world.systemctl_mode("sleep 2")
        world = self.start_world(default="down", cooldown=60)
        world.wait_starts(1)
        world.supervisor.kill()
        seen = len(world.audit_lines())
        world.systemctl_mode("ok")
        world.start_supervisor()
        world.wait_audit(r"^\[ERROR\] Local service cloudflared_1: outcome unknown. "
                         r"the supervisor ended before systemctl did", after=seen)
        world.wait_requests(6)
        self.assertEqual(len(world.starts()), 1, "and the cooldown holds")
        world.supervisor.stop()
        seen = len(world.audit_lines())
        world.start_supervisor()
        self.assertEqual(world.matching("outcome unknown", after=seen), [],
                         "said once, not for ever")

    def test_a_start_record_that_cannot_be_read_is_a_cooldown_that_has_just_begun(self):
        world = self.start_world(default="down", cooldown=5)
        world.wait_starts(1)
        world.supervisor.kill()
        record = world.path("state/starts/cloudflared_1.service")
        wait_until(lambda: os.path.exists(record), "the record of starts")
        with open(record, "w", encoding="ascii") as file:
            file.write("garbage")
        begin = time.time()
        world.start_supervisor()
        world.wait_starts(2, timeout=20)
        self.assertGreaterEqual(world.starts()[1][0] - begin, 4.9)

    def test_the_prober_goes_on_without_a_supervisor_and_reports_its_newest_when_it_is_back(self):
        world = self.world
        world.behave("down")
        world.start_api()
        world.write_config(cooldown=60)
        world.start_prober()
        world.wait_requests(6)
        world.start_supervisor()
        world.wait_audit(f"Tunnel {ID} status: down")
        world.wait_starts(1)
