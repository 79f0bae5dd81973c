"""The audit log: no record, no start; nothing forges a line; a file moved away is made anew."""
import os
import re
import stat

from case import SystemTest
from world import wait_until


class AuditLog(SystemTest):
    def fill(self, directory):
        """Takes the last byte of the file system."""
        with open(os.path.join(directory, "filler"), "wb", buffering=0) as filler:
            try:
                while filler.write(b"x" * 4096):
                    pass
            except OSError:
                pass

    def test_a_full_disk_under_it_starts_nothing_and_says_so_until_there_is_space(self):
        world = self.world
        world.mount_tmpfs(world.path("log"), "64k")
        notify = world.notify_socket("supervisor")
        world.behave("healthy")
        world.start_api()
        world.write_config(cooldown=2)
        world.start_supervisor(environment={"NOTIFY_SOCKET": notify.path})
        world.start_prober()
        world.wait_audit("status: healthy")
        self.fill(world.path("log"))
        # What is left of the last page of the log itself.
        with open(world.audit_log, "ab", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            file.write(b"#" * (-size % 4096))
        world.behave("down")
        wait_until(lambda: "Audit log: " in world.supervisor.output(), "said on standard error")
        self.assertRegex(world.supervisor.output(),
                         r"Audit log: .*No space left.*Nothing is started")
        notify.wait_for("STATUS", lambda status: "audit log cannot be written" in status.lower())
        world.wait_requests(6)
        self.assert_no_start()
        self.assertLess(len(world.supervisor.output()), 16384, "said, but not at every attempt")

        # The operator frees space: the padding of this test, and the filler.
        os.truncate(world.audit_log, size)
        os.remove(world.path("log/filler"))
        world.wait_starts(1)
        world.wait_audit("is down. Starting local service cloudflared_1")
        notify.wait_for("STATUS",
                        lambda status: "audit log" not in status.lower() and "started" in status)

    def test_a_file_that_was_moved_away_is_made_anew_with_its_mode(self):
        world = self.start_world(cooldown=60)
        world.wait_audit("status: healthy")
        os.rename(world.audit_log, world.audit_log + ".1")
        world.behave("down")
        world.wait_starts(1)
        world.wait_audit("status: down")
        self.assertTrue(any("status: healthy" in line
                            for line in world.audit_lines(world.audit_log + ".1")))
        self.assertFalse(any("down" in line for line in world.audit_lines(world.audit_log + ".1")))
        status = os.stat(world.audit_log)
        self.assertEqual((oct(stat.S_IMODE(status.st_mode)), status.st_uid), ("0o640", 0))

    def test_a_link_in_its_place_is_not_followed_and_nothing_is_started(self):
        world = self.world
        victim = world.path("victim")
        with open(victim, "w", encoding="ascii") as file:
            file.write("untouched")
        os.symlink(victim, world.audit_log)
        world.behave("down")
        world.start_api()
        world.write_config()
        world.launch_supervisor()
        wait_until(lambda: world.audit_log in world.supervisor.output(), "the link is said")
        world.start_prober()
        world.wait_requests(4)
        self.assert_no_start()
        os.remove(world.audit_log)
        world.wait_starts(1)
        with open(victim, encoding="ascii") as file:
            self.assertEqual(file.read(), "untouched")

    def test_what_systemctl_prints_cannot_forge_a_line(self):
        world = self.world
        forged = r"no\n2026-01-01 00:00:00 [INFO] Local service cloudflared_1 started\r\033[2J\302\233end\377"
        world.systemctl_mode(f"fail 5 {forged}")
        self.start_world(default="down", cooldown=60)
        line = world.wait_audit("not started")
        self.assertRegex(line,
                         r"^\[ERROR\] Local service cloudflared_1 not started: systemctl exit status 5 after "
                         + r"[\d.]+ s: " + re.escape(
                             r"no\x0a2026-01-01 00:00:00 [INFO] Local service cloudflared_1 started\x0d\x1b[2J\xc2\x9bend\xff")
                         + "$")
        self.assertEqual(world.matching(r"^\[INFO\] Local service"), [])
        # Standard error, which the journal keeps, has it escaped as well.
        for text in (world.audit_text().decode(errors="replace"), world.supervisor.output()):
            self.assertEqual([c for c in text if (ord(c) < 32 and c != "\n")
                              or 127 <= ord(c) < 160], [])

    def test_every_line_is_also_on_standard_error(self):
        world = self.start_world(default="down", cooldown=60)
        world.wait_audit("started: systemctl exit status 0")
        world.prober.stop()
        world.supervisor.stop()
        for line in world.audit_lines():
            self.assertIn(line.split("] ", 1)[1], world.supervisor.output())
