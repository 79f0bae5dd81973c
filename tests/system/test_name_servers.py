"""Name servers that drop everything: the prober's loop goes on, and its end is prompt."""
import re

from case import SystemTest
from network import BLACKHOLE
from world import wait_until


class NameServers(SystemTest):
    def test_that_drop_everything_neither_block_the_loop_nor_the_end(self):
        world = self.world
        world.behave("down")
        world.network.use_name_server(BLACKHOLE)
        world.start_api(names=["api.test"])
        world.write_config(tunnels=3, api_base_url=world.api_url("api.test"), api_timeout=2)
        world.start_both()
        world.wait_audit(r"status: unknown \((dns|timeout)\)", count=3)
        # A gateway outage is noticed meanwhile: the loop turns.
        world.network.answer_echo(False)
        world.wait_audit("unreachable", timeout=8)
        world.network.answer_echo(True)
        world.wait_audit("Gateway .* reachable", timeout=8)
        status, seconds = world.prober.stop()
        self.assertEqual(status, 0)
        self.assertLess(seconds, 1.0, "SIGTERM to the end, while names are being looked up")
        longest = wait_until(lambda: re.search(r"Longest loop turn: (\d+) ms\.",
                                               world.prober.output()),
                             "the prober's last words")
        self.assertLessEqual(int(longest.group(1)), 50)
        self.assertEqual(world.api_requests(), [])
        self.assert_no_start()

    def test_that_refuse_at_once_are_dns_failures(self):
        world = self.world
        world.behave("down")
        world.network.use_name_server("10.77.0.1")  # nothing listens there on port 53
        world.start_api(names=["api.test"])
        world.write_config(api_base_url=world.api_url("api.test"))
        world.start_both()
        world.wait_audit(r"status: unknown \(dns\)")
        self.assert_no_start()
