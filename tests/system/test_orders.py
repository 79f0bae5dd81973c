"""Root's orders: a pause holds a tunnel, a drill starts its unit once; both by files."""
import json
import os
import stat
import time

from case import SystemTest
from world import tunnel_id

ID = tunnel_id(1)
UNIT = "cloudflared_1.service"


class Orders(SystemTest):
    def directory(self):
        return os.path.join(self.world.state, "orders")

    def order(self, verb, seconds, reason="the router is replaced"):
        """Writes one as an operator does; returns its path."""
        until = time.clock_gettime(time.CLOCK_BOOTTIME) + seconds
        new = os.path.join(self.directory(), ".order")
        with open(new, "w", encoding="utf-8") as file:
            json.dump({"until": until, "reason": reason}, file)
        path = os.path.join(self.directory(), f"{ID}.{verb}")
        os.rename(new, path)
        return path

    def test_a_pause_holds_the_start_until_it_is_taken_away(self):
        world = self.start_world()
        world.wait_audit("status: healthy")
        path = self.order("pause", 3600)
        world.wait_audit(rf"^\[WARNING\] Tunnel {ID}: paused until .* by order: the router is replaced$")
        world.behave("down")
        world.wait_audit("status: down")
        world.wait_requests(5)
        self.assert_no_start()
        os.remove(path)
        world.wait_audit(rf"^\[WARNING\] Tunnel {ID}: pause ended, by order$")
        world.wait_starts(1, UNIT)

    def test_a_pause_outlives_the_supervisor_and_ends_by_itself(self):
        world = self.start_world()
        world.wait_audit("status: healthy")
        ends = time.time() + 6
        path = self.order("pause", 6)
        world.wait_audit("paused until")
        world.supervisor.kill()
        world.behave("down")
        world.start_supervisor()
        world.wait_audit("paused until", count=2)
        world.wait_audit("pause ended, its time is over", timeout=15)
        self.assertFalse(os.path.exists(path))
        world.wait_starts(1, UNIT)
        # The two clocks, of the order and of this test, are read one after the other.
        self.assertGreater(world.starts()[0][0], ends - 0.5, "nothing was started before")

    def test_a_drill_starts_the_unit_once_and_obeys_the_cooldown(self):
        world = self.start_world(cooldown=60)
        world.wait_audit("status: healthy")
        path = self.order("drill", 30, "rehearsal")
        world.wait_audit(rf"^\[WARNING\] DRILL: Tunnel {ID}, by order: rehearsal$")
        world.wait_audit(rf"^\[ERROR\] DRILL: Tunnel {ID} is healthy\. Starting local service cloudflared_1$")
        world.wait_audit("Local service cloudflared_1 started")
        self.assertFalse(os.path.exists(path))
        self.order("drill", 30)
        world.wait_audit(rf"^\[WARNING\] DRILL: Tunnel {ID} not started: WAIT_COOLDOWN$")
        self.assertEqual(len(world.starts()), 1)

    def test_the_directory_is_roots_alone_and_what_is_no_order_is_refused(self):
        world = self.start_world()
        world.wait_audit("status: healthy")
        status = os.stat(self.directory())
        self.assertEqual((status.st_uid, stat.S_IMODE(status.st_mode) & 0o077), (0, 0))
        path = os.path.join(self.directory(), "cloudflared_1.drill")
        with open(path, "w", encoding="utf-8") as file:
            file.write('{"until": 1e8, "reason": "a unit is no tunnel"}')
        world.wait_audit(r"^\[ERROR\] Order refused: .*cloudflared_1\.drill: not an order")
        self.assertFalse(os.path.exists(path))
        self.assert_no_start()
