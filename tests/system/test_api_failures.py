"""What the API says when it says nothing about a tunnel: never a start, and the right reason."""
import gzip
import json
import os

from case import SystemTest
from world import SUPPORT, World, tunnel_id, wait_until

EXAMPLES = os.path.abspath(os.path.join(SUPPORT, "cloudflare_examples"))


def example(http, name, **more):
    return {"http": http, "body_file": os.path.join(EXAMPLES, name), **more}


def refused(http, code):
    return {"http": http,
            "body": json.dumps({"success": False, "errors": [{"code": code, "message": "no"}],
                                              "messages": [], "result": None})}


def tunnel_body(index, **fields):
    """A 200 about the tunnel with that number; a field of None is left out."""
    result = {"id": tunnel_id(index), "status": "down", **fields}
    return {"http": 200, "body": json.dumps({
        "success": True, "errors": [], "messages": [],
        "result": {key: value for key, value in result.items() if value is not None}})}


# (what, the answer to tunnel number N or a function of N, the reason that the log must name)
FAILURES = [
    ("401, code 10000", example(401, "err_401_authentication_error.json"), "unauthorized"),
    ("403, code 9109, token", example(403, "err_403_invalid_access_token.json"), "unauthorized"),
    ("403, code 9109, resource", example(403, "err_403_unauthorized_resource.json"),
     "unauthorized"),
    ("400, code 10000", refused(400, 10000), "unauthorized"),
    ("400, code 6003", refused(400, 6003), "unauthorized"),
    ("404, code 7003", example(404, "err_404_no_route.json"), "not_found"),
    ("400, code 7003", refused(400, 7003), "not_found"),
    ("404, code 1002", example(404, "err_404_tunnel_not_found.json"), "not_found"),
    ("500, envelope", example(500, "err_500_envelope.json"), "server_error"),
    ("502, a page of HTML", {"http": 502, "body": "<html>Bad gateway</html>"}, "server_error"),
    ("503, empty", {"http": 503, "body": ""}, "server_error"),
    ("500 that calls the tunnel down", lambda n: {**tunnel_body(n), "http": 500}, "server_error"),
    ("418", {"http": 418, "body": "{}"}, "rejected"),
    ("200 without success", refused(200, 1234), "rejected"),
    ("302 to elsewhere", {"http": 302, "body": "", "headers": {"Location": "https://10.77.0.1:1/"}},
     "redirected"),
    ("200, empty", {"http": 200, "body": ""}, "malformed"),
    ("200, no JSON", {"http": 200, "body": "down"}, "malformed"),
    ("200, null", {"http": 200, "body": "null"}, "malformed"),
    ("200, half an object", lambda n: {"http": 200, "body": tunnel_body(n)["body"][:60]},
     "malformed"),
    ("200, a list", example(200, "list_page1.json"), "malformed"),
    ("200, an empty list", example(200, "connections_down_empty.json"), "malformed"),
    ("200 without a status", lambda n: tunnel_body(n, status=None), "malformed"),
    ("200, a number for a status", lambda n: tunnel_body(n, status=4), "malformed"),
    ("200 about another tunnel", lambda n: tunnel_body(9999), "wrong_tunnel"),
    ("200, a status of tomorrow", lambda n: tunnel_body(n, status="resting"), "unknown_status"),
    ("200, deleted", lambda n: tunnel_body(n, deleted_at="2026-07-29T14:07:27Z"), "deleted"),
    ("cut in the middle of the body", lambda n: {**tunnel_body(n), "cut": 40}, "interrupted"),
    ("later than api_timeout", lambda n: {**tunnel_body(n), "delay": 30}, "timeout"),
]


