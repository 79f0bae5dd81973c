"""Many tunnels at once, slow ones among them."""
from case import SystemTest
from world import World, wait_until


class SlowTunnels(SystemTest):
    def test_one_slow_tunnel_delays_no_other_and_is_not_asked_again_meanwhile(self):
        world = self.world
        world.behave(t1={"status": "healthy", "delay": 4}, t2="down")
        world.start_api()
        world.write_config(tunnels=2, api_timeout=10, cooldown=60)
        world.start_both()
        start = world.wait_starts(1, "cloudflared_2.service")[0][0]
        slow = world.api_requests(1)
        self.assertEqual(len(slow), 1)
        self.assertLess(start - slow[0][0], 3, "the other tunnel's failover did not wait")
        world.wait_requests(2, tunnel=2)
        slow_again = wait_until(lambda: world.api_requests(1)[1:], "the slow one is asked again")
        self.assertGreaterEqual(slow_again[0][0] - slow[0][0], 4, "only after its answer")
        world.wait_audit("Tunnel .*0001 status: healthy")

    def test_twenty_units_are_started_and_never_more_than_sixteen_at_once(self):
        world = self.world
        world.systemctl_mode("sleep 1.5")
        world.behave("down")
        world.start_api()
        world.write_config(tunnels=20, cooldown=60)
        world.start_both()
        world.wait_starts(20, timeout=30)
        wait_until(lambda: len(world.done()) == 20, "all have ended")
        self.assertEqual(len({unit for _, unit in world.starts()}), 20, "each unit once")
        changes = sorted([(time, 1) for time, _ in world.starts()] + [(time, -1) for time,
                                                                      _ in world.done()])
        running = most = 0
        for _, change in changes:
            running += change
            most = max(most, running)
        self.assertLessEqual(most, 16)
        self.assertGreaterEqual(most, 12, "they do run side by side")
        world.wait_audit("started: systemctl exit status 0", count=20)

    def test_more_tunnels_than_one_report_holds_are_all_watched(self):
        world = self.start_world(tunnels=[World.tunnel(i, service="backup") for i in range(1, 151)])
        world.wait_audit("Monitoring 150 tunnel")
        world.wait_audit("status: healthy", count=150, timeout=30)
        world.behave("healthy", t150="down")
        world.wait_starts(1)
