"""The command line of both daemons, and the prober's --check-online."""
import json
import re
import subprocess

from case import SystemTest
from peers import NOGROUP, STRANGER
from world import binary, tunnel_id

OPTIONS = {"supervisor": ["--config", "--socket", "--check-config", "--version", "--help",
                          "--audit-log",
                          "--systemctl", "--state-dir", "--prober-user", "--dry-run"],
           "prober": ["--config", "--socket", "--check-config", "--version", "--help", "--user",
                      "--check-online", "--json", "--status-socket", "--status-group"]}


class CommandLine(SystemTest):
    def call(self, program, *arguments, network=False):
        prefix = ["ip", "netns", "exec", self.world.network.prober] if network else []
        return subprocess.run([*prefix, binary(program), *arguments], capture_output=True,
                              text=True, timeout=30,
                              check=False,
                              env={"ASAN_OPTIONS": "detect_leaks=0", "PATH": "/usr/sbin:/usr/bin"})

    def test_help_names_every_option_and_its_default(self):
        for program, options in OPTIONS.items():
            done = self.call(program, "--help")
            self.assertEqual(done.returncode, 0, program)
            for option in [*options, "/etc/failover-monitor/tunnels.json",
                           "/run/failover-monitor/report.sock"]:
                self.assertIn(option, done.stdout, program)
        self.assertIn("/var/log/failover-monitor/failover_monitor.log",
                      self.call("supervisor", "--help").stdout)

    def test_version_is_one_line(self):
        for program in OPTIONS:
            done = self.call(program, "--version")
            self.assertEqual(done.returncode, 0)
            self.assertRegex(done.stdout, r"^failover-" + program + r" \d+\.\d+\.\d+\n$")

    def test_what_is_not_understood_leaves_64_and_says_what(self):
        for program in OPTIONS:
            for arguments in (["--no-such-option"], ["word"], ["--config"]):
                with self.subTest(program=program, arguments=arguments):
                    done = self.call(program, *arguments)
                    self.assertEqual(done.returncode, 64)
                    self.assertIn(arguments[-1], done.stderr)

    def online(self, *more):
        return self.call("prober", "--config", self.world.config_file, "--user", "nobody",
                         "--check-online", *more,
                         network=True)

    def test_check_online_prints_a_table_and_leaves_0_if_every_status_is_known(self):
        world = self.world
        world.behave("healthy", t2="down")
        world.start_api()
        world.write_config(tunnels=2)
        done = self.online()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, rf"{tunnel_id(1)}.*healthy")
        self.assertRegex(done.stdout, rf"{tunnel_id(2)}.*down")
        self.assertEqual(len(world.api_requests()), 2, "each tunnel once")

    def test_check_online_leaves_1_if_a_status_is_unknown_and_json_says_why(self):
        world = self.world
        world.behave("healthy", t2={"http": 403, "body": json.dumps(
            {"success": False, "errors": [{"code": 9109, "message": "Invalid access token"}]})})
        world.start_api()
        world.write_config(tunnels=2)
        done = self.online("--json")
        self.assertEqual(done.returncode, 1, done.stderr)
        text = json.dumps(json.loads(done.stdout))
        for word in (tunnel_id(1), tunnel_id(2), "healthy", "unknown", "unauthorized"):
            self.assertIn(word, text)
        self.assertIsNone(re.search("cfut_", done.stdout + done.stderr))


    def test_a_prober_user_that_does_not_exist_is_named(self):
        self.world.write_config()
        self.world.prober_user = "no-such-user"
        child = self.world.launch_supervisor()
        self.assertIn(child.wait(), (1, 77), child.output())
        self.assertIn("no-such-user", child.output())
