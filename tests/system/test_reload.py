"""SIGHUP: a good file comes into force and keeps what is still there; a bad one changes nothing."""
import signal

from case import SystemTest
from world import World, tunnel_id, wait_until


class Reload(SystemTest):
    def reload(self, *children):
        for child in children or (self.world.supervisor, self.world.prober):
            child.send_signal(signal.SIGHUP)

    def test_a_good_file_comes_into_force_in_both_daemons(self):
        world = self.start_world()
        world.wait_audit(f"Tunnel {tunnel_id(1)} status: healthy")
        world.write_config(tunnels=[World.tunnel(1), World.tunnel(2, name="second")])
        self.reload()
        world.wait_audit(r"^\[INFO\] Configuration reloaded")
        world.wait_audit(rf"Tunnel {tunnel_id(2)} \(second\) status: healthy")
        world.behave("healthy", t2="down")
        world.wait_starts(1, "cloudflared_2.service")
        self.assertEqual(len(world.matching(f"Tunnel {tunnel_id(1)} status")), 1,
                         "still known, still healthy")

    def test_a_tunnel_that_was_taken_out_starts_nothing_any_more(self):
        world = self.start_world(tunnels=2)
        world.wait_audit("status: healthy", count=2)
        world.write_config(tunnels=[World.tunnel(1)])
        # The supervisor alone: the prober still reports the tunnel that is no longer configured.
        self.reload(world.supervisor)
        world.wait_audit("Configuration reloaded")
        world.behave("healthy", t2="down")
        world.wait_requests(4, tunnel=2)
        self.assert_no_start()
        self.reload(world.prober)
        wait_until(lambda: "eloaded" in world.prober.output(), "the prober has reloaded")
        world.behave("down")
        world.wait_starts(1, "cloudflared_1.service")
        self.assertEqual(world.starts("cloudflared_2.service"), [])

    def test_a_bad_file_keeps_the_old_configuration_and_says_so(self):
        world = self.start_world()
        world.wait_audit("status: healthy")
        world.write_config(check_interval="often")
        self.reload()
        world.wait_audit(r"^\[ERROR\] Configuration not reloaded, the old one stays.*: .*"
                         r"tunnels\.json: not one JSON object of the known fields; "
                         r"see: failover-prober --check-config")
        wait_until(lambda: "check_interval: is a string, must be a number" in world.prober.output(),
                   "the prober says so as well")
        world.behave("down")
        world.wait_starts(1)

    def test_a_file_that_others_may_change_is_not_taken(self):
        world = self.start_world()
        world.wait_audit("status: healthy")
        world.write_config(tunnels=[World.tunnel(1, service="another")], mode=0o660)
        self.reload(world.supervisor)
        world.wait_audit(
            r"^\[ERROR\] Configuration not reloaded, .*others than root may write it")
        world.behave("down")
        self.assertEqual(world.wait_starts(1)[0][1], "cloudflared_1.service")

    def test_the_cooldown_and_the_failure_count_outlive_a_reload(self):
        world = self.start_world(default="down", cooldown=60)
        world.wait_starts(1)
        world.write_config(tunnels=[World.tunnel(1, name="renamed")], cooldown=60)
        self.reload()
        world.wait_audit("Configuration reloaded")
        wait_until(lambda: "eloaded" in world.prober.output(), "the prober has reloaded")
        world.wait_requests(5)
        self.assertEqual(len(world.starts()), 1)

    def test_a_new_gateway_is_the_one_that_is_asked(self):
        world = self.start_world()
        world.wait_audit("status: healthy")
        world.write_config(gateway_ip="10.77.0.200")  # nobody is there
        self.reload()
        world.wait_audit(r"Gateway 10\.77\.0\.200 unreachable")
        world.write_config()
        self.reload()
        world.wait_audit(r"Gateway .* reachable")

    def test_a_start_that_waits_for_its_turn_is_withdrawn_with_its_tunnel(self):
        world = self.world
        world.systemctl_mode("sleep 3")
        world.behave("down")
        world.start_api()
        world.write_config(tunnels=17, cooldown=60)
        world.start_both()
        wait_until(lambda: len(world.starts()) == 16
                   and len(world.matching("Starting local service")) == 17,
                   "sixteen run, one waits", timeout=20)
        started = {unit for _, unit in world.starts()}
        waiting = [i for i in range(1, 18) if f"cloudflared_{i}.service" not in started][0]
        world.write_config(tunnels=[World.tunnel(i) for i in range(1, 18) if i != waiting],
                           cooldown=60)
        self.reload()
        world.wait_audit(f"Local service cloudflared_{waiting} not started: .*configuration")
        world.wait_audit("started: systemctl exit status 0", count=16)
        self.assertEqual(world.starts(f"cloudflared_{waiting}.service"), [])
