"""The report socket's file: its place, its mode, what may be in its way."""
import os
import socket
import stat

import wire
from case import SystemTest
from peers import NOGROUP
from world import tunnel_id


class SocketFile(SystemTest):
    def setUp(self):
        super().setUp()
        self.world.write_config()

    def refused(self, message):
        """The supervisor does not start, says why, and leaves 1."""
        child = self.world.launch_supervisor()
        self.assertEqual(child.wait(), 1)
        self.assertIn(message, child.output())

    def test_has_the_mode_and_the_group_that_let_the_prober_in_and_nobody_else(self):
        self.world.start_supervisor()
        status = os.lstat(self.world.socket)
        self.assertTrue(stat.S_ISSOCK(status.st_mode))
        self.assertEqual((oct(stat.S_IMODE(status.st_mode)), status.st_uid, status.st_gid),
                         ("0o660", 0, NOGROUP))

    def test_left_behind_by_a_crash_is_replaced(self):
        self.world.start_supervisor()
        self.world.supervisor.kill()
        with self.assertRaises(ConnectionRefusedError):
            self.world.peer()
        self.world.start_supervisor()
        with self.world.peer() as peer:
            peer.acknowledged(peer.report([wire.tunnel(tunnel_id(1), 1, wire.HEALTHY)]))

    def test_another_supervisors_socket_is_not_taken_from_it(self):
        first = self.world.start_supervisor()
        self.refused(f"{self.world.socket}: another process listens there")
        with self.world.peer() as peer:
            peer.acknowledged(peer.report())
        self.assertTrue(first.running())

    def test_anything_else_in_its_place_is_an_error_and_stays(self):
        for what, make in (("a file", lambda path: open(path, "w", encoding="ascii").close()),
                           ("a directory", os.mkdir),
                           ("a link", lambda path: os.symlink("/dev/null", path))):
            with self.subTest(what):
                make(self.world.socket)
                self.refused(f"{self.world.socket}: in the way and not a socket; move it away")
                self.assertTrue(os.path.lexists(self.world.socket))
                (os.rmdir if what == "a directory" else os.remove)(self.world.socket)

    def test_a_missing_directory_names_its_remedy(self):
        self.world.socket = self.world.path("nowhere/report.sock")
        self.refused("No such file or directory")

    def test_a_path_too_long_for_a_socket_is_said(self):
        self.world.socket = self.world.path("run/" + "x" * 120)
        self.refused("a socket's path has 1 to 107 bytes; choose a shorter one")

    def test_a_stream_client_is_no_prober(self):
        self.world.start_supervisor()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            with self.assertRaises(OSError):
                client.connect(self.world.socket)
