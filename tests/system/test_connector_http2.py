"""HTTP/2 while backups run: the questions for connectors go over the same connection as those about
health. As nginx speaks it in front of the fake API, and as a bad server does.
"""
import os
import re
import time

from case import SystemTest
from connectors import BACKUP, CRASHED, OURS
from failed_over import FailedOver
from network import GATEWAY
from nginx import Nginx
from world import HERE, PYTHON, World, tunnel_id, wait_until

WINDOW = 9  # seconds, check_interval is 1 s: time for two look-ups


class BehindNginx(SystemTest):
    TUNNELS = range(1, 7)

    def start(self, more=""):
        """Each tunnel has an account and a budget of its own, its backup runs, its primary is away."""
        world = self.world
        world.cloudflared("cloudflared", OURS)
        known = {number: [CRASHED, BACKUP] for number in self.TUNNELS}
        world.behave("down", connections=known)
        world.start_api()
        nginx = Nginx(world, more)
        world.write_config(tunnels=[FailedOver.tunnel(number, account_id=f"{number:032x}",
                                                      budget_group=f"alone {number}")
                                    for number in self.TUNNELS],
                           api_base_url=nginx.url, cooldown=3600, failback_after=1)
        world.start_both()
        world.wait_starts(len(self.TUNNELS))
        # So something is always in flight: who ends an idle connection may cross a question on it.
        world.behave({"status": "healthy", "delay": 0.5}, connections={
            number: {"connectors": listed, "delay": 0.5} for number, listed in known.items()})
        world.wait_audit("status: healthy", count=len(self.TUNNELS))
        return nginx

    def wait_for_three_lookups(self, meanwhile=lambda: None):
        """Of each tunnel, all of them answered."""
        world = self.world
        for more in (1, 2, 3):
            counts = {number: len(world.lookups(number)) for number in self.TUNNELS}
            wait_until(lambda: all(len(world.lookups(number)) > counts[number]
                                   for number in self.TUNNELS), f"{more} look-ups", timeout=20)
            meanwhile()
        world.wait_requests(2 * len(self.TUNNELS))  # the answers of the last ones are there
        self.assertEqual(re.findall("primary: (.*)", world.prober.output()), ["away"] * len(self.TUNNELS))
        self.assertEqual(world.matching("unknown"), [])
        self.assertEqual(len(world.starts()), len(self.TUNNELS), "the backups, and no failback")

    def assert_none_was_asked_twice(self):
        for number in self.TUNNELS:
            times = [when for when, _ in self.world.lookups(number)]
            gaps = [later - earlier for earlier, later in zip(times, times[1:])]
            self.assertGreaterEqual(min(gaps), 4, number)

    def test_look_ups_share_the_one_connection(self):
        nginx = self.start()
        self.wait_for_three_lookups()
        self.assertEqual(len(nginx.connections()), 1)
        self.assertEqual({request[1:3] for request in nginx.requests("/connections$")},
                         {("HTTP/2.0", "200")})
        self.assert_none_was_asked_twice()

    def test_a_connection_that_nginx_ends_after_some_requests_costs_no_list(self):
        nginx = self.start(more="keepalive_requests 5;")
        self.wait_for_three_lookups()
        requests, connections = len(nginx.requests()), len(nginx.connections())
        self.assertGreaterEqual(connections, requests // 7, "GOAWAY was tried")
        self.assertLessEqual(connections, requests // 5 + 6, "no more connections than needed")
        self.assert_none_was_asked_twice()

    def test_a_reload_of_nginx_in_mid_flight_costs_no_list(self):
        nginx = self.start()
        self.wait_for_three_lookups(meanwhile=nginx.reload)
        self.assertGreaterEqual(len(nginx.connections()), 4)
        self.assert_none_was_asked_twice()


class BadServer(FailedOver, SystemTest):
    """Rows: what the server does to look-ups alone (see http2_server.py), what is said of the primary,
    look-ups and connections. What it would say is that the primary is back."""

    def check(self, mode, finding, lookups, connections, health="healthy"):
        world = self.world
        self.fail_over([self.tunnel(1, account_id=World.alone(1)["account_id"])])
        world.start_api()  # for its certificate
        server = world.child("http2_server", [
            PYTHON, "-B", os.path.join(HERE, "http2_server.py"), world.path("api/server.pem"),
            world.path("api/server.key"), GATEWAY[4], tunnel_id(1), mode, "connectors"],
            world.network.gateway)
        port = wait_until(lambda: re.search(r"listening (\d+)", server.output()), "it listens")[1]
        self.go_on(api_timeout=1, api_base_url=f"https://{GATEWAY[4]}:{port}/client/v4")
        wait_until(lambda: "look-up" in server.output(), "it is looked up")
        end = time.monotonic() + WINDOW
        wait_until(self.findings, "something is said of the primary")
        wait_until(lambda: time.monotonic() > end, "the window ends")
        self.assertEqual(len(self.findings()), 1, self.findings())
        self.assertRegex(self.findings()[0], f"^{finding}")
        counts = {what: server.output().splitlines().count(what)
                  for what in ("look-up", "connection", "request")}
        for what, (least, most) in (("look-up", lookups), ("connection", connections)):
            self.assertTrue(least <= counts[what] <= most, (what, counts))
        said = {line.split("status: ")[1] for line in world.matching("status:", self.seen)}
        self.assertLessEqual({"healthy"}, said)
        self.assertLessEqual(said, {"healthy", health})
        self.assertTrue(WINDOW - 2 <= counts["request"] <= WINDOW + 3, counts)
        self.assert_no_start()

    @staticmethod
    def without_list(reason):
        return rf"uncertain: no list of its connectors \({reason}\): "

    def test_goaway_after_each_list_costs_none(self):
        self.check("goaway", "away$", (2, 2), (2, 3))

    def test_goaway_before_any_list_is_interrupted(self):
        self.check("goaway_first", self.without_list("interrupted"), (2, 4), (2, 5))

    def test_a_stream_that_is_reset_is_interrupted(self):
        self.check("reset", self.without_list("interrupted"), (2, 2), (1, 3))

    def test_a_frame_that_makes_no_sense_ends_nothing_well(self):
        self.check("nonsense", self.without_list("(timeout|interrupted)"), (2, 2), (2, 4))

    # Nothing else goes over that connection until the head is too long: what is asked meanwhile is
    # interrupted with it, once for each look-up.
    def test_a_head_without_an_end_is_interrupted(self):
        self.check("endless", self.without_list("interrupted"), (2, 4), (2, 6),
                   health="unknown (interrupted)")

    # Each is asked again once.
    def test_a_stream_that_is_refused_is_interrupted(self):
        self.check("refused", self.without_list("interrupted"), (4, 4), (1, 6))
