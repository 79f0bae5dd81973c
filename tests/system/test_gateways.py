"""Several gateways, link-local ones, and those of the default routes, which change."""
from case import SystemTest
from network import DEAD, GATEWAY, LINK_LOCAL, OTHER, PREFIX
from world import binary, wait_until

UNREACHABLE = r"^\[WARNING\] Gateway {} unreachable. Skipping tunnel monitoring.$"
REACHABLE = r"^\[INFO\] Gateway {} reachable.$"


class GatewaySaid(SystemTest):
    def wait_said(self, text):
        """Until the prober's log has this text."""
        wait_until(lambda: text in self.world.prober.output(), f"the prober says: {text}", 20)

    def assert_left_alone(self):
        """While the gateway is unreachable: nothing is asked, nothing started, over three rounds."""
        world = self.world
        asked = len(world.api_requests())
        world.behave("down")
        sent = self.echo_requests()
        wait_until(lambda: self.echo_requests() >= sent + 9, "three rounds of echo requests", 20)
        self.assertEqual(len(world.api_requests()), asked)
        self.assert_no_start()

    def echo_requests(self):
        """That the prober's namespace tried to send so far, over ICMP and ICMPv6."""
        with open(f"/proc/{self.world.prober.pid}/net/snmp", encoding="ascii") as file:
            header, values = [line.split() for line in file if line.startswith("Icmp:")][:2]
        total = int(values[header.index("OutMsgs")])
        with open(f"/proc/{self.world.prober.pid}/net/snmp6", encoding="ascii") as file:
            counts = dict(line.split() for line in file)
        return total + int(counts.get("Icmp6OutEchos", 0))


class DefaultRoute(GatewaySaid):
    def test_a_changed_default_route_is_followed(self):
        network = self.world.network
        world = self.start_world(gateway_ip="auto")
        world.wait_audit(r"^\[INFO\] Gateway IP: auto$")
        world.wait_audit("status: healthy")
        self.wait_said(f"Gateway auto ({GATEWAY[4]}) reachable.")
        network.prober_ip("route", "replace", "default", "via", DEAD[4])
        world.wait_audit(UNREACHABLE.format("auto"))
        self.wait_said(f"Gateway auto: {DEAD[4]} (was {GATEWAY[4]})")
        self.assert_left_alone()
        network.prober_ip("route", "replace", "default", "via", OTHER[4])
        world.wait_audit(REACHABLE.format("auto"))
        self.wait_said(f"Gateway auto ({OTHER[4]}) reachable again.")
        world.wait_starts(1)

    def test_no_default_route_is_an_unreachable_gateway_and_the_reason_is_said(self):
        network = self.world.network
        world = self.start_world(gateway_ip="auto")
        world.wait_audit("status: healthy")
        network.prober_ip("route", "del", "default")
        world.wait_audit(UNREACHABLE.format("auto"))
        self.wait_said("Gateway auto unreachable. Skipping tunnel monitoring. no default route of IPv4; "
                       "no default route of IPv6")
        asked = len(world.api_requests())
        world.behave("down")
        enough = self.bytes_read() + 3 * self.size_of_tables()
        wait_until(lambda: self.bytes_read() >= enough, "the routes are read three times more", 20)
        self.assertEqual(len(world.api_requests()), asked)
        self.assert_no_start()
        network.prober_ip("route", "add", "default", "via", GATEWAY[4])
        world.wait_starts(1)

    def bytes_read(self):
        """By the prober from files so far; a round without a gateway reads the routes and no more."""
        with open(f"/proc/{self.world.prober.pid}/io", encoding="ascii") as file:
            return int(dict(line.split(": ") for line in file)["rchar"])

    def size_of_tables(self):
        size = 0
        for name in ("route", "ipv6_route"):
            with open(f"/proc/{self.world.prober.pid}/net/{name}", encoding="ascii") as file:
                size += len(file.read())
        return size

    def test_a_link_local_ipv6_gateway_alone_is_asked_by_its_interface(self):
        network = self.world.network
        network.use_link_local()
        network.prober_ip("route", "del", "default")
        network.prober_ip("-6", "route", "add", "default", "via", LINK_LOCAL, "dev", "pr")
        world = self.start_world(gateway_ip="auto")
        world.wait_audit("status: healthy")
        self.wait_said(f"Gateway auto ({LINK_LOCAL}%pr) reachable.")
        self.assertEqual(world.matching("unreachable"), [])
        network.answer_echo(False)
        world.wait_audit(UNREACHABLE.format("auto"))
        self.assert_left_alone()
        network.answer_echo(True)
        world.wait_starts(1)

    def test_of_both_versions_one_that_answers_is_enough(self):
        network = self.world.network
        network.prober_ip("-6", "route", "add", "default", "via", DEAD[6], "dev", "pr")
        world = self.start_world(default="down", gateway_ip="auto")
        world.wait_starts(1)
        self.wait_said(f"Gateway auto ({GATEWAY[4]}, {DEAD[6]}) reachable.")
        self.assertEqual(world.matching("unreachable"), [])

    def test_the_routes_are_read_where_proc_shows_processes_alone(self):
        """As under ProtectProc=invisible and ProcSubset=pid."""
        world = self.world
        world.behave("down")
        world.start_api()
        world.write_config(gateway_ip="auto")
        world.start_supervisor()
        mount = ("mount -t proc -o subset=pid,hidepid=invisible proc /proc && ! test -e /proc/net && "
                 'exec "$@"')
        world.prober = world.child("prober", [
            "/usr/bin/unshare", "--mount", "/bin/sh", "-euc", mount, "sh", binary("prober"), "--config",
            world.config_file, "--socket", world.socket, "--user", "nobody"], world.network.prober,
            {"ASAN_OPTIONS": "detect_leaks=0"})
        world.wait_starts(1)
        self.wait_said(f"Gateway auto ({GATEWAY[4]}) reachable.")


