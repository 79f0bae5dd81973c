"""Whoever has taken over the prober, on the report socket: refused, counted, no more than that."""
import array
import os
import re
import socket

import wire
from case import SystemTest
from peers import NOBODY, NOGROUP, STRANGER
from world import tunnel_id

ID = tunnel_id(1)
BOUND = 64 * 1024  # bytes of log that a flood may cause


def good(sequence=1, tunnels=(), **fields):
    return wire.report(sequence, 7, tunnels, **fields)


# (what, the packet, how the audit log names it)
REFUSED = [
    ("garbage", b"\xff" * 200, "NOT_A_HEALTH_REPORT"),
    ("text", b"start cloudflared_1.service\n", "NOT_A_HEALTH_REPORT"),
    ("cut in the middle", good(tunnels=[wire.tunnel(ID, 1, wire.DOWN)])[:-5],
     "NOT_A_HEALTH_REPORT"),
    ("one byte", b"\x08", "NOT_A_HEALTH_REPORT"),
    ("one byte too many", good(extra=wire.data(99, bytes(wire.MAX_PACKET))), "LARGER_THAN_16_KIB"),
    ("64 KiB", bytes(65536), "LARGER_THAN_16_KIB"),
    ("sequence 0", good(0), "OUT_OF_SEQUENCE"),
    ("sequence 2 first", good(2), "OUT_OF_SEQUENCE"),
    ("sequence 2^64-1", good(2**64 - 1), "OUT_OF_SEQUENCE"),
    ("no instance", wire.report(1, 0), "NO_INSTANCE"),
    ("gateway 0", good(gateway=0), "BAD_GATEWAY_STATE"),
    ("gateway 4", good(gateway=4), "BAD_GATEWAY_STATE"),
    ("gateway -1", good(gateway=-1), "BAD_GATEWAY_STATE"),
    ("129 tunnels", good(tunnels=[wire.tunnel(tunnel_id(i), 1, wire.DOWN) for i in range(129)]),
     "MORE_THAN_128_TUNNELS"),
    ("id of 15 bytes", good(tunnels=[wire.tunnel(bytes(15), 1, wire.DOWN)]),
     "BAD_TUNNEL_ID"),
    ("id of text", good(tunnels=[wire.tunnel(ID.encode(), 1, wire.DOWN)]),
     "BAD_TUNNEL_ID"),
    ("observation 0", good(tunnels=[wire.tunnel(ID, 0, wire.DOWN)]),
     "NO_OBSERVATION"),
    ("status 0", good(tunnels=[wire.tunnel(ID, 1, 0)]), "BAD_STATUS"),
    ("status 6", good(tunnels=[wire.tunnel(ID, 1, 6)]), "BAD_STATUS"),
    ("status -1", good(tunnels=[wire.tunnel(ID, 1, -1)]), "BAD_STATUS"),
    ("reason 0", good(tunnels=[wire.tunnel(ID, 1, wire.UNKNOWN, 0)]), "BAD_STATUS"),
    ("reason 99", good(tunnels=[wire.tunnel(ID, 1, wire.UNKNOWN, 99)]), "BAD_STATUS"),
    ("down for a reason", good(tunnels=[wire.tunnel(ID, 1, wire.DOWN, wire.TIMEOUT)]),
     "CONTRADICTION"),
]


