"""failoverctl's orders and the real supervisor: what is left is taken, audited, obeyed and ended."""
import json
import os
import subprocess
import threading
import time

from ctl_bed import CtlTest, example
from world import tunnel_id, wait_until

ID = tunnel_id(1)
UNIT = "cloudflared_1.service"
PAUSED = rf"^\[WARNING\] Tunnel {ID}: paused until \d{{4}}-.* by order: "


class LiveTest(CtlTest):
    def setUp(self):
        super().setUp()
        self.orders = os.path.join(self.world.state, "orders")

    def give(self, *words):
        """An order that must be taken on."""
        done = self.call(*words)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout


class Pause(LiveTest):
    def test_it_holds_a_start_outlives_the_supervisor_and_is_ended_by_resume(self):
        world = self.start_world()
        world.wait_audit("status: healthy")
        self.give("pause", ID[:8], "--for", "1h", "--reason", "the router is replaced")
        world.wait_audit(PAUSED + "the router is replaced$")
        world.behave("down")
        world.wait_audit("status: down")
        world.supervisor.kill()
        world.start_supervisor()
        world.wait_audit(PAUSED, count=2)
        world.wait_audit("status: down", count=2)
        world.wait_requests(5)
        self.assert_no_start()
        self.assertIn("the pause is ended", self.give("resume", ID))
        world.wait_audit(rf"^\[WARNING\] Tunnel {ID}: pause ended, by order$")
        world.wait_starts(1, UNIT)

    def test_the_probers_status_shows_it(self):
        world = self.start_world()
        self.sock = world.path("status/status.sock")
        world.wait_audit("status: healthy")
        self.assertIn(": in force\n", self.give("pause", ID, "--for", "1h"))
        (tunnel,) = json.loads(self.give("status", "--json"))["tunnels"]
        self.assertGreater(tunnel["paused_for"], 3500)
        self.assertRegex(self.give("status"), "healthy .*paused, ")
        self.assertIn("failoverctl resume ends it", " ".join(self.give("explain", ID).split()))
        self.give("resume", ID)
        wait_until(lambda: json.loads(self.give("status", "--json"))["tunnels"][0]["paused_for"] == 0,
                   "the status shows its end")
        self.assertRegex(self.give("check", ID), "^OK - .* healthy for ")

    def test_it_ends_by_itself(self):
        world = self.start_world()
        world.wait_audit("status: healthy")
        ends = time.time() + 6
        self.give("pause", ID, "--for", "6s")
        world.wait_audit(PAUSED + "no reason given$")
        world.behave("down")
        world.wait_audit(rf"^\[WARNING\] Tunnel {ID}: pause ended, its time is over$")
        self.assertEqual(os.listdir(self.orders), [])
        world.wait_starts(1, UNIT)
        # The two clocks, of the order and of this test, are read one after the other.
        self.assertGreater(world.starts()[0][0], ends - 0.5, "nothing was started before")

    def test_all_tunnels_are_paused_and_resumed_with_the_prober_dead(self):
        world = self.start_world(tunnels=3)
        world.prober.kill()
        self.assertIn("Pause of all tunnels (3) until", self.give("pause", "--all", "--for", "2h"))
        for index in (1, 2, 3):
            world.wait_audit(rf"Tunnel {tunnel_id(index)}: paused until")
        self.assertIn("the pause is ended", self.give("resume", tunnel_id(2)))
        self.assertEqual(self.give("resume", "--all"), "All tunnels: 2 pauses are ended\n")
        for index in (1, 2, 3):
            world.wait_audit(rf"Tunnel {tunnel_id(index)}: pause ended, by order")


class Drill(LiveTest):
    def begin(self, **settings):
        """Both daemons, and a status that says what it said before all this."""
        self.start_world(**settings)
        self.world.wait_audit("status: healthy")
        self.status = example("all_well")
        tunnel = self.status["tunnels"][0]
        tunnel.update(id=ID, name="")
        self.status["tunnels"] = [tunnel]
        self.serve(self.status, "--live")

    def tell_of_the_start(self):
        """The status follows what the audit log says, as the prober's does."""
        def follow():
            self.world.wait_audit("Local service cloudflared_1 started")
            self.status["tunnels"][0].update(last_start_outcome="SUCCEEDED", last_start_age=0.2)
            self.answer(self.status)
        thread = threading.Thread(target=follow)
        thread.start()
        self.addCleanup(thread.join, 30)

    def test_it_starts_the_unit_by_the_path_of_a_failover_and_is_audited_as_a_drill(self):
        self.begin()
        self.tell_of_the_start()
        said = self.give("drill", ID, "--yes", "--reason", "monthly", "--timeout", "30s")
        self.assertRegex(said, r"Drill succeeded after [\d.]+ s: the unit was started")
        lines = self.world.matching("DRILL")
        self.assertEqual(lines, [
            f"[WARNING] DRILL: Tunnel {ID}, by order: monthly",
            f"[ERROR] DRILL: Tunnel {ID} is healthy. Starting local service cloudflared_1"])
        self.assertEqual([unit for _, unit in self.world.starts()], [UNIT])
        self.assertEqual(os.listdir(self.orders), [])
        (tunnel,) = json.loads(self.give("history", "--json"))["tunnels"]
        self.assertEqual((tunnel["drills"], tunnel["starts"], tunnel["outages"]), (1, 0, []))

    def test_the_supervisor_refuses_it_within_a_cooldown_and_while_paused(self):
        self.begin(cooldown=600)
        self.tell_of_the_start()
        self.give("drill", ID, "--yes", "--timeout", "30s")
        self.status["tunnels"][0].update(last_start_outcome="NOT_STARTED", last_start_age=0)
        self.answer(self.status)  # as if it had not heard of it
        done = self.call("drill", ID, "--yes", "--timeout", "4s")
        self.assertEqual(done.returncode, 1)
        self.assertIn("the supervisor took the order and started nothing", done.stderr)
        self.world.wait_audit(rf"^\[WARNING\] DRILL: Tunnel {ID} not started: WAIT_COOLDOWN$")
        done = self.call("pause", ID, "--for", "1h")
        self.assertEqual(done.returncode, 1)  # this status shows nothing of it
        self.assertIn("left; the status does not show it yet", done.stdout)
        self.world.wait_audit(PAUSED)
        done = self.call("drill", ID, "--yes", "--timeout", "4s")
        self.assertEqual(done.returncode, 1)
        self.world.wait_audit(rf"^\[WARNING\] DRILL: Tunnel {ID} not started: WAIT_PAUSED$")
        self.assertEqual(len(self.world.starts()), 1)

    def test_what_nobody_takes_is_taken_back(self):
        self.begin()
        self.world.supervisor.kill()
        done = self.call("drill", ID, "--yes", "--timeout", "3s")
        self.assertEqual(done.returncode, 1)
        self.assertIn("the supervisor did not take the order", done.stderr)
        self.assertEqual(os.listdir(self.orders), [])

    def test_it_is_void_when_its_time_is_over(self):
        self.begin()
        self.world.prober.kill()
        child = subprocess.Popen(self.arguments("drill", ID, "--yes", "--timeout", "3s"),
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                 env=self.environment())
        self.world.wait_audit("DRILL: .*by order")
        self.assertEqual(child.wait(30), 1)
        self.world.behave("healthy")
        self.world.start_prober()
        self.world.wait_audit("Prober connected", count=2)
        self.world.wait_requests(3)
        self.assert_no_start()
