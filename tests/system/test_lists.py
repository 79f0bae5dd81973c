"""One question for all tunnels of an account, and the API budget around it."""
import subprocess

from case import SystemTest
from world import ACCOUNT, World, binary, tunnel_id, wait_until

OTHER = "0123456789abcdef0123456789abcdef"


class Lists(SystemTest):
    def test_three_tunnels_of_one_account_cost_one_request_a_round(self):
        world = self.start_world(tunnels=3)
        world.wait_audit("status: healthy", count=3)
        world.wait_requests(4)
        requests = world.api_requests()
        self.assertEqual(len(requests), len(world.list_requests()), "nothing but lists")
        seconds = requests[-1][0] - requests[0][0]
        self.assertLessEqual(len(requests) - 1, seconds / 1 + 1.2, "check_interval is 1 s")

    def test_two_accounts_cost_two_and_one_tunnel_alone_is_asked_singly(self):
        tunnels = [World.tunnel(1), World.tunnel(2), World.tunnel(3, account_id=OTHER)]
        world = self.start_world(tunnels=tunnels, default="healthy")
        world.wait_audit("status: healthy", count=3)
        world.wait_requests(3, tunnel=3)
        self.assertEqual(world.list_requests(OTHER), [])
        self.assertEqual(world.api_requests(1, singly=True), [])
        times = [time for time, _ in world.list_requests()]
        other = [time for time, _ in world.api_requests(3)]
        self.assertLessEqual(abs(len(times) - len(other)), 1)

    def test_a_suspect_is_confirmed_alone_and_many_by_the_list(self):
        world = self.start_world(tunnels=4, cooldown=60)
        world.wait_audit("status: healthy", count=4)
        world.behave("healthy", t1="down")
        world.wait_starts(1, "cloudflared_1.service")
        self.assertGreaterEqual(len(world.api_requests(1, singly=True)), 1)
        singly = len(world.api_requests()) - len(world.list_requests())
        world.behave("down")
        world.wait_starts(4)
        self.assertEqual(len(world.api_requests()) - len(world.list_requests()), singly)

    def test_a_missing_tunnel_is_asked_singly_once_and_the_reason_is_said(self):
        world = self.world
        deleted = {"http": 404, "body": '{"success":false,"errors":[{"code":1002,"message":"no"}]}'}
        world.behave("healthy", t2=deleted)
        world.start_api()
        world.write_config(tunnels=3)
        world.start_both()
        world.wait_audit(rf"Tunnel {tunnel_id(2)} status: unknown \(not_found\)")
        world.wait_requests(5)
        self.assertEqual(len(world.api_requests(2, singly=True)), 1)
        world.behave("healthy")
        world.wait_audit(f"Tunnel {tunnel_id(2)} status: healthy")
        self.assertEqual(len(world.api_requests(2, singly=True)), 1, "the list has it again")
        self.assert_no_start()

    def test_a_tunnel_that_the_list_forgets_is_watched_all_the_same(self):
        world = self.world
        world.behave("healthy", t2="down", lists={"default": {"omit": [tunnel_id(2)]}})
        world.start_api()
        world.write_config(tunnels=3, cooldown=60)
        world.start_both()
        world.wait_starts(1, "cloudflared_2.service")
        world.wait_requests(4)
        self.assertGreaterEqual(len(world.api_requests(2, singly=True)), 4)

    def test_pages_belong_together_and_the_rest_follows_the_first(self):
        world = self.world
        world.behave("healthy", lists={"default": {"per_page": 2}})
        world.start_api()
        world.write_config(tunnels=5)
        world.start_both()
        world.wait_audit("status: healthy", count=5)
        pages = [page for _, page in world.list_requests()[:3]]
        self.assertEqual((pages[0], sorted(pages[1:])), (1, [2, 3]))
        self.assertEqual(len(world.list_requests()), len(world.api_requests()))

    def test_a_list_that_changes_between_its_pages_makes_no_tunnel_gone(self):
        world = self.world
        omitted = {"per_page": 2, "omit": [tunnel_id(5)], "pages": {"2": {"total_count": 9}}}
        world.behave("healthy", lists={"default": omitted})
        world.start_api()
        world.write_config(tunnels=5)
        world.start_both()
        world.wait_audit("status: healthy", count=4)
        # One listing says nothing about it; if that goes on, the tunnel itself is asked about.
        world.wait_audit(f"Tunnel {tunnel_id(5)} status: healthy")
        singly = world.api_requests(5, singly=True)[0][0]
        self.assertEqual(len([page for when, page in world.list_requests()
                              if page == 1 and when < singly]), 2)
        world.wait_requests(6)
        self.assertEqual(len(world.matching(tunnel_id(5))), 1, "it is never called gone")
        self.assert_no_start()

    def test_a_failed_page_is_unknown_for_the_tunnels_on_it_alone(self):
        world = self.world
        failed = {"http": 503, "body": ""}
        world.behave("down", lists={"default": {"per_page": 2, "pages": {"2": failed}}})
        world.start_api()
        world.write_config(tunnels=[World.tunnel(i, failure_threshold=100) for i in range(1, 4)])
        world.start_both()
        world.wait_audit(rf"Tunnel {tunnel_id(3)} status: unknown \(server_error\)")
        world.wait_audit("status: down", count=2)
        self.assertEqual(world.matching(f"{tunnel_id(3)} status: down"), [])
        self.assert_no_start()

    def test_each_failure_of_a_list_is_unknown_with_its_reason_and_starts_nothing(self):
        failures = [({"http": 401, "body": ""}, "unauthorized"), ({"http": 500, "body": "{}"}, "server_error"),
                    ({"body": "null"}, "malformed"), ({"body": "[]"}, "malformed"),
                    ({"cut": 100}, "interrupted"), ({"delay": 30}, "timeout"),
                    ({"http": 302, "body": "", "headers": {"Location": "https://10.77.0.1:1/"}},
                     "redirected"),
                    ({"http": 429, "body": "null"}, "rate_limited")]
        world = self.world
        tunnels, lists = [], {}
        for number, (answer, _) in enumerate(failures):
            account = f"{number:032x}"
            lists[account] = {"pages": {"default": answer}}
            tunnels += [World.tunnel(2 * number + i, account_id=account, token=f"cfat_{number}",
                                     failure_threshold=1) for i in (1, 2)]
        world.behave("down", lists=lists)
        world.start_api()
        world.write_config(tunnels=tunnels, api_timeout=1)
        world.start_both()
        for number, (answer, reason) in enumerate(failures):
            for i in (1, 2):
                with self.subTest(answer=answer):
                    line = world.wait_audit(f"Tunnel {tunnel_id(2 * number + i)} status:")
                    self.assertIn(f"unknown ({reason})", line)
        self.assert_no_start()

    def test_a_429_on_one_budget_does_not_stop_another(self):
        tunnels = [World.tunnel(1), World.tunnel(2),
                   World.tunnel(3, account_id=OTHER, token="cfat_other"),
                   World.tunnel(4, account_id=OTHER, token="cfat_other")]
        world = self.start_world(tunnels=tunnels, default="healthy")
        world.wait_audit("status: healthy", count=4)
        refusal = {"http": 429, "body": "null"}
        world.behave("healthy", lists={ACCOUNT: {"pages": {"default": refusal}}})
        world.wait_audit("rate_limited", count=2)
        asked = len(world.list_requests())
        before = len(world.list_requests(OTHER))
        wait_until(lambda: len(world.list_requests(OTHER)) >= before + 3, "the other goes on")
        self.assertEqual(len(world.list_requests()), asked)
        self.assert_no_start()


