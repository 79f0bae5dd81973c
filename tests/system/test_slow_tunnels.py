"""Many tunnels at once, slow ones among them."""
import os
import re

from case import SystemTest
from world import HERE, PYTHON, World, network, tunnel_id, wait_until


class SlowTunnels(SystemTest):
    def test_one_slow_tunnel_delays_no_other_and_is_not_asked_again_meanwhile(self):
        world = self.world
        world.behave(t1={"status": "healthy", "delay": 4}, t2="down")
        world.start_api()
        world.write_config(tunnels=[World.alone(1), World.alone(2)], api_timeout=10, cooldown=60)
        world.start_both()
        start = world.wait_starts(1, "cloudflared_2.service")[0][0]
        slow = world.api_requests(1)
        self.assertEqual(len(slow), 1)
        self.assertLess(start - slow[0][0], 3, "the other tunnel's failover did not wait")
        world.wait_requests(2, tunnel=2)
        slow_again = wait_until(lambda: world.api_requests(1)[1:], "the slow one is asked again")
        self.assertGreaterEqual(slow_again[0][0] - slow[0][0], 4, "only after its answer")
        world.wait_audit("Tunnel .*0001 status: healthy")

    def test_a_connection_that_acknowledges_and_answers_nothing_is_left(self):
        world = self.world
        world.start_api()  # for its certificate
        address = network.GATEWAY[4]
        stuck = world.child("stuck_http2", [
            PYTHON, "-B", os.path.join(HERE, "http2_server.py"), world.path("api/server.pem"),
            world.path("api/server.key"), address, tunnel_id(1), "stuck"], world.network.gateway)
        port = wait_until(lambda: re.search(r"listening (\d+)", stuck.output()), "it listens")[1]
        world.write_config(api_base_url=f"https://{address}:{port}/client/v4", api_timeout=2)
        world.start_both()
        world.wait_audit("Tunnel .*0001 status: healthy")
        world.wait_audit(r"Tunnel .*0001 status: unknown \(timeout\)")
        world.wait_starts(1, "cloudflared_1.service")

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
