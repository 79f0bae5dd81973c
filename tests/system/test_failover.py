"""The whole way of a fact: API answer to `systemctl start` and the audit line."""

import time

from case import SystemTest
from world import World, tunnel_id, wait_until

UNIT = "cloudflared_1.service"
ID = tunnel_id(1)


class Failover(SystemTest):
    def test_a_tunnel_that_goes_down_starts_its_unit_once_and_again_after_the_cooldown(self):
        world = self.start_world(cooldown=2)
        world.wait_audit(f"Tunnel {ID} status: healthy$")
        world.wait_requests(2)
        self.assert_no_start()

        world.behave("down")
        first = world.wait_starts(1)[0]
        self.assertEqual(first[1], UNIT)
        world.wait_audit(f"^\\[INFO\\] Tunnel {ID} status: down$")
        world.wait_audit(f"^\\[ERROR\\] Tunnel {ID} is down. Starting local service cloudflared_1$")
        world.wait_audit(
            r"^\[INFO\] Local service cloudflared_1 started: systemctl exit status 0 after \d+(\.\d+)? s$")
        second = world.wait_starts(2)[1]
        self.assertGreaterEqual(second[0] - first[0], 1.95, "the cooldown")
        self.assertLess(second[0] - first[0], 4.5, "still down: again right after the cooldown")

        world.behave("healthy")
        world.wait_audit(f"Tunnel {ID} status: healthy$", count=2)
        starts = len(world.starts())
        world.wait_requests(4)
        self.assertEqual(len(world.starts()), starts,
                         "healthy starts nothing, the cooldown long over")
        self.assertEqual(len(world.matching("is down. Starting")), starts, "one line a start")

    def test_a_failover_takes_no_longer_than_promised(self):
        world = self.start_world(check_interval=2, confirm_interval=0.2)
        world.wait_audit("status: healthy")
        world.wait_requests(1)
        world.behave("down")
        asked = len(world.api_requests())
        start = world.wait_starts(1)[0][0]
        noticed = world.api_requests()[asked][0]
        # Of check_interval + (failure_threshold - 1) x confirm_interval, the part after the first
        # answer that says down; the rest is for a loaded machine.
        self.assertGreaterEqual(start - noticed, 0.2)
        self.assertLess(start - noticed, 0.2 + 1.0)

    def test_two_tunnels_that_name_one_unit_start_it_once_a_cooldown(self):
        tunnels = [World.tunnel(1, service="backup"), World.tunnel(2, service="backup.service")]
        world = self.start_world(tunnels=tunnels, default="down", cooldown=3)
        starts = world.wait_starts(2)
        self.assertEqual({unit for _, unit in starts}, {"backup.service"})
        self.assertGreaterEqual(starts[1][0] - starts[0][0], 2.95)
        # Both were confirmed failures well before the second start: the unit's cooldown held both.
        before = [time for time, _ in world.api_requests(2) if time < starts[1][0] - 0.5]
        self.assertGreaterEqual(len(before), 2)

    def test_whatever_is_not_healthy_starts_the_unit_unless_failover_on_says_otherwise(self):
        tunnels = [World.tunnel(1), World.tunnel(2), World.tunnel(3),
                   World.tunnel(4, failover_on=["down"]), World.tunnel(5, failover_on=["down"])]
        self.world.behave(t1="down", t2="degraded", t3="inactive", t4="degraded", t5="inactive")
        world = self.start_world_as_told(tunnels, cooldown=60)
        world.wait_starts(3)
        world.wait_requests(3, tunnel=4)
        world.wait_requests(3, tunnel=5)
        units = sorted(unit for _, unit in world.starts())
        self.assertEqual(units, [f"cloudflared_{i}.service" for i in (1, 2, 3)])
        self.assertTrue(
            world.matching(f"Tunnel {tunnel_id(2)} is degraded. Starting local service"))
        self.assertTrue(
            world.matching(f"Tunnel {tunnel_id(3)} is inactive. Starting local service"))

    def start_world_as_told(self, tunnels, **settings):
        world = self.world
        world.start_api()
        world.write_config(tunnels=tunnels, **settings)
        world.start_both()
        return world

    def test_as_many_failing_answers_as_the_threshold_says_come_before_the_start(self):
        tunnels = [World.tunnel(1, failure_threshold=1), World.tunnel(2, failure_threshold=5)]
        world = self.start_world(tunnels=tunnels, default="down", cooldown=60)
        world.wait_starts(2)
        for index, threshold in ((1, 1), (2, 5)):
            start = world.starts(f"cloudflared_{index}.service")[0][0]
            asked = [time for time, _ in world.api_requests(index) if time < start]
            self.assertGreaterEqual(len(asked), threshold, f"tunnel {index}")
            # One more may be on its way when the start happens.
            self.assertLessEqual(len(asked), threshold + 1, f"tunnel {index}")

    def test_unknown_between_two_failures_neither_counts_nor_resets(self):
        world = self.start_world(failure_threshold=3, cooldown=60, confirm_interval=1)
        world.wait_audit("status: healthy")
        world.behave("down")
        world.wait_audit("status: down")
        world.behave({"http": 500, "body": "{}"})
        world.wait_audit(r"status: unknown \(server_error\)")
        world.wait_requests(2)  # each fault in a row is followed by a longer wait
        self.assert_no_start()
        downs_before = len([1 for _, status in world.api_requests() if status == 200])
        world.behave("down")
        world.wait_starts(1)
        self.assertLess(downs_before, 6)
        self.assertEqual(len(world.starts()), 1)

    def test_healthy_resets_the_failure_count(self):
        world = self.start_world(failure_threshold=40, cooldown=60)
        world.wait_audit("status: healthy")
        for round_number in (1, 2):
            world.behave("down")
            world.wait_requests(25)
            world.behave("healthy")
            world.wait_audit("status: healthy", count=round_number + 1)
        self.assert_no_start()

    def test_unknown_starts_the_unit_only_where_unknown_is_down_after_says_so(self):
        world = self.start_world(default={"http": 500, "body": "{}"}, unknown_is_down_after=2,
                                 cooldown=60)
        world.wait_audit("^\\[WARNING\\] Tunnel .* status: unknown")
        first_asked = world.api_requests()[0][0]
        start = world.wait_starts(1)[0]
        self.assertGreaterEqual(start[0] - first_asked, 1.95)
        world.wait_audit(
            f"^\\[ERROR\\] Tunnel {ID} is .*unknown.*\\. Starting local service cloudflared_1$")

    def test_a_gateway_outage_interrupts_the_time_of_unknown(self):
        world = self.start_world(default={"http": 500, "body": "{}"}, unknown_is_down_after=4,
                                 cooldown=60)
        world.wait_audit("status: unknown")
        world.network.link("down")
        world.wait_audit("unreachable")
        back = len(world.api_requests())
        last = world.api_requests()[-1][0]
        wait_until(lambda: time.time() - last > 5, "longer than unknown_is_down_after")
        world.network.link("up")
        world.wait_audit("Gateway 10.77.0.1 reachable")
        wait_until(lambda: len(world.api_requests()) > back + 1, "the API is asked again")
        self.assert_no_start()
        returned = world.api_requests()[back][0]
        self.assertGreaterEqual(world.wait_starts(1)[0][0] - returned, 3.9, "counted anew")

    def test_the_hourly_limit_holds_where_the_cooldown_would_not(self):
        world = self.start_world(default="down", cooldown=1, max_starts_per_hour=2)
        world.wait_starts(2)
        world.wait_requests(6)  # several cooldowns
        self.assertEqual(len(world.starts()), 2)

    def test_dry_run_says_what_it_would_start_and_starts_nothing(self):
        world = self.world
        world.behave("down")
        world.start_api()
        world.write_config(cooldown=2)
        world.start_supervisor("--dry-run")
        world.start_prober()
        line = f"^\\[ERROR\\] Tunnel {ID} is down. Would start local service cloudflared_1$"
        world.wait_audit(line, count=2)  # the cooldown is kept as well
        self.assert_no_start()

    def test_every_check_has_a_line_if_log_every_check_says_so(self):
        world = self.start_world(log_every_check=True)
        world.wait_audit(f"Tunnel {ID} status: healthy", count=3)

    def test_a_status_that_does_not_change_has_one_line(self):
        world = self.start_world()
        world.wait_audit("status: healthy")
        world.wait_requests(4)
        self.assertEqual(len(world.matching("status: healthy")), 1)

    def test_the_log_begins_in_the_words_of_the_script_and_names_the_tunnel_by_its_label(self):
        world = self.start_world(tunnels=[World.tunnel(1, name="집 (home)"), World.tunnel(2)])
        world.wait_audit("status: healthy", count=2)
        world.prober.stop()
        world.supervisor.stop()
        lines = world.audit_lines()
        self.assertEqual(lines[:4], ["[INFO] Cloudflare Tunnel Monitor started.",
                                     "[INFO] Gateway IP: 10.77.0.1",
                                     "[INFO] Monitoring 2 tunnel(s)",
                                     "[INFO] Check interval: 1 seconds"])
        self.assertIn(f"[INFO] Tunnel {ID} (집 (home)) status: healthy", lines)
        self.assertEqual(lines[-1], "[INFO] Cloudflare Tunnel Monitor stopped.")