class SeveralGateways(GatewaySaid):
    def begin(self, *gateways, **settings):
        return self.start_world(gateway_ip=None, gateway_ips=list(gateways), **settings)

    def test_one_of_two_is_enough(self):
        world = self.begin(DEAD[4], GATEWAY[4], default="down")
        world.wait_audit(rf"^\[INFO\] Gateway IP: {DEAD[4]}, {GATEWAY[4]}$")
        world.wait_starts(1)
        self.wait_said(f"Gateway {DEAD[4]}, {GATEWAY[4]} reachable.")
        self.assertEqual(world.matching("unreachable"), [])

    def test_one_of_two_versions_is_enough(self):
        world = self.begin(DEAD[4], GATEWAY[6], default="down")
        world.wait_starts(1)
        self.assertEqual(world.matching("unreachable"), [])

    def test_of_two_dead_ones_none_is_until_one_comes(self):
        world = self.begin(DEAD[4], DEAD[6])
        both = f"{DEAD[4]}, {DEAD[6]}"
        world.wait_audit(UNREACHABLE.format(both))
        self.assertEqual(world.api_requests(), [])
        self.assert_left_alone()
        world.network.ip("addr", "add", f"{DEAD[6]}/{PREFIX[6]}", "dev", "gw", "nodad")
        world.wait_audit(REACHABLE.format(both))
        world.wait_starts(1)

    def test_a_reply_from_the_other_gateways_address_does_not_count(self):
        self.refuses_the_others_reply(4)

    def test_an_icmpv6_reply_from_the_other_gateways_address_does_not_count(self):
        self.refuses_the_others_reply(6)

    def refuses_the_others_reply(self, family):
        """The first gateway's requests are answered by the second, whose own are not."""
        responder = self.world.responder("other_address", family)
        world = self.begin(GATEWAY[family], OTHER[family], default="down")
        world.wait_audit(UNREACHABLE.format(f"{GATEWAY[family]}, {OTHER[family]}"))
        seen = responder.output().count("other_address")
        self.assertGreaterEqual(seen, 1, "the forged reply was sent")
        wait_until(lambda: responder.output().count("other_address") >= seen + 3, "and again")
        self.wait_said(f"forged or stray echo reply(s), the last one from {OTHER[family]}")
        self.assertEqual(world.api_requests(), [])
        self.assert_no_start()


class LinkLocal(GatewaySaid):
    def test_a_link_local_gateway_is_asked_on_its_interface(self):
        self.world.network.use_link_local()
        gateway = f"{LINK_LOCAL}%pr"
        world = self.start_world(gateway_ip=gateway)
        world.wait_audit(rf"^\[INFO\] Gateway IP: {gateway}$")
        world.wait_audit("status: healthy")
        self.assertEqual(world.matching("unreachable"), [])
        world.network.answer_echo(False)
        world.wait_audit(UNREACHABLE.format(gateway))
        self.assert_left_alone()
        world.network.answer_echo(True)
        world.wait_starts(1)

    def test_an_interface_that_comes_later_is_found(self):
        network = self.world.network
        network.use_link_local()
        gateway = f"{LINK_LOCAL}%later"
        world = self.start_world(default="down", gateway_ip=gateway)
        world.wait_audit(UNREACHABLE.format(gateway))
        self.wait_said(f"{gateway}: interface later: No such device")
        self.assertEqual(world.api_requests(), [])
        self.assert_no_start()
        network.prober_ip("link", "set", "pr", "down")
        network.prober_ip("link", "set", "pr", "name", "later")
        network.prober_ip("link", "set", "later", "up")
        network.prober_ip("addr", "add", "fe80::77:2/64", "dev", "later", "nodad")
        world.wait_starts(1)
