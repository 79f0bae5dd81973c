"""The gateway's part: no reply, no question to Cloudflare, no start; and no forged reply counts."""
from case import SystemTest
from echo_responder import FORGERIES
from network import GATEWAY, PREFIX
from world import wait_until

UNREACHABLE = r"^\[WARNING\] Gateway {} unreachable. Skipping tunnel monitoring.$"
REACHABLE = r"^\[INFO\] Gateway {} reachable.$"


class GatewayGone(SystemTest):
    def check(self, take_away, bring_back):
        """Healthy; the gateway goes while everything would be down; nothing; it comes back; a start."""
        world = self.start_world()
        world.wait_audit("status: healthy")
        take_away()
        world.wait_audit(UNREACHABLE.format(GATEWAY[4]))
        world.behave("down")
        asked = len(world.api_requests())
        # Three more rounds of the prober, counted by its own reports of the gateway.
        self.wait_rounds(3)
        self.assertEqual(len(world.api_requests()), asked,
                         "Cloudflare is not asked without a gateway")
        self.assert_no_start()
        self.assertEqual(len(world.matching("unreachable")), 1, "said once")
        bring_back()
        world.wait_audit(REACHABLE.format(GATEWAY[4]))
        world.wait_starts(1)

    def wait_rounds(self, rounds):
        """Until the supervisor has taken that many more packets from the prober."""
        def sent():
            with open(f"/proc/{self.world.prober.pid}/net/snmp", encoding="ascii") as file:
                header, values = [line.split() for line in file if line.startswith("IcmpMsg:") or
                                  line.startswith("Icmp:")][:2]
            return int(values[header.index("OutMsgs")])
        target = sent() + 3 * rounds  # three attempts a round
        wait_until(lambda: sent() >= target, f"{rounds} rounds of echo requests", timeout=20)

    def test_no_echo_replies_no_question_and_no_start(self):
        network = self.world.network
        self.check(lambda: network.answer_echo(False), lambda: network.answer_echo(True))

    def test_the_address_gone_no_question_and_no_start(self):
        network, address = self.world.network, f"{GATEWAY[4]}/{PREFIX[4]}"
        self.check(lambda: network.ip("addr", "del", address, "dev", "gw"),
                   lambda: network.ip("addr", "add", address, "dev", "gw"))

    def test_the_link_down_no_question_and_no_start(self):
        world = self.start_world()
        world.wait_audit("status: healthy")
        world.network.link("down")
        world.wait_audit(UNREACHABLE.format(GATEWAY[4]))
        asked = len(world.api_requests())
        world.behave("down")
        world.network.link("up")
        world.wait_audit(REACHABLE.format(GATEWAY[4]))
        world.wait_starts(1)
        self.assertGreater(len(world.api_requests()), asked)

    def test_a_gateway_that_is_away_from_the_start_is_said_and_nothing_is_asked(self):
        self.world.network.answer_echo(False)
        world = self.start_world(default="down")
        world.wait_audit(UNREACHABLE.format(GATEWAY[4]))
        self.wait_rounds(2)
        self.assertEqual(world.api_requests(), [])
        self.assert_no_start()

    def test_gateway_check_false_asks_without_a_ping(self):
        self.world.network.answer_echo(False)
        world = self.start_world(default="down", gateway_check=False, gateway_ip=None)
        world.wait_starts(1)
        self.assertEqual(world.matching("Gateway"), ["[INFO] Gateway check: off"])

    def test_an_ipv6_gateway_is_asked_over_icmpv6(self):
        world = self.start_world(gateway_ip=GATEWAY[6])
        world.wait_audit("status: healthy")
        world.wait_audit(f"^\\[INFO\\] Gateway IP: {GATEWAY[6]}$")
        world.network.answer_echo(False)
        world.wait_audit(UNREACHABLE.format(GATEWAY[6]))
        asked = len(world.api_requests())
        world.behave("down")
        self.assert_no_start()
        self.assertEqual(len(world.api_requests()), asked)
        world.network.answer_echo(True)
        world.wait_starts(1)


class ForgedReplies(SystemTest):
    def refuses(self, forgery, family):
        self.world.responder(forgery, family)
        world = self.start_world(default="down", gateway_ip=GATEWAY[family], gateway_timeout=1)
        world.wait_audit(UNREACHABLE.format(GATEWAY[family]))
        responder = world.children[0]
        seen = responder.output().count(forgery)
        self.assertGreaterEqual(seen, 1, "the forged reply was sent")
        wait_until(lambda: responder.output().count(forgery) >= seen + 3,
                   "another round was answered so")
        self.assertEqual(world.api_requests(), [])
        self.assertEqual(world.matching(" reachable"), [])
        self.assert_no_start()

    def accepts(self, behaviour, family):
        self.world.responder(behaviour, family)
        world = self.start_world(default="down", gateway_ip=GATEWAY[family])
        world.wait_starts(1)
        self.assertEqual(world.matching("unreachable"), [])

    def test_an_honest_reply_of_the_responder_counts(self):
        self.accepts("honest", 4)

    def test_an_honest_icmpv6_reply_of_the_responder_counts(self):
        self.accepts("honest", 6)

    def test_forgeries_before_the_honest_reply_do_not_spoil_it(self):
        self.accepts("forgeries_then_honest", 4)

    def test_icmpv6_forgeries_before_the_honest_reply_do_not_spoil_it(self):
        self.accepts("forgeries_then_honest", 6)


def _forgery_test(forgery, family):
    return lambda self: self.refuses(forgery, family)


for _forgery in FORGERIES:
    for _family, _protocol in ((4, "icmp"), (6, "icmpv6")):
        if (_forgery, _family) == ("bad_checksum", 6):
            continue  # the kernel writes and checks ICMPv6 checksums
        _test = _forgery_test(_forgery, _family)
        setattr(ForgedReplies, f"test_an_{_protocol}_reply_with_{_forgery}_does_not_count", _test)
