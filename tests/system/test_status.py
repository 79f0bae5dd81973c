"""The status socket: what it shows, to whom, and that nothing secret is in it."""
import grp
import json
import os
import re
import signal
import socket

import status_client
from case import SystemTest
from peers import NOBODY, STRANGER
from world import STATUS_GROUP, TOKEN, tunnel_id, wait_until

LISTEN = ("127.0.0.1", 9469)
STATUS_GID = grp.getgrnam(STATUS_GROUP).gr_gid


class Status(SystemTest):
    def tunnel(self, index=0):
        return status_client.status(self.world.status_socket)["tunnels"][index]

    def listen(self, place, namespace):
        """Whether somebody listens there."""
        try:
            status_client.connect(place, namespace, timeout=2).close()
            return True
        except ConnectionRefusedError:
            return False

    def answers(self):
        try:
            return status_client.get(self.world.status_socket, "/healthz")[0] == 200
        except ConnectionRefusedError:
            return False

    def test_a_failover_is_seen_in_it(self):
        world = self.start_world(tunnels=[self.world.tunnel(1, name="home"), self.world.tunnel(2)],
                                 cooldown=60)
        wait_until(lambda: self.tunnel()["verdict"] == "WAIT_HEALTHY", "the first verdict")
        shown = status_client.status(world.status_socket)
        self.assertEqual(shown["version"], 1)
        self.assertEqual([t["id"] for t in shown["tunnels"]], [tunnel_id(1), tunnel_id(2)])
        self.assertEqual(shown["gateway"]["state"], "reachable")
        self.assertGreater(shown["gateway"]["round_trip"], 0)
        self.assertEqual(shown["supervisor"]["state"], "connected")
        self.assertEqual(shown["configuration"]["digest"], world.digest().decode())
        self.assertEqual(shown["configuration"]["supervisor_digest"], world.digest().decode())
        self.assertGreater(shown["budgets"][0]["used"], 0)
        world.behave("healthy", t1="down")
        wait_until(lambda: self.tunnel()["last_start_outcome"] == "SUCCEEDED", "the start")
        down = self.tunnel()
        self.assertEqual((down["name"], down["unit"], down["status"]),
                         ("home", "cloudflared_1.service", "down"))
        self.assertTrue(down["backup_wanted"])
        self.assertGreaterEqual(down["failures"], 2)
        self.assertLess(down["last_start_age"], 15)
        self.assertFalse(self.tunnel(1)["backup_wanted"])
        _, _, metrics = status_client.get(world.status_socket, "/metrics")
        self.assertIn('failover_unit_starts_total{unit="cloudflared_1.service",outcome="succeeded"} 1\n',
                      metrics)
        self.assertIn(f'failover_tunnel_state{{tunnel="{tunnel_id(1)}",name="home",state="down"}} 1\n',
                      metrics)

    def test_no_token_is_in_any_page_nor_in_the_log(self):
        world = self.start_world(tunnels=2, default={"http": 403}, log_format="json")
        wait_until(lambda: self.tunnel()["reason"] == "unauthorized", "the refusal")
        world.write_config("{ bad " + TOKEN)
        world.prober.send_signal(signal.SIGHUP)
        wait_until(lambda: not status_client.status(world.status_socket)["configuration"][
            "last_reload_succeeded"], "the failed reload")
        pages = [status_client.get(world.status_socket, path)[2]
                 for path in ("/status", "/metrics", "/healthz", "/" + TOKEN)]
        for text in [*pages, world.prober.output()]:
            self.assertNotIn(TOKEN, text)
            self.assertNotIn(TOKEN[-20:], text)

    def as_user(self, action, uid, *groups):
        """What `action` returns, done by a child process of that user."""
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.setgroups(groups)
                os.setresgid(uid, uid, uid)
                os.setresuid(uid, uid, uid)
                os.write(write, str(action()).encode())
            except OSError as error:
                os.write(write, type(error).__name__.encode())
            finally:
                os._exit(0)
        os.close(write)
        with os.fdopen(read) as said:
            text = said.read()
        os.waitpid(child, 0)
        return text

    def test_members_of_the_group_read_it_and_nothing_else_and_strangers_nothing(self):
        world = self.start_world()
        wait_until(lambda: os.path.exists(world.status_socket), "the socket")
        self.assertEqual(os.stat(world.status_socket).st_mode & 0o7777, 0o660)
        self.assertEqual(os.stat(world.status_socket).st_gid, STATUS_GID)

        def read_status():
            return status_client.get(world.status_socket, "/status")[0]

        def read_config():
            with open(world.config_file, "rb") as file:
                return len(file.read())

        def report():
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
                client.connect(world.socket)
                return "connected"

        self.assertEqual(self.as_user(read_status, STRANGER, STATUS_GID), "200")
        self.assertEqual(self.as_user(read_config, STRANGER, STATUS_GID), "PermissionError")
        self.assertEqual(self.as_user(report, STRANGER, STATUS_GID), "PermissionError")
        self.assertEqual(self.as_user(read_status, STRANGER), "PermissionError")
        # The same three by the prober's own user, so that a refusal means something.
        self.assertEqual(self.as_user(read_status, NOBODY), "200")
        self.assertGreater(int(self.as_user(read_config, NOBODY, NOBODY)), 0)
        self.assertEqual(self.as_user(report, NOBODY), "connected")

    def test_a_stale_socket_is_replaced_and_a_living_one_is_not(self):
        world = self.start_world()
        wait_until(lambda: os.path.exists(world.status_socket), "the socket")
        world.prober.kill()
        self.assertTrue(os.path.exists(world.status_socket), "it was left behind")
        first = world.start_prober()
        wait_until(self.answers, "the status")
        second = world.start_prober()
        wait_until(lambda: "another process listens there" in second.output(), "the second one's word")
        self.assertTrue(second.running(), "without a status everything else works")
        second.stop()
        status_client.status(world.status_socket)
        world.prober = first
        first.stop()
        self.assertFalse(os.path.exists(world.status_socket))

    def test_by_tcp_only_where_the_configuration_says_and_a_reload_is_followed(self):
        world = self.start_world()
        namespace = world.network.prober
        wait_until(lambda: os.path.exists(world.status_socket), "the socket")
        self.assertFalse(self.listen(LISTEN, namespace))
        for listen, place in (("127.0.0.1:9469", LISTEN), ("[::1]:9470", ("::1", 9470))):
            world.write_config(status_listen=listen)
            world.prober.send_signal(signal.SIGHUP)
            wait_until(lambda: self.listen(place, namespace), f"listening on {listen}")  # pylint: disable=cell-var-from-loop
            self.assertEqual(status_client.get(place, "/healthz", namespace)[0], 200)
        self.assertFalse(self.listen(LISTEN, namespace), "the old one is closed")
        place = ("::1", 9470)
        for host, code in (("[::1]:9470", 200), ("localhost", 200), ("evil.example", 403), ("", 403)):
            self.assertEqual(status_client.get(place, "/status", namespace, host)[0], code, host)
        self.assertEqual(status_client.get(place, "/status", namespace, method="POST")[0], 405)
        self.assertNotIn("no loopback address", world.prober.output())
        world.write_config(status_listen="10.77.0.2:9471")
        world.prober.send_signal(signal.SIGHUP)
        wait_until(lambda: "no loopback address: whoever reaches it reads the status"
                   in world.prober.output(), "the warning")
        world.write_config()
        world.prober.send_signal(signal.SIGHUP)
        wait_until(lambda: not self.listen(("10.77.0.2", 9471), namespace), "closed again")

    def test_a_lost_gateway_is_no_fault_of_the_prober(self):
        world = self.start_world()
        wait_until(lambda: status_client.get(world.status_socket, "/healthz")[0] == 200, "healthy")
        world.network.answer_echo(False)
        wait_until(lambda: status_client.status(world.status_socket)["gateway"]["state"]
                   == "unreachable", "the loss")
        self.assertEqual(status_client.get(world.status_socket, "/healthz")[0], 200)

    def test_as_json_every_line_is_one_object(self):
        world = self.start_world(log_format="json")
        world.wait_audit("status: healthy")
        world.behave("down")
        wait_until(lambda: "status: down" in world.prober.output(), "the line")
        lines = world.prober.output().splitlines()
        self.assertGreater(len(lines), 2)
        for line in lines:
            found = json.loads(line)
            self.assertEqual(set(found), {"time", "severity", "program", "message"})
            self.assertTrue(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found["time"]))
        world.write_config()
        world.prober.send_signal(signal.SIGHUP)
        wait_until(lambda: world.prober.output().splitlines()[-1].endswith("1 tunnel(s)"), "text again")