class ApiFailures(SystemTest):
    def test_each_failure_is_unknown_with_its_reason_and_starts_nothing(self):
        world = self.world
        answers = {}
        for number, (_, answer, _) in enumerate(FAILURES, 1):
            answers[tunnel_id(number)] = answer(number) if callable(answer) else answer
        world.behave(by_id=answers)
        world.start_api()
        # Each alone in its account: asked singly, so that the answer is the one of the table.
        world.write_config(tunnels=[World.alone(n) for n in range(1, len(FAILURES) + 1)],
                           api_timeout=1)
        world.start_both()
        for number, (what, _, reason) in enumerate(FAILURES, 1):
            with self.subTest(what):
                line = world.wait_audit(f"Tunnel {tunnel_id(number)} status:")
                self.assertEqual(line,
                                 f"[WARNING] Tunnel {tunnel_id(number)} status: unknown ({reason})")
        for what in ("404, code 7003", "200, no JSON", "200, a status of tomorrow"):
            world.wait_requests(3, tunnel=[w for w, _, _ in FAILURES].index(what) + 1)
        self.assert_no_start()

    def test_the_examples_of_a_tunnels_own_answers_are_understood(self):
        examples = {"get_down.json": "down", "get_degraded.json": "degraded",
                    "get_inactive.json": "inactive",
                    "get_healthy_empty_connections.json": "healthy",
                    "get_healthy_post_2026-10-05.json": "healthy",
                    "get_deleted.json": "unknown (deleted)"}
        world = self.world
        answers, tunnels = {}, []
        for number, name in enumerate(examples, 1):
            # Two examples are about the same tunnel: each gets a world's own id.
            with open(os.path.join(EXAMPLES, name), encoding="utf-8") as file:
                body = json.load(file)
            body["result"]["id"] = tunnel_id(number)
            answers[tunnel_id(number)] = {"http": 200, "body": json.dumps(body)}
            tunnels.append(World.alone(number))
        world.behave(by_id=answers)
        world.start_api()
        world.write_config(tunnels=tunnels, cooldown=60)
        world.start_both()
        for number, status in enumerate(examples.values(), 1):
            world.wait_audit(f"Tunnel {tunnel_id(number)} status: " + status.replace(
                "(", r"\(").replace(")", r"\)"))
        world.wait_starts(3)
        world.wait_requests(2, tunnel=6)
        self.assertEqual(sorted(unit for _, unit in world.starts()),
                         [f"cloudflared_{number}.service" for number in (1, 2, 3)])

    def test_a_body_of_more_than_eight_mebibytes_decoded_is_too_large(self):
        bomb = self.world.path("bomb.gz")
        padding = json.loads(tunnel_body(1)["body"])
        padding["messages"] = [" " * (9 << 20)]
        with gzip.open(bomb, "wb") as file:
            file.write(json.dumps(padding).encode())
        self.assertLess(os.path.getsize(bomb), 1 << 20)
        world = self.start_world(default={"http": 200, "body_file": bomb,
                                          "headers": {"Content-Encoding": "gzip"}})
        world.wait_audit(r"status: unknown \(too_large\)")
        world.wait_requests(3)
        self.assert_no_start()

    def test_no_connection_is_unknown_and_an_impostor_in_its_place_is_not_believed(self):
        world = self.start_world(default="healthy")
        world.wait_audit("status: healthy")
        with open(world.path("api/port"), encoding="ascii") as file:
            port = int(file.read())
        world.behave("down")
        world.api.stop()
        world.wait_audit(r"status: unknown \(connect\)")
        # Another server with a certificate of its own authority says down, at the same address.
        world.start_api(port=port)
        asked = len(world.api_requests())
        world.wait_audit(r"status: unknown \(tls\)", timeout=20)
        self.assertEqual(len(world.api_requests()), asked, "no token was sent to it")
        self.assert_no_start()

    def test_the_api_back_is_noticed(self):
        world = self.start_world(default={"http": 503, "body": ""})
        world.wait_audit(r"status: unknown \(server_error\)")
        world.behave("healthy")
        world.wait_audit("status: healthy")
        self.assert_no_start()

    def test_one_connection_is_kept_and_used_again(self):
        world = self.start_world()
        world.wait_requests(5)
        with open(world.path("api/connections.log"), encoding="ascii") as file:
            self.assertEqual(len(file.readlines()), 1)

    def test_a_certificate_for_another_address_is_not_believed_and_gets_no_token(self):
        world = self.world
        world.behave("down")
        world.start_api(address="0.0.0.0")  # so its certificate names 0.0.0.0 and localhost
        world.write_config()
        world.start_both()
        world.wait_audit(r"status: unknown \(tls\)")
        self.assertEqual(world.api_requests(), [])
        self.assert_no_start()


