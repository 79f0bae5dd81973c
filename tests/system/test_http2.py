"""HTTP/2: as nginx speaks it in front of the fake API, and as a bad server does."""
import os
import re
import time

from case import SystemTest
from network import GATEWAY
from nginx import Nginx
from world import ACCOUNT, HERE, PYTHON, World, tunnel_id, wait_until

WINDOW = 4  # seconds, check_interval is 1 s


class BehindNginx(SystemTest):
    def start(self, tunnels, default="healthy", more="", **settings):
        world = self.world
        world.behave(default)
        world.start_api()
        nginx = Nginx(world, more)
        if isinstance(tunnels, int):  # each with an account and a budget of its own
            tunnels = [World.alone(number) for number in range(1, tunnels + 1)]
        world.write_config(tunnels=tunnels, api_base_url=nginx.url, **settings)
        world.start_both()
        return nginx

    def assert_each_was_asked_once_a_round(self, tunnels):
        """And nginx passed on what it was asked, once."""
        for number in range(1, tunnels + 1):
            times = [when for when, _ in self.world.api_requests(number)]
            # The gateway's first answers may be late.
            self.assertLessEqual(len(times), times[-1] - times[0] + 2.6, number)

    def test_many_tunnels_share_one_connection(self):
        nginx = self.start(40, default={"status": "healthy", "delay": 0.4})
        self.world.wait_audit("status: healthy", count=40)
        self.world.wait_requests(4, tunnel=40)
        self.assertEqual(len(nginx.connections()), 1)
        self.assertEqual({request[1:3] for request in nginx.requests()}, {("HTTP/2.0", "200")})
        self.assert_each_was_asked_once_a_round(40)
        self.world.behave("healthy", t7="down")
        self.world.wait_starts(1, "cloudflared_7.service")
        self.assertEqual(len(nginx.connections()), 1)

    def test_a_connection_that_nginx_ends_after_some_requests_costs_no_answer(self):
        nginx = self.start(12, default={"status": "healthy", "delay": 0.1},
                           more="keepalive_requests 5;")
        self.world.wait_audit("status: healthy", count=12)
        self.world.wait_requests(8, tunnel=12, timeout=30)
        self.assertEqual(self.world.matching("unknown"), [])
        self.assert_each_was_asked_once_a_round(12)
        requests, connections = len(nginx.requests()), len(nginx.connections())
        self.assertGreaterEqual(connections, requests // 7, "GOAWAY was tried")
        self.assertLessEqual(connections, requests // 5 + 6, "no more connections than needed")
        self.assert_no_start()

    def test_a_reload_of_nginx_in_mid_flight_costs_no_answer(self):
        nginx = self.start(12, default={"status": "healthy", "delay": 0.5})
        self.world.wait_audit("status: healthy", count=12)
        for _ in range(3):
            self.world.wait_requests(18)
            nginx.reload()
        self.world.wait_requests(4, tunnel=12)
        self.assertEqual(self.world.matching("unknown"), [])
        self.assertGreaterEqual(len(nginx.connections()), 4)
        self.assert_each_was_asked_once_a_round(12)
        self.assert_no_start()

    def test_nginx_gone_is_unknown_and_back_is_noticed(self):
        nginx = self.start(4, default={"status": "down", "delay": 0.5}, failure_threshold=100,
                           confirm_interval=1)
        self.world.wait_audit("status: down", count=4)
        nginx.child.stop()
        self.world.wait_audit(r"status: unknown \((connect|interrupted)\)", count=4)
        self.world.behave("healthy")
        nginx = Nginx(self.world)
        self.world.wait_audit("status: healthy", count=4, timeout=20)
        self.assert_no_start()

    def test_the_upstream_gone_is_a_server_error(self):
        self.start(2)
        self.world.wait_audit("status: healthy", count=2)
        self.world.api.stop()
        self.world.wait_audit(r"status: unknown \(server_error\)", count=2)  # 502
        self.assert_no_start()

    def test_a_list_comes_compressed_and_each_tunnel_of_it_has_its_status(self):
        tunnels = [World.tunnel(number) for number in range(1, 301)]
        nginx = self.start(tunnels, more="gzip on; gzip_types application/json; gzip_proxied any;")
        self.world.wait_audit("status: healthy", count=300, timeout=30)
        self.world.behave("healthy", t299="down")
        self.world.wait_starts(1, "cloudflared_299.service")
        self.assertEqual(len(self.world.matching("status: down")), 1)
        lists = nginx.requests(r"cfd_tunnel\?")
        self.assertEqual({request[1:3] for request in lists}, {("HTTP/2.0", "200")})
        self.assertGreater(min(float(request[3]) for request in lists), 4, "how much smaller")
        self.assertEqual(len(nginx.connections()), 1)
        self.assertEqual(self.world.starts("cloudflared_1.service"), [])

    def test_pages_go_over_one_connection_and_are_compressed(self):
        world = self.world
        tunnels = [World.tunnel(number) for number in range(1, 41)]
        nginx = self.start(tunnels, more="gzip on; gzip_types application/json; gzip_proxied any;",
                           check_interval=5)
        world.behave("healthy", lists={ACCOUNT: {"per_page": 10}})
        wait_until(lambda: len(nginx.requests("page=4$")) >= 2, "two listings", timeout=30)
        self.assertEqual(len(nginx.connections()), 1)
        self.assertEqual(self.world.matching("unknown"), [])
        for page in (2, 3, 4):
            pages = len(nginx.requests(f"page={page}$"))
            self.assertLessEqual(abs(pages - len(nginx.requests("page=4$"))), 1)


class BadServer(SystemTest):
    """Rows: what the server does (see http2_server.py), the status, requests and connections."""

    def check(self, mode, status, requests, connections):
        world = self.world
        world.start_api()  # for its certificate
        server = world.child("http2_server", [
            PYTHON, "-B", os.path.join(HERE, "http2_server.py"), world.path("api/server.pem"),
            world.path("api/server.key"), GATEWAY[4], tunnel_id(1), mode], world.network.gateway)
        port = wait_until(lambda: re.search(r"listening (\d+)", server.output()), "it listens")[1]
        world.write_config(tunnels=[World.alone(1)], api_timeout=1,
                           api_base_url=f"https://{GATEWAY[4]}:{port}/client/v4")
        world.start_both()
        world.wait_audit("Tunnel .* status:")
        end = time.monotonic() + WINDOW
        wait_until(lambda: time.monotonic() > end, "the window ends")
        self.assertEqual([line.split("status: ")[1] for line in world.matching("status:")], [status])
        for what, (least, most) in (("request", requests), ("connection", connections)):
            count = server.output().splitlines().count(what)
            self.assertTrue(least <= count <= most, f"{count} times {what}")
        self.assert_no_start()

    def test_goaway_after_each_answer_costs_none(self):
        self.check("goaway", "healthy", (3, 6), (3, 6))

    # What backs off asks three times at most: at once, after 1 s, after 2 s more, less jitter.
    def test_goaway_before_any_answer_is_interrupted(self):
        self.check("goaway_first", "unknown (interrupted)", (2, 3), (2, 3))

    def test_a_stream_that_is_reset_is_interrupted(self):
        self.check("reset", "unknown (interrupted)", (2, 3), (1, 3))

    def test_a_frame_that_makes_no_sense_ends_nothing_well(self):
        self.check("nonsense", "unknown (timeout)", (2, 3), (2, 3))

    def test_a_head_without_an_end_is_interrupted(self):
        self.check("endless", "unknown (interrupted)", (2, 3), (2, 3))

    # It is asked again once, and not a second time over the connection that libcurl opens for that:
    # it would ask five times if it were let.
    def test_a_stream_that_is_refused_is_interrupted(self):
        self.check("refused", "unknown (interrupted)", (4, 6), (4, 9))