class HostilePeer(SystemTest):
    def setUp(self):
        super().setUp()
        self.world.write_config(tunnels=2, failure_threshold=1, cooldown=60)
        self.world.start_supervisor()

    def assert_serves(self):
        """A peer that keeps to the rules is answered promptly, and its facts count."""
        with self.world.peer() as peer:
            peer.report([wire.tunnel(tunnel_id(2), 1, wire.HEALTHY)], digest=self.world.digest())
            verdict = peer.verdict(tunnel_id(2), timeout=2)
            self.assertEqual(verdict["verdict"], 1, "WAIT_HEALTHY")
        self.assertTrue(self.world.supervisor.running())

    def assert_bounded(self, before):
        self.assertLess(self.written() - before, BOUND, "bytes of audit log and standard error")

    def written(self):
        return len(self.world.audit_text()) + os.path.getsize(self.world.supervisor.log)

    def test_each_kind_of_bad_packet_is_refused_by_its_name_and_closes_the_connection(self):
        for what, packet, said in REFUSED:
            with self.subTest(what):
                seen = len(self.world.audit_lines())
                with self.world.peer() as peer:
                    peer.send(packet)
                    self.assertTrue(peer.closed_by_other_side(), "the connection is closed")
                line = self.world.wait_audit("Refused a packet", after=seen)
                self.assertRegex(line, rf"^\[WARNING\] Refused a packet.*: {re.escape(said)}")
                self.restart_log_budget()
        self.assert_no_start()
        self.assert_serves()

    def restart_log_budget(self):
        """A new supervisor, whose log has not been limited yet."""
        self.world.supervisor.stop()
        self.world.start_supervisor()

    def test_another_uid_is_refused_and_audited(self):
        with self.world.peer(uid=STRANGER, gid=NOGROUP) as stranger:
            stranger.report([wire.tunnel(ID, 1, wire.DOWN)])
            self.assertTrue(stranger.closed_by_other_side())
        self.world.wait_audit(rf"^\[WARNING\] Refused a connection from uid {STRANGER} \(pid \d+\)")
        self.assertEqual(self.world.matching("Prober connected"), [])
        self.assert_no_start()
        self.assert_serves()

    def test_another_uid_is_named_as_such_while_the_prober_is_connected_as_well(self):
        with self.world.peer() as prober:
            prober.acknowledged(prober.report())
            with self.world.peer(uid=STRANGER, gid=NOGROUP) as stranger:
                self.assertTrue(stranger.closed_by_other_side())
            line = self.world.wait_audit(rf"^\[WARNING\] Refused a connection from uid {STRANGER} ")
            self.assertIn("only the prober", line)
            prober.acknowledged(prober.report())

    def test_root_is_not_the_prober_either(self):
        with self.world.peer(uid=0, gid=0) as stranger:
            self.assertTrue(stranger.closed_by_other_side())
        self.world.wait_audit(r"^\[WARNING\] Refused a connection from uid 0 ")

    def test_a_second_connection_is_refused_and_the_first_one_stays(self):
        with self.world.peer() as first:
            first.acknowledged(first.report())
            with self.world.peer() as second:
                self.assertTrue(second.closed_by_other_side())
            self.world.wait_audit(
                rf"^\[WARNING\] Refused a connection from uid {NOBODY} \(pid \d+\): \w+ prober is connected")
            first.acknowledged(first.report())
        self.assert_serves()

    def test_a_replayed_report_closes_the_connection_and_counts_once(self):
        with self.world.peer() as peer:
            peer.acknowledged(peer.report([wire.tunnel(tunnel_id(2), 1, wire.HEALTHY)]))
            peer.sequence -= 1
            peer.report([wire.tunnel(ID, 1, wire.DOWN)])
            self.assertTrue(peer.closed_by_other_side())
        self.world.wait_audit("Refused a packet.*: OUT_OF_SEQUENCE")
        self.assert_no_start()
        self.assert_serves()

    def test_an_observation_told_again_counts_once(self):
        self.world.write_config(tunnels=2, failure_threshold=2, cooldown=60)
        self.world.supervisor.stop()
        self.world.start_supervisor()
        with self.world.peer() as peer:
            for _ in range(20):
                sequence = peer.report([wire.tunnel(ID, 5, wire.DOWN)])
            answer = peer.acknowledged(sequence)
            self.assertEqual(answer["sequence"], 20)
            self.assert_no_start()
            peer.acknowledged(peer.report([wire.tunnel(ID, 4, wire.DOWN)]))
            self.assert_no_start()
            peer.report([wire.tunnel(ID, 6, wire.DOWN)])
            self.world.wait_starts(1)

    def test_a_packet_of_no_bytes_ends_the_connection_only(self):
        with self.world.peer() as peer:
            peer.send(b"")
            self.assertTrue(peer.closed_by_other_side())
        self.assert_serves()

    def test_the_largest_packet_and_fields_of_tomorrow_and_bad_utf8_are_no_fault(self):
        before = self.written()
        report = good(tunnels=[wire.tunnel(tunnel_id(2), 1,
                                           wire.HEALTHY) + wire.data(50, b"\xff\xfe\x80")],
                      extra=wire.data(98, b"\xc3\x28 \xf0\x9f"))
        padding = wire.MAX_PACKET - len(report)
        report += wire.data(99, b"\xff" * (padding - len(wire.data(99, bytes(padding))) + padding))
        self.assertEqual(len(report), wire.MAX_PACKET)
        with self.world.peer() as peer:
            peer.send(report)
            peer.acknowledged(1)
        self.assertLess(self.written() - before, 2048)

    def test_an_unknown_tunnel_is_skipped_and_counted_and_the_rest_stands(self):
        with self.world.peer() as peer:
            tunnels = [wire.tunnel(tunnel_id(i), 1, wire.DOWN) for i in range(1000, 1127)]
            sequence = peer.report([*tunnels, wire.tunnel(ID, 1, wire.DOWN)])
            answer = peer.acknowledged(sequence)
            self.assertEqual(answer["unknown_tunnels"], 127)
            self.assertEqual(set(answer["tunnels"]), {ID})
        self.world.wait_starts(1, "cloudflared_1.service")
        self.assertEqual(len(self.world.starts()), 1)
        self.assert_serves()

    def test_passed_descriptors_are_refused_and_do_not_stay_open(self):
        self.assert_serves()
        before = self.world.supervisor.open_descriptors()
        for _ in range(50):
            with self.world.peer() as peer, open("/dev/null", "rb") as file:
                rights = array.array("i", [file.fileno()] * 10)
                peer.socket.sendmsg([good()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
                self.assertTrue(peer.closed_by_other_side())
        self.world.wait_audit("Refused a packet.*: CONTROL_DATA")
        self.assertLessEqual(self.world.supervisor.open_descriptors(), before)
        self.assert_serves()

    def test_ten_thousand_bad_packets_are_a_bounded_log_and_delay_nobody(self):
        before = self.written()
        kinds = [packet for _, packet, _ in REFUSED if len(packet) < 4096]
        for i in range(10_000):
            with self.world.peer() as peer:
                peer.send(kinds[i % len(kinds)])
        self.assert_serves()
        self.world.wait_audit("Refused a packet")
        self.assert_bounded(before)
        self.assert_no_start()

    def test_a_flood_on_one_connection_is_read_no_further_than_its_first_bad_packet(self):
        before = self.written()
        for _ in range(20):
            with self.world.peer() as peer:
                sent = 0
                while sent < 1000 and peer.send(b"\xff" * 100):
                    sent += 1
        self.assert_serves()
        self.assert_bounded(before)

    def test_a_flood_of_strangers_is_a_bounded_log(self):
        before = self.written()
        for _ in range(3000):
            with self.world.peer(uid=STRANGER, gid=NOGROUP):
                pass
        self.assert_serves()
        self.assert_bounded(before)

    def test_a_status_that_toggles_thousands_of_times_is_a_bounded_log_and_one_start(self):
        before = self.written()
        with self.world.peer() as peer:
            for i in range(1, 5001):
                status = (wire.HEALTHY, wire.DOWN)[i % 2]
                sequence = peer.report([wire.tunnel(ID, i, status)],
                                       gateway=(wire.REACHABLE, wire.UNREACHABLE)[i % 7 == 0])
            peer.acknowledged(sequence, timeout=20)
        self.assert_bounded(before)
        self.assertEqual(len(self.world.starts()), 1, "once a cooldown, whatever is said")
        self.assert_serves()

    def test_a_peer_that_never_reads_is_never_waited_for(self):
        with self.world.peer() as peer:
            for i in range(1, 3001):
                peer.report([wire.tunnel(tunnel_id(2), i, wire.HEALTHY)])
            peer.report([wire.tunnel(ID, 1, wire.DOWN)])
            self.world.wait_starts(1)
            # What it reads at last is bounded, and ends in the newest.
            answers = [peer.receive()]
            while answers[-1]["sequence"] < peer.sequence:
                answers.append(peer.receive())
            self.assertLess(len(answers), 1000, "newer answers replace unread ones")
        self.assert_serves()

    def test_a_new_connection_is_told_of_no_report_that_it_did_not_send(self):
        self.world.systemctl_mode("sleep 1")
        with self.world.peer() as first:
            first.acknowledged(first.report([wire.tunnel(ID, 1, wire.DOWN)]))
        self.world.wait_starts(1)
        with self.world.peer() as second:
            # The start's outcome is news, but nothing was reported here that could be acknowledged.
            self.world.wait_audit("started: systemctl exit status 0")
            with self.assertRaises(TimeoutError):
                self.fail(f"acknowledged unasked: {second.receive(timeout=0.5)}")
            sequence = second.report([wire.tunnel(tunnel_id(2), 1, wire.HEALTHY)])
            answer = second.acknowledged(sequence)
            self.assertEqual(set(answer["tunnels"]), {ID, tunnel_id(2)}, "and the news comes then")

    def test_silent_connections_hold_nobody_up(self):
        peers = [self.world.peer() for _ in range(5)]
        self.world.wait_audit("Refused a connection", count=4)
        for peer in peers:
            peer.socket.close()
        self.assert_serves()