RATE_LIMITED = [
    ("429 code 971", example(429, "err_429_971.json")),
    ("429 code 10100", example(429, "err_429_10100_1200_per_300s.json")),
    ("429 null", {"http": 429, "body": "null"}),
    ("429 empty", {"http": 429, "body": ""}),
    ("200 code 971", refused(200, 971)),
    ("403 code 971", refused(403, 971)),
]


class RateLimit(SystemTest):
    def test_a_retry_after_is_obeyed(self):
        answer = {"http": 429, "body": "null", "headers": {"Retry-After": "5"}}
        world = self.start_world(default=answer)
        world.wait_audit(r"status: unknown \(rate_limited\)")
        asked = len(world.api_requests())
        self.assertEqual(asked, 1)
        world.behave("healthy")
        following = wait_until(lambda: world.api_requests()[1:], "asked again", timeout=20)
        self.assertGreaterEqual(following[0][0] - world.api_requests()[0][0], 4.9)
        world.wait_audit("status: healthy")
        self.assert_no_start()

    def test_each_form_of_it_is_unknown_and_followed_by_no_request_for_a_while(self):
        world = self.world
        count = len(RATE_LIMITED)
        # Each with a budget of its own, to which the pause belongs.
        tunnels = [World.alone(n) for n in range(1, count + 2)]
        world.behave("healthy",
                     by_id={tunnel_id(n): answer for n, (_, answer) in enumerate(RATE_LIMITED, 1)})
        world.start_api()
        world.write_config(tunnels=tunnels)
        world.start_both()
        for number, (what, _) in enumerate(RATE_LIMITED, 1):
            with self.subTest(what):
                self.assertEqual(world.wait_audit(f"Tunnel {tunnel_id(number)} status:"),
                                 f"[WARNING] Tunnel {tunnel_id(number)} status: unknown (rate_limited)")
        world.wait_requests(4, tunnel=count + 1)  # four rounds
        for number, (what, _) in enumerate(RATE_LIMITED, 1):
            with self.subTest(what):
                self.assertEqual(len(world.api_requests(number)), 1, "asked no more")
        self.assert_no_start()

    def test_the_pause_belongs_to_all_tunnels_of_the_budget_and_to_no_other(self):
        world = self.world
        # User tokens share one budget, an account token has its own, a label makes one.
        tunnels = [World.tunnel(1, token="cfut_one"),
                   World.tunnel(2, token="cfut_two", account_id="2" * 32),
                   World.tunnel(3, token="cfat_three", account_id="3" * 32),
                   World.alone(4)]
        world.behave("healthy")
        world.start_api()
        world.write_config(tunnels=tunnels)
        world.start_both()
        world.wait_audit("status: healthy", count=4)
        world.behave("healthy", t1={"http": 429, "body": "null"})
        world.wait_audit("rate_limited")
        asked = len(world.api_requests(2))
        world.wait_requests(4, tunnel=3)
        world.wait_requests(2, tunnel=4)
        self.assertLessEqual(len(world.api_requests(2)), asked + 1, "one may have been on its way")

    def test_a_429_while_confirming_ends_the_quick_questions(self):
        tunnels = [World.tunnel(1, failure_threshold=100), World.alone(2)]
        world = self.start_world(tunnels=tunnels, default="healthy")
        world.behave("healthy", t1="down")
        world.wait_requests(8, tunnel=1)
        times = [time for time, _ in world.api_requests(1)][-5:]
        self.assertLess((times[-1] - times[0]) / 4, 0.6, "confirming is quick")
        world.behave("healthy", t1={"http": 429, "body": "null"})
        world.wait_audit("rate_limited")
        world.wait_requests(3, tunnel=2)
        refused = [status for _, status in world.api_requests(1) if status == 429]
        self.assertEqual(len(refused), 1)
        self.assert_no_start()
