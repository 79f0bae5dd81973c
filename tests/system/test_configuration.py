"""Every fault of tunnels.json by its exact message, from both daemons' --check-config."""
import json
import os
import subprocess

from case import SystemTest
from config_faults import CASES, PROBER_CASES, SYNTAX, VALID
from peers import NOGROUP
from supervisor_faults import supervisor_says
from world import World, binary

PROGRAMS = ("supervisor", "prober")


class ConfigurationFaults(SystemTest):
    def check(self, program):
        """(exit status, lines on standard error, standard output) of --check-config."""
        who = ["--user", "nobody"] if program == "prober" else []
        done = subprocess.run([binary(program), "--config", self.world.config_file,
                               "--check-config", *who],
                              capture_output=True, text=True, timeout=20, check=False,
                              env={"ASAN_OPTIONS": "detect_leaks=0", "PATH": "/usr/bin:/bin"})
        return done.returncode, done.stderr.splitlines(), done.stdout

    def assert_refused(self, what, messages):
        """The prober names exactly these faults, each behind the file's name, and leaves 78; so does
        the supervisor, with what it says of the case, or it takes the file."""
        for program, said in (("prober", messages), ("supervisor", supervisor_says(what, messages))):
            with self.subTest(what, program=program):
                status, lines, output = self.check(program)
                self.assertEqual(lines, [f"{self.world.config_file}: {message}" for message in said])
                self.assertEqual(status, 78 if said else 0)
                self.assertEqual(output == "", bool(said), output)
                self.assertNotIn("cfut_", "".join(lines), "no token in any message")

    def test_each_fault_of_a_field_has_its_exact_message(self):
        for what, change, messages in CASES:
            config = self.world.configuration(tunnels=2)
            change(config)
            self.world.write_config(config)
            self.assert_refused(what, messages)

    def test_each_fault_that_only_the_prober_judges_has_its_exact_message(self):
        for what, change, messages in PROBER_CASES:
            config = self.world.configuration(tunnels=2)
            change(config)
            self.world.write_config(config)
            with self.subTest(what):
                status, lines, output = self.check("prober")
                self.assertEqual(lines, [f"{self.world.config_file}: {m}" for m in messages])
                self.assertEqual((status, output), (78, ""))
                self.assertEqual(self.check("supervisor")[0], 0)

    def test_a_syntax_error_comes_alone_with_its_place_and_shows_no_token(self):
        for what, text, message in SYNTAX:
            self.world.write_config(text)
            self.assert_refused(what, [message])

    def test_all_faults_come_at_once(self):
        config = self.world.configuration(tunnels=2)
        known = self.world.configuration(tunnels=2)  # without the field that the supervisor takes
        messages = []
        by_supervisor = []
        for what, change, its_messages in CASES:
            if what in ("unknown field", "check_interval out of range", "tunnel id no UUID",
                        "unit is a path"):
                change(config)
                messages += its_messages
                if what != "unknown field":
                    change(known)
                by_supervisor += supervisor_says(what, its_messages)
        self.assertEqual((len(messages), len(by_supervisor)), (4, 3))
        for program, written, said in (("prober", config, messages),
                                       ("supervisor", known, by_supervisor)):
            self.world.write_config(written)
            status, lines, _ = self.check(program)
            self.assertEqual(status, 78)
            self.assertEqual(sorted(lines), sorted(f"{self.world.config_file}: {m}" for m in said))

    def test_what_is_valid_is_said_to_be_so(self):
        for what, change in VALID:
            config = self.world.configuration(tunnels=2)
            change(config)
            self.world.write_config(config)
            for program in PROGRAMS:
                with self.subTest(what, program=program):
                    status, lines, output = self.check(program)
                    self.assertEqual([line for line in lines if not line.startswith("warning: ")],
                                     [])
                    self.assertEqual(status, 0)
                    self.assertEqual(output, f"{self.world.config_file}: 2 tunnel(s), valid\n")

    def test_a_cooldown_that_contradicts_the_hourly_limit_is_a_warning(self):
        self.world.write_config(cooldown=10, max_starts_per_hour=60)
        file = self.world.config_file
        self.assertEqual(self.check("supervisor")[:2], (0, []))
        status, lines, _ = self.check("prober")
        self.assertEqual(status, 0)
        self.assertEqual(lines, [
            f"warning: {file}: max_starts_per_hour: contradicts cooldown, which allows 360 starts "
            "in an hour; raise one of the two"])

    def test_owner_and_mode_of_the_file_are_judged(self):
        file = self.world.config_file
        cases = [
            (0o660, 0, [f"{file}: others than root may write it; run: chmod 0640 {file}"]),
            (0o640, 1,
             [f"{file}: owned by uid 1, must be root; run: chown root:failover-prober {file}"]),
            (0o644, 0,
             [f"{file}: everybody may read the tokens in it; run: chmod 0640 {file}"]),
            (0o666, 0, [f"{file}: others than root may write it; run: chmod 0640 {file}",
                        f"{file}: everybody may read the tokens in it; run: chmod 0640 {file}"]),
        ]
        for mode, owner, expected in cases:
            self.world.write_config(mode=mode)
            os.chown(file, owner, NOGROUP)
            # Who may read tokens is nothing to root; who may change the file is all to it.
            by_supervisor = [line for line in expected if "may read" not in line]
            for program, said in (("prober", expected), ("supervisor", by_supervisor)):
                with self.subTest(mode=oct(mode), owner=owner, program=program):
                    status, lines, _ = self.check(program)
                    self.assertEqual((status, [line for line in lines if "warning" not in line]),
                                     (78 if said else 0, said))

    def test_everybody_may_read_a_file_that_has_no_tokens(self):
        token_file = self.world.path("token")
        with open(token_file, "w", encoding="ascii") as file:
            file.write("cfut_x\n")
        os.chown(token_file, 0, NOGROUP)
        os.chmod(token_file, 0o640)
        tunnel = World.tunnel(1, token_file=token_file)
        del tunnel["token"]
        self.world.write_config(tunnels=[tunnel], mode=0o644)
        for program in PROGRAMS:
            self.assertEqual(self.check(program)[0], 0, program)

    def test_no_file_a_directory_and_a_fifo_are_faults(self):
        file = self.world.config_file
        advice = "; there must be a regular file that root and group failover-prober may read"
        cases = [("nothing", lambda: None, os.devnull,
                  f"{file}: No such file or directory{advice}"),
                 ("a directory", lambda: os.mkdir(file), os.rmdir,
                  f"{file}: not a regular file{advice}"),
                 ("a fifo", lambda: os.mkfifo(file), os.remove,
                  f"{file}: not a regular file{advice}")]
        for what, make, remove, message in cases:
            make()
            for program in PROGRAMS:
                with self.subTest(what, program=program):
                    self.assertEqual(self.check(program)[:2], (78, [message]))
            if callable(remove):
                remove(file)