class Budget(SystemTest):
    def test_a_stretched_interval_is_said_at_the_start_and_by_check_config(self):
        world = self.world
        world.behave("healthy")
        world.start_api()
        tunnels = [World.tunnel(i, account_id=f"{i:032x}") for i in range(1, 21)]
        world.write_config(tunnels=tunnels, check_interval=3)
        said = ("API budget of all user tokens: 20 request(s) every 3 s asked for, 864 in 300 s "
                "allowed; in force: every 6.95 s")
        done = subprocess.run([binary("prober"), "--config", world.config_file, "--user", "nobody",
                               "--check-config"], capture_output=True, text=True, timeout=30,
                              check=False, env={"ASAN_OPTIONS": "detect_leaks=0"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"warning: {world.config_file}: {said}", done.stderr)
        world.start_both()
        world.wait_audit("status: healthy", count=20)
        self.assertEqual(world.prober.output().count(said), 1)
        wait_until(lambda: len(world.api_requests(20)) >= 3, "three intervals", timeout=30)
        times = [time for time, _ in world.api_requests(20)]
        self.assertGreaterEqual(times[2] - times[1], 6.8)
        self.assertLessEqual(times[2] - times[1], 7.5)

    def test_no_two_budgets_begin_together(self):
        tunnels = [World.alone(i) for i in range(1, 5)]
        world = self.start_world(tunnels=tunnels, default="healthy")
        world.wait_requests(12)
        firsts = sorted(world.api_requests(i)[0][0] for i in range(1, 5))
        gaps = [later - earlier for earlier, later in zip(firsts, firsts[1:])]
        self.assertGreaterEqual(min(gaps), 0.02, "a quarter of the interval, if nothing is late")
        self.assertLess(firsts[-1] - firsts[0], 1)
