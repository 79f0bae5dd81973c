"""Who is connected, as the prober finds it out and says it; this test is the supervisor."""
import subprocess

import wire
from case import SystemTest
from connectors import (AGAIN, BACKUP, CRASHED, NOBODYS, OTHERS, OURS, RETURNED, connector)
from wire import AWAY, FAILBACK_STARTED, NOT_STARTED, RETURNED as HAS_RETURNED, SUCCEEDED, UNCERTAIN
from world import World, binary, tunnel_id, wait_until

ID = tunnel_id(1)


class Connectors(SystemTest):
    def begin(self, connections, **settings):
        """API, prober, and a supervisor that has not started the backup yet."""
        world = self.world
        world.behave("healthy", connections={1: connections})
        world.start_api()
        world.write_config(tunnels=[World.tunnel(1, failback_service="failback@cloudflared_1",
                                                 **settings)])
        self.supervisor = world.fake_supervisor()
        self.supervisor.say(ID, NOT_STARTED)
        world.start_prober()
        wait_until(lambda: self.supervisor.primaries(ID), "the first report")
        return world

    def list(self, *connectors):
        self.world.behave("healthy", connections={1: list(connectors)})

    def log_lines(self, text):
        return [line for line in self.world.prober.output().splitlines() if text in line]

    def test_the_primary_is_looked_for_from_the_start_of_the_backup_to_its_failback(self):
        world = self.begin([CRASHED])
        local = world.cloudflared("cloudflared", OURS)
        world.wait_requests(3)
        self.assertEqual((world.lookups(1), local.output().count("GET")), ([], 0))
        self.supervisor.say(ID, SUCCEEDED, 1000)
        wait_until(lambda: world.lookups(1), "the first look-up")
        self.list(CRASHED, BACKUP)
        self.supervisor.wait_primary(ID, AWAY)
        self.list(CRASHED, BACKUP, RETURNED)
        self.supervisor.wait_primary(ID, HAS_RETURNED)
        self.supervisor.say(ID, SUCCEEDED, 60000, FAILBACK_STARTED)
        self.supervisor.wait_primary(ID, UNCERTAIN)
        times = [time for time, _ in world.lookups(1)]
        world.wait_requests(7)
        self.assertEqual(len(world.lookups(1)), len(times), "nobody wants to know any more")
        gaps = [later - earlier for earlier, later in zip(times, times[1:])]
        self.assertGreaterEqual(min(gaps), 4.5, "every 5 s, with check_interval 1 s")
        self.assertLess(local.output().count("GET /ready None"), len(times) + 2)
        self.assertEqual(local.output().count("GET"), local.output().count("GET /ready None"),
                         "no token for it")
        for found in ("away", "returned"):
            self.assertEqual(len(self.log_lines(f"Tunnel {ID} primary: {found}")), 1)

    def test_squatted_ports_are_believed_nothing_and_hide_nothing(self):
        world = self.begin([CRASHED, BACKUP])
        squatters = [NOBODYS, {"http": 200, "body": "x", "endless": True},
                     {"http": 200, "body": "{}", "delay": 30}, {"http": 503, "body": "<html>"}]
        for number, told in enumerate(squatters):
            world.cloudflared(f"squatter_{number}", told, port=20241 + number)
        self.supervisor.say(ID, SUCCEEDED, 1000)
        wait_until(lambda: self.log_lines("no cloudflared of this host is connected to it"),
                   "a stranger's id is not believed")
        world.cloudflared("cloudflared", OURS, port=20245)
        self.supervisor.wait_primary(ID, AWAY)
        self.list(CRASHED, BACKUP, RETURNED)
        self.supervisor.wait_primary(ID, HAS_RETURNED)
        # Whoever knows an old id of ours can only hide a return.
        world.cloudflared("squatter_0", AGAIN)
        self.supervisor.wait_primary(ID, AWAY)
        wait_until(lambda: "hung up" in world.child_named("squatter_1").output(),
                   "a body without end is not read to its end")

    def test_without_certainty_nothing_is_said_and_the_log_has_the_reason_once(self):
        world = self.begin([CRASHED, BACKUP, RETURNED], local_metrics="127.0.0.2:9")
        self.supervisor.say(ID, SUCCEEDED, 1000)
        wait_until(lambda: self.log_lines("no cloudflared answers on this host (127.0.0.2:9)"),
                   "nobody is there")
        world.cloudflared("cloudflared", OURS, port=9, address="127.0.0.2")
        self.supervisor.wait_primary(ID, HAS_RETURNED)
        without_time = connector(AGAIN, 400)
        without_time["conns"][0]["opened_at"] = "0001-01-01T00:00:00Z"
        for answer, reason in (({"http": 500, "body": ""}, "server_error"),
                               ([CRASHED, BACKUP, RETURNED, without_time], "malformed")):
            world.behave("healthy", connections={1: answer})
            self.supervisor.wait_primary(ID, UNCERTAIN)
            wait_until(lambda: self.log_lines(f"no list of its connectors ({reason})"), reason)
            self.list(CRASHED, BACKUP, RETURNED)
            self.supervisor.wait_primary(ID, HAS_RETURNED, timeout=30)
        for text in ("no cloudflared answers", "server_error", "malformed"):
            self.assertEqual(len(self.log_lines(text)), 1, text)

    def test_a_prober_that_is_started_again_invents_no_return(self):
        world = self.begin([CRASHED, BACKUP])
        world.cloudflared("cloudflared", OURS)
        self.supervisor.say(ID, SUCCEEDED, 1000)
        self.supervisor.wait_primary(ID, AWAY)
        world.prober.kill()
        # Ours has opened all of its connections anew, the last trace of its start is gone.
        self.list(CRASHED, connector(AGAIN, 150), connector(OURS, 201, 202, 203, 204))
        seen = len(self.supervisor.primaries(ID))
        world.start_prober()
        self.supervisor.wait_primary(ID, AWAY)
        self.assertNotIn(HAS_RETURNED, self.supervisor.primaries(ID)[seen:])
        self.list(CRASHED, connector(AGAIN, 150, 300), connector(OURS, 201, 202, 203, 204))
        self.supervisor.wait_primary(ID, HAS_RETURNED)

    def test_a_backup_on_another_host_counts_like_the_primary_if_it_came_later(self):
        world = self.begin([CRASHED, connector(OTHERS, 90, 91), BACKUP])
        world.cloudflared("cloudflared", OURS)
        self.supervisor.say(ID, SUCCEEDED, 1000)
        self.supervisor.wait_primary(ID, AWAY)
        self.list(CRASHED, BACKUP, connector(OTHERS, 110, 111))
        self.supervisor.wait_primary(ID, HAS_RETURNED)

    def test_a_reload_goes_on_where_it_was(self):
        world = self.begin([CRASHED, BACKUP, RETURNED])
        world.cloudflared("cloudflared", OURS)
        self.supervisor.say(ID, SUCCEEDED, 1000)
        self.supervisor.wait_primary(ID, HAS_RETURNED)
        world.write_config(tunnels=[World.tunnel(1)])
        world.prober.send_signal(1)
        self.supervisor.wait_primary(ID, UNCERTAIN)
        asked = len(world.lookups(1))
        world.wait_requests(6)
        self.assertEqual(len(world.lookups(1)), asked)
        world.write_config(tunnels=[World.tunnel(1, failback_service="failback@cloudflared_1")])
        world.prober.send_signal(1)
        self.supervisor.wait_primary(ID, HAS_RETURNED)

    def test_a_failback_that_is_the_backup_itself_is_refused(self):
        world = self.world
        world.write_config(tunnels=[World.tunnel(1, failback_service="cloudflared_1.service")])
        done = subprocess.run([binary("prober"), "--config", world.config_file, "--user", "nobody",
                               "--check-config"], capture_output=True, text=True, timeout=30,
                              check=False, env={"ASAN_OPTIONS": "detect_leaks=0"})
        self.assertEqual(done.returncode, 78, done.stderr)
        self.assertIn("tunnels[0].failback_service: is the same unit as service", done.stderr)


class Wire(SystemTest):
    def test_what_is_encoded_here_is_what_is_decoded_here(self):
        report = wire.report(7, 1, [wire.tunnel(ID, 3, wire.HEALTHY, primary=HAS_RETURNED)])
        self.assertEqual(wire.health_report(report)["tunnels"][ID]["primary"], HAS_RETURNED)
        answer = wire.acknowledgement(wire.answer(7, [wire.verdict(ID, SUCCEEDED, 1500, FAILBACK_STARTED)]))
        self.assertEqual(answer["tunnels"][ID]["age_ms"], 1500)
        self.assertEqual(answer["tunnels"][ID]["failback"], FAILBACK_STARTED)