class DaemonsRefuse(SystemTest):
    def test_both_daemons_leave_78_and_name_the_fault(self):
        self.world.write_config(check_interval=0)
        message = (f"{self.world.config_file}: check_interval: 0 is out of range; "
                   "write a number from 1 to 3600")
        for child in (self.world.launch_supervisor(), self.world.start_prober()):
            self.assertEqual(child.wait(), 78, child.name)
            self.assertIn(message, child.output())
        self.assertFalse(os.path.exists(self.world.socket))

    def test_the_supervisor_refuses_a_file_that_others_may_change(self):
        for mode, owner in ((0o660, 0), (0o640, 65534), (0o642, 0)):
            with self.subTest(mode=oct(mode), owner=owner):
                self.world.write_config(mode=mode)
                os.chown(self.world.config_file, owner, NOGROUP)
                child = self.world.launch_supervisor()
                self.assertEqual(child.wait(), 78)
                self.assertIn(self.world.config_file + ": ", child.output())

    def test_the_prober_warns_of_tokens_that_everybody_may_read_and_works(self):
        world = self.world
        world.behave("healthy")
        world.start_api()
        world.write_config(mode=0o644)
        world.start_both()
        world.wait_audit("status: healthy")
        self.assertIn("everybody may read the tokens in it", world.prober.output())

    def test_a_token_file_is_read_and_its_token_is_used(self):
        world = self.world
        token_file = world.path("home.token")
        with open(token_file, "w", encoding="ascii") as file:
            file.write("cfut_from_the_file\n")
        os.chown(token_file, 0, NOGROUP)
        os.chmod(token_file, 0o640)
        tunnel = World.tunnel(1, token_file=token_file)
        del tunnel["token"]
        self.start_world(tunnels=[tunnel])
        world.wait_audit("status: healthy")

    def test_a_token_file_that_the_prober_cannot_read_is_said_with_its_field(self):
        tunnel = World.tunnel(1, token_file=self.world.path("nowhere.token"))
        del tunnel["token"]
        self.world.write_config(tunnels=[tunnel])
        done = subprocess.run([binary("prober"), "--config", self.world.config_file,
                               "--check-config",
                               "--user", "nobody"], capture_output=True, text=True, timeout=20,
                              check=False,
                              env={"ASAN_OPTIONS": "detect_leaks=0"})
        self.assertEqual(done.returncode, 78)
        self.assertIn(f"{self.world.config_file}: tunnels[0].token_file: {tunnel['token_file']}: "
                      "No such file or directory", done.stderr)

    def test_no_token_is_in_any_output_of_the_daemons(self):
        world = self.start_world(default={"http": 401,
                                          "body": json.dumps({"success": False, "errors": []})})
        world.wait_audit("status: unknown")
        world.prober.stop()
        world.supervisor.stop()
        everything = world.prober.output() + world.supervisor.output() + world.audit_text().decode()
        self.assertNotIn("cfut_", everything)
