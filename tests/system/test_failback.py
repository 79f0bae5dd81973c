"""The backup is ended when the primary is back: once per failover, never on a mere word of the prober."""
import time

import wire
from case import SystemTest
from connectors import BACKUP, CRASHED, OURS, RETURNED
from world import World, tunnel_id, wait_until

ID = tunnel_id(1)
BACKUP_UNIT, FAILBACK_UNIT = "cloudflared_1.service", "failback@cloudflared_1.service"
DUE = rf"\[INFO\] Tunnel {ID} has its primary back for [0-9.]+ s\. Starting local service failback@cloudflared_1"


def with_failback():
    return [World.tunnel(1, failback_service="failback@cloudflared_1", failure_threshold=1)]


class WithTheProber(SystemTest):
    """From Cloudflare's answers to systemctl."""

    def fail_over(self, failback_after):
        """Healthy, then down until the backup was started, which is connected then."""
        world = self.start_world(tunnels=with_failback(), failback_after=failback_after, cooldown=60)
        world.wait_audit(f"Tunnel {ID} status: healthy")
        world.behave("down", connections={1: [CRASHED]})
        world.wait_starts(1, BACKUP_UNIT)
        world.cloudflared("cloudflared", OURS)
        world.behave("healthy", connections={1: [CRASHED, BACKUP]})
        wait_until(lambda: f"Tunnel {ID} primary: away" in world.prober.output(), "ours is known")
        return world

    def test_the_primarys_return_ends_the_backup_once(self):
        world = self.fail_over(failback_after=7)
        self.assertEqual(world.starts(FAILBACK_UNIT), [])
        returned = time.time()
        world.behave("healthy", connections={1: [CRASHED, BACKUP, RETURNED]})
        started = world.wait_starts(1, FAILBACK_UNIT, timeout=40)[0][0]
        self.assertGreaterEqual(started - returned, 7)
        world.wait_audit(DUE)
        world.wait_audit(r"Local service failback@cloudflared_1 started: systemctl exit status 0")
        world.wait_requests(3)
        asked = len(world.lookups(1))
        world.wait_requests(12)
        self.assertEqual(len(world.starts(FAILBACK_UNIT)), 1, "once per failover")
        self.assertEqual(len(world.starts(BACKUP_UNIT)), 1)
        self.assertEqual(len(world.lookups(1)), asked, "and nobody asks any more")

    def test_a_crashed_primary_that_stays_listed_ends_nothing(self):
        world = self.fail_over(failback_after=1)
        world.wait_requests(15)
        self.assertGreaterEqual(len(world.lookups(1)), 3)
        self.assertEqual(world.starts(FAILBACK_UNIT), [])

    def test_a_list_that_cannot_be_had_for_a_moment_begins_the_count_again(self):
        world = self.fail_over(failback_after=12)
        world.behave("healthy", connections={1: [BACKUP, RETURNED]})
        wait_until(lambda: f"Tunnel {ID} primary: returned" in world.prober.output(), "it is back")
        world.behave("healthy", connections={1: {"http": 503, "body": ""}})
        wait_until(lambda: "no list of its connectors" in world.prober.output(), "one fault")
        again = time.time()
        world.behave("healthy", connections={1: [BACKUP, RETURNED]})
        started = world.wait_starts(1, FAILBACK_UNIT, timeout=60)[0][0]
        self.assertGreaterEqual(started - again, 12)


class WithALiar(SystemTest):
    """What whoever took over the prober can do with it, and what it cannot."""

    def begin(self, **settings):
        world = self.world
        world.write_config(tunnels=with_failback(), **{"failback_after": 1, "cooldown": 1, **settings})
        world.start_supervisor()
        self.peer = world.peer()
        self.addCleanup(self.peer.socket.close)
        self.observation = 0
        return world

    def say(self, status, primary):
        self.observation += 1
        report = self.peer.report([wire.tunnel(ID, self.observation, status, primary=primary)],
                                  digest=self.world.digest())
        self.peer.acknowledged(report)

    def say_for(self, seconds, status, primary):
        """The same again and again."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.say(status, primary)
            time.sleep(0.1)

    def say_until(self, condition, status, primary, timeout=10):
        end = time.monotonic() + timeout
        while not condition():
            self.assertLess(time.monotonic(), end, f"status {status}, primary {primary}: no effect")
            self.say(status, primary)
            time.sleep(0.1)

    def test_without_a_failover_there_is_no_failback(self):
        world = self.begin()
        self.say_for(4, wire.HEALTHY, wire.RETURNED)
        self.assert_no_start()
        self.assertEqual(world.matching("primary back"), [])

    def test_only_an_uninterrupted_return_of_a_tunnel_that_serves_counts(self):
        world = self.begin(failback_after=2, cooldown=60)
        self.say_until(lambda: world.starts(BACKUP_UNIT), wire.DOWN, wire.AWAY)
        self.say_for(4, wire.DOWN, wire.RETURNED)
        self.say_for(4, wire.HEALTHY, wire.UNCERTAIN)
        for _ in range(4):
            self.say_for(1, wire.HEALTHY, wire.RETURNED)
            self.say(wire.HEALTHY, wire.AWAY)
            self.say_for(1, wire.DEGRADED, wire.RETURNED)
            self.say(wire.UNKNOWN, wire.RETURNED)
        self.assertEqual(world.starts(FAILBACK_UNIT), [])
        self.say_until(lambda: world.starts(FAILBACK_UNIT), wire.HEALTHY, wire.RETURNED)

    def test_a_return_that_never_ends_is_one_failback(self):
        world = self.begin()
        self.say_until(lambda: world.starts(BACKUP_UNIT), wire.DOWN, wire.AWAY)
        self.say_until(lambda: world.starts(FAILBACK_UNIT), wire.HEALTHY, wire.RETURNED)
        self.say_for(4, wire.HEALTHY, wire.RETURNED)
        self.assertEqual(len(world.starts(FAILBACK_UNIT)), 1)
        self.assertEqual(len(world.matching(DUE)), 1)

    def test_a_tunnel_that_failed_over_three_times_stays_on_its_backup(self):
        world = self.begin()
        for failover in (1, 2):
            self.say_until(lambda: len(world.starts(BACKUP_UNIT)) == failover, wire.DOWN, wire.AWAY)
            self.say_until(lambda: len(world.starts(FAILBACK_UNIT)) == failover, wire.HEALTHY,
                           wire.RETURNED)
        self.say_until(lambda: len(world.starts(BACKUP_UNIT)) == 3, wire.DOWN, wire.AWAY)
        self.say_for(4, wire.HEALTHY, wire.RETURNED)
        self.assertEqual(len(world.starts(FAILBACK_UNIT)), 2)
        lines = world.matching(
            rf"\[ERROR\] Tunnel {ID} failed over 3 times within an hour: stays on its backup")
        self.assertEqual(len(lines), 1, "and that is said once")
