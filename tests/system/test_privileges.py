"""What the daemons may do, read from /proc; the prober refuses to run with anything else."""
import grp
import os
import signal
import subprocess

from case import SystemTest
from network import GATEWAY, LINK_LOCAL
from peers import NOBODY, NOGROUP
from world import STATUS_GROUP, binary, wait_until

NET_RAW = 1 << 13
STATUS_GID = str(grp.getgrnam(STATUS_GROUP).gr_gid)  # kept to give the status socket to
SETPRIV = "/usr/bin/setpriv"
SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")


class Privileges(SystemTest):
    def capabilities(self, child):
        return {name: int(child.status_field(name), 16) for name in SETS}

    def assert_least(self, child, groups=""):
        sets = self.capabilities(child)
        self.assertEqual(sets["CapPrm"], NET_RAW, "exactly CAP_NET_RAW permitted")
        self.assertEqual((sets["CapEff"], sets["CapInh"], sets["CapAmb"]), (0, 0, 0))
        self.assertEqual(sets["CapBnd"] & ~NET_RAW, 0, "bounding set")
        self.assertEqual(child.status_field("NoNewPrivs"), "1")
        self.assertEqual(child.status_field("Uid").split(), [str(NOBODY)] * 4)
        self.assertEqual(child.status_field("Gid").split(), [str(NOGROUP)] * 4)
        self.assertEqual(child.status_field("Groups"), groups)
        # Not dumpable: what is in /proc belongs to root, and no core is written.
        self.assertEqual(os.stat(f"/proc/{child.pid}/mem").st_uid, 0)

    def test_started_as_root_the_prober_keeps_exactly_cap_net_raw_and_uses_it_for_a_moment(self):
        world = self.start_world()
        world.wait_audit("status: healthy")
        self.assert_least(world.prober, STATUS_GID)

    def test_after_a_reload_it_has_no_more(self):
        world = self.start_world()
        world.wait_audit("status: healthy")
        world.write_config(gateway_ip="fd77::1")
        world.prober.send_signal(signal.SIGHUP)
        world.supervisor.send_signal(signal.SIGHUP)
        world.wait_audit("Configuration reloaded")
        world.wait_requests(2)
        self.assertEqual(world.matching("unreachable"), [])
        self.assert_least(world.prober, STATUS_GID)

    def test_after_a_socket_for_an_ipv6_route_that_came_later_it_has_no_more(self):
        network = self.world.network
        network.use_link_local()
        world = self.start_world(gateway_ip="auto")
        wait_until(lambda: f"Gateway auto ({GATEWAY[4]}) reachable." in world.prober.output(),
                   "the gateway answers over ICMP")
        world.wait_requests(3)  # the connection to the API is there, and kept
        before = world.prober.open_descriptors()
        network.prober_ip("-6", "route", "add", "default", "via", LINK_LOCAL, "dev", "pr")
        network.prober_ip("route", "del", "default")
        answers = len(world.api_requests())
        wait_until(lambda: f"Gateway auto: {LINK_LOCAL}%pr (was" in world.prober.output(),
                   "the route is followed")
        world.wait_requests(answers + 2 - len(world.api_requests()))
        self.assertEqual(world.matching("unreachable"), [])
        wait_until(lambda: world.prober.open_descriptors() == before + 1, "one socket more, no other")
        self.assert_least(world.prober, STATUS_GID)

    def launch(self, *setpriv):
        """The prober behind setpriv, as a service manager would start it."""
        world = self.world
        arguments = [SETPRIV, *setpriv, binary("prober"), "--config", world.config_file, "--socket",
                     world.socket,
                     "--user", "nobody", "--status-socket", ""]
        world.prober = world.child("prober", arguments, world.network.prober,
                                    {"ASAN_OPTIONS": "detect_leaks=0"})
        return world.prober

    AS_NOBODY = ("--reuid", "65534", "--regid", "65534", "--clear-groups")

    def test_started_with_ambient_cap_net_raw_it_works_and_drops_ambient_and_inheritable(self):
        world = self.world
        world.behave("healthy")
        world.start_api()
        world.write_config()
        world.start_supervisor()
        self.launch(*self.AS_NOBODY, "--inh-caps", "-all,+net_raw", "--ambient-caps",
                    "-all,+net_raw",
                    "--bounding-set", "-all,+net_raw", "--no-new-privs")
        world.wait_audit("status: healthy")
        self.assert_least(world.prober)

    def refuses(self, *setpriv):
        self.world.write_config()
        child = self.launch(*setpriv)
        self.assertEqual(child.wait(), 77, child.output())
        self.assertNotEqual(child.output(), "")

    def test_with_another_capability_it_refuses_to_run(self):
        self.refuses(*self.AS_NOBODY, "--inh-caps", "-all,+net_raw,+net_admin",
                     "--ambient-caps", "-all,+net_raw,+net_admin", "--bounding-set",
                     "-all,+net_raw,+net_admin")

    def test_without_cap_net_raw_it_refuses_to_run(self):
        self.refuses(*self.AS_NOBODY, "--inh-caps", "-all", "--bounding-set", "-all")

    def test_as_root_for_good_it_refuses_to_run(self):
        self.world.write_config()
        self.world.prober_user = "root"
        child = self.world.start_prober()
        self.assertEqual(child.wait(), 77, child.output())
        self.assertIn("root", child.output())

    def test_a_user_that_does_not_exist_is_named(self):
        self.world.write_config()
        self.world.prober_user = "no-such-user"
        child = self.world.start_prober()
        self.assertIn(child.wait(), (64, 77), child.output())
        self.assertIn("no-such-user", child.output())

    def test_the_supervisor_links_neither_libcurl_nor_libssl_nor_libcap(self):
        listed = subprocess.run(["ldd", binary("supervisor")], capture_output=True, text=True,
                                check=True,
                                timeout=10).stdout
        self.assertIn("libevent_core", listed)
        for library in ("libcurl", "libssl", "libcrypto", "libcap", "libsystemd", "libevent_extra"):
            self.assertNotIn(library, listed)

    def test_the_supervisor_has_no_network_socket(self):
        world = self.start_world()
        world.wait_audit("status: healthy")
        sockets = set()
        for number in os.listdir(f"/proc/{world.supervisor.pid}/fd"):
            target = os.readlink(f"/proc/{world.supervisor.pid}/fd/{number}")
            if target.startswith("socket:"):
                sockets.add(target[8:-1])
        with open(f"/proc/{world.supervisor.pid}/net/unix", encoding="utf-8") as file:
            unix = {line.split()[6] for line in file.readlines()[1:]}
        self.assertTrue(sockets)
        self.assertEqual(sockets - unix, set(), "all are Unix sockets")
