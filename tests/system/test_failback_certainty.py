"""No failback without certainty, and none twice: what may look like a return and is none, what a
restart forgets and what it does not, and that the reason is said.
"""
import re
import time

from case import SystemTest
from connectors import AGAIN, BACKUP, CRASHED, OTHERS, OURS, PRIMARY, RETURNED, connector
from fault_answers import text_of
from world import World, tunnel_id, wait_until

ID = tunnel_id(1)
BACKUP_UNIT, FAILBACK_UNIT = "cloudflared_1.service", "failback@cloudflared_1.service"


class Certainty(SystemTest):
    def fail_over(self, failback_after=1, others=(), **settings):
        """Tunnel 1 was down until its backup was started, and is healthy by it; `others` are too."""
        world = self.world
        world.cloudflared("cloudflared", OURS)
        world.behave("down", connections={1: [CRASHED, BACKUP]})
        world.start_api()
        world.write_config(tunnels=[World.tunnel(1, failback_service="failback@cloudflared_1",
                                                 failure_threshold=1), *others],
                           failback_after=failback_after, cooldown=3600, **settings)
        world.start_both()
        world.wait_starts(1 + len(others))
        self.list(CRASHED, BACKUP)
        self.wait_finding("away")
        return world

    def list(self, *connectors):
        self.world.behave("healthy", connections={1: list(connectors)})

    def findings(self):
        return re.findall(rf"Tunnel {ID} primary: (.*)", self.world.prober.output())

    def wait_finding(self, pattern, timeout=20):
        wait_until(lambda: re.match(pattern, (self.findings() or [""])[-1]), pattern, timeout)

    def wait_lookups(self, more):
        target = len(self.world.lookups(1)) + more
        wait_until(lambda: len(self.world.lookups(1)) >= target, f"{more} look-ups", timeout=30)

    def assert_stays(self, finding="away"):
        """So it is said, and for the next three look-ups too, and nothing is started."""
        self.wait_lookups(3)
        self.assertEqual(self.findings()[-1], finding)
        self.assertNotIn("returned", self.findings())
        self.assertEqual(self.world.starts(FAILBACK_UNIT), [])

    def test_connections_in_the_tunnel_object_are_believed_nothing(self):
        world = self.fail_over(others=[World.alone(2, failure_threshold=1)])
        returned = [{**conn, "client_id": AGAIN} for conn in RETURNED["conns"]]
        answer = {"body": text_of("single", [ID], status="healthy", connections=returned)}
        world.behave("healthy", by_id={ID: answer}, connections={1: [CRASHED, BACKUP]})
        self.assert_stays()
        self.assertEqual(world.lookups(2), [], "a tunnel without a failback_service is not looked up")

    def test_a_restart_of_our_own_connector_is_no_return(self):
        world = self.fail_over()
        world.cloudflared("cloudflared", OTHERS)  # a new process has a new id
        self.list(CRASHED, BACKUP, connector(OTHERS, 201, 202, 203, 204))
        self.assert_stays()
        # It crashed once more before anybody saw it.
        world.cloudflared("cloudflared", AGAIN)
        self.list(CRASHED, BACKUP, connector(OTHERS, 201, 202), connector(PRIMARY[:-1] + "9", 211),
                  connector(AGAIN, 221, 222))
        self.assert_stays()
        self.list(CRASHED, BACKUP, connector(AGAIN, 221, 222), connector(PRIMARY[:-1] + "8", 300))
        world.wait_starts(1, FAILBACK_UNIT, timeout=40)

    def test_a_restart_of_the_supervisor_counts_from_there_and_fails_back_once(self):
        world = self.fail_over(failback_after=8)
        self.list(CRASHED, BACKUP, RETURNED)
        self.wait_finding("returned")
        world.wait_requests(4)
        world.supervisor.stop()
        restarted = time.time()
        world.start_supervisor()
        self.assertEqual(world.starts(FAILBACK_UNIT), [])
        started = world.wait_starts(1, FAILBACK_UNIT, timeout=60)[0][0]
        self.assertGreaterEqual(started - restarted, 8)
        world.wait_audit("failback@cloudflared_1 started: systemctl exit status 0")
        world.supervisor.stop()
        world.start_supervisor()
        world.wait_requests(12)
        self.assertEqual(len(world.starts(FAILBACK_UNIT)), 1, "once per failover")
        self.assertEqual(len(world.starts(BACKUP_UNIT)), 1)

    def test_a_silent_gateway_interrupts_the_return(self):
        world = self.fail_over(failback_after=10)
        self.list(CRASHED, BACKUP, RETURNED)
        self.wait_finding("returned")
        world.network.answer_echo(False)
        world.wait_audit("Gateway .* unreachable")
        world.network.answer_echo(True)
        again = time.time()
        world.wait_audit("Gateway .* reachable")
        started = world.wait_starts(1, FAILBACK_UNIT, timeout=60)[0][0]
        self.assertGreaterEqual(started - again, 10)

    def test_without_ours_in_the_list_or_on_this_host_there_is_none_and_that_is_said(self):
        world = self.fail_over()
        self.list(CRASHED, RETURNED)  # it has ended, and its port still answers
        self.wait_finding(r"uncertain: no cloudflared of this host is connected to it .* No failback")
        world.child_named("cloudflared").stop()
        self.list(CRASHED, BACKUP, RETURNED)  # Cloudflare goes on listing it
        self.wait_finding(r"uncertain: no cloudflared answers on this host .* No failback meanwhile\.$")
        self.wait_lookups(3)
        self.assertEqual(world.starts(FAILBACK_UNIT), [])
        self.assertEqual(len(self.findings()), 3, "each once")
