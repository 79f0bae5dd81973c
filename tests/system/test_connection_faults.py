"""No trusted connection to the API: the right reason, a bounded number of attempts, no token sent,
and nothing started. Each row is a world of its own, with a tunnel alone and two of one account.

Attempts are counted by the kernel of the prober's namespace, in which nobody else opens any.
"""
import os
import time

from case import SystemTest
from network import BLACKHOLE, GATEWAY, OTHER
from world import HERE, PYTHON, World, wait_until

WINDOW = 4  # seconds from the first answer; check_interval is 1 s


class ConnectionFaults(SystemTest):
    ACCOUNTS = {1: "1" * 32, 2: "2" * 32, 3: "2" * 32}  # of each tunnel
    seen = 0  # audit lines of before
    lookups = 0  # attempts of questions for connectors, within the window

    def check(self, reason, least=4, most=6, api_url=None, api_timeout=10):
        """Two questions each back off: at once, after 1 s, after 2 s more, less jitter, after 4 s."""
        world = self.world
        self.go_on(api_base_url=api_url or world.api_url(), api_timeout=api_timeout)
        world.wait_audit(rf"status: unknown \(({reason})\)", timeout=20, after=self.seen)
        end = time.monotonic() + WINDOW
        world.wait_audit(rf"status: unknown \(({reason})\)", count=3, after=self.seen)
        self.wait_without_list(reason)
        wait_until(lambda: time.monotonic() > end, "the window ends")
        attempts = self.attempts()
        self.assertTrue(least <= attempts <= most + self.lookups, f"{attempts} attempts")
        said = len(world.matching("status:", self.seen))
        self.assertTrue(said == 3 or "|" in reason, f"said {said} times")
        self.assertEqual(world.matching("status: (?!unknown)", self.seen), [])
        self.assertEqual(world.api_requests(), [], "no token was sent")
        self.assert_no_start()

    def go_on(self, **settings):
        tunnels = [World.tunnel(number, account_id=account, budget_group=account)
                   for number, account in self.ACCOUNTS.items()]
        self.world.write_config(tunnels=tunnels, **settings)
        self.world.start_both()

    def wait_without_list(self, reason):
        """No backup runs: nobody asks who is connected."""

    def attempts(self):
        """TCP connections that the prober has tried to open."""
        with open(f"/proc/{self.world.prober.pid}/net/snmp", encoding="ascii") as file:
            header, values = [line.split() for line in file if line.startswith("Tcp:")]
        return int(values[header.index("ActiveOpens")])

    def start_api(self, *more, greeting=None, **options):
        self.behave("down", greeting=greeting)
        self.world.start_api(*more, **options)

    def behave(self, status, **more):
        self.world.behave(status, **more)

    def test_another_authoritys_certificate_is_tls(self):
        self.start_api()
        self.world.api.stop()
        self.start_api()  # the authority is a new one
        self.check("tls")

    def test_an_expired_certificate_is_tls(self):
        self.start_api("--first-day=-3")
        self.check("tls")

    def test_a_certificate_of_tomorrow_is_tls(self):
        """As a host sees each one whose clock was not set yet."""
        self.start_api("--first-day=1")
        self.check("tls")

    def test_a_certificate_for_another_address_is_tls(self):
        self.start_api(address="0.0.0.0")
        self.check("tls")

    def test_a_certificate_for_another_name_is_tls(self):
        world = self.world
        world.network.name_host("other.test", GATEWAY[4])
        self.start_api(names=["api.test"])
        self.check("tls", api_url=world.api_url("other.test"))

    def test_tls_1_1_is_tls(self):
        self.start_api("--old-tls")
        self.check("tls")

    def test_http_without_tls_is_tls(self):
        self.start_api(greeting="plain")
        self.check("tls")

    def test_a_connection_that_is_closed_at_once_is_tls(self):
        self.start_api(greeting="hang_up")
        self.check("tls")

    def test_a_connection_that_is_reset_at_once_is_connect_or_tls(self):
        self.start_api(greeting="reset")
        self.check("connect|tls")  # as the reset comes before or after the first bytes

    def test_a_peer_that_accepts_and_says_nothing_is_a_timeout(self):
        self.start_api(greeting="silence")
        self.check("timeout", least=2, api_timeout=1)

    def test_a_closed_port_is_connect(self):
        self.start_api()
        self.world.api.stop()
        self.check("connect")

    def test_a_black_hole_is_connect(self):
        self.start_api()
        # Half of api_timeout is for connecting.
        self.check("connect", api_url=self.world.api_url(BLACKHOLE), api_timeout=1)

    def test_no_route_is_connect(self):
        self.start_api()
        self.world.network.forbid(OTHER[4])
        self.check("connect", api_url=self.world.api_url(OTHER[4]), least=0)  # not even an attempt

    def test_a_black_hole_that_opens_is_noticed(self):
        world = self.world
        world.network.name_host("api.test", BLACKHOLE)
        world.behave("healthy")
        world.start_api(address="0.0.0.0", names=["api.test"])
        self.check("connect", api_url=world.api_url("api.test"), api_timeout=1)
        world.network.open_black_hole()
        world.wait_audit("status: healthy", count=3, timeout=20, after=self.seen)
        self.assert_no_start()


class NameFaults(SystemTest):
    """A name server that says no: how often it is asked, too."""
    seen = 0
    lookups = 0  # the part of the questions that is for connectors

    def check(self, mode, most):
        world = self.world
        world.behave("down")
        world.start_api(names=["api.test"])
        server = world.child("name_server", [PYTHON, "-B", os.path.join(HERE, "name_server.py"),
                                             GATEWAY[4], mode], world.network.gateway)
        wait_until(lambda: "listening" in server.output(), "the name server listens")
        world.network.use_name_server(GATEWAY[4])
        self.go_on(api_timeout=10, api_base_url=world.api_url("api.test"))
        world.wait_audit(r"status: unknown \(dns\)", after=self.seen)
        end = time.monotonic() + WINDOW
        self.wait_without_list("dns")
        wait_until(lambda: time.monotonic() > end, "the window ends")
        queries = server.output().count("query")
        self.assertTrue(2 <= queries <= most * (1 + self.lookups), f"{queries} queries")
        self.assertEqual(len(world.matching("status:", self.seen)), 1, "said once")
        self.assertEqual(world.api_requests(), [])
        self.assert_no_start()

    def go_on(self, **settings):
        self.world.write_config(tunnels=[World.alone(1)], **settings)
        self.world.start_both()

    def wait_without_list(self, reason):
        """No backup runs: nobody asks who is connected."""

    # Three questions at most, each for an A and an AAAA record.
    def test_a_name_that_does_not_exist_is_dns(self):
        self.check("nxdomain", most=6)

    def test_a_name_server_that_has_failed_is_dns(self):
        self.check("servfail", most=12)  # the resolver asks twice

    def test_a_name_server_that_talks_nonsense_is_dns(self):
        self.check("nonsense", most=12)
