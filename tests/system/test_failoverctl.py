"""failoverctl against a status socket whose answers are fixed: what it shows, and how it ends."""
import json
import os
import pty
import re
import signal
import socket
import subprocess
import threading
import time

from ctl_bed import CtlTest, SITUATIONS, example, failoverctl, golden, wait_until
from peers import STRANGER

OPTIONS = ["--json", "--socket", "--config", "--orders", "--audit-log", "--systemctl", "--prober",
           "--version", "--help"]
COMMANDS = ["status", "explain", "check", "doctor", "pause", "resume", "drill", "reload", "history",
            "names", "config"]


class Reading(CtlTest):
    def test_the_four_situations_are_shown_as_they_are_documented(self):
        self.serve()
        for name in SITUATIONS:
            self.answer(name)
            self.assertEqual(self.call("status").stdout, golden("status_" + name))
            self.assertEqual(self.call("explain", "office").stdout, golden("explain_" + name))
            shown = ""
            for words in (["check"], ["check", "office"]):
                done = self.call(*words)
                shown += f"$ failoverctl {' '.join(words)}\n{done.stdout}exit status {done.returncode}\n"
            self.assertEqual(shown, golden("check_" + name))

    def test_the_readme_shows_what_is_shown(self):
        with open(os.path.join(os.path.dirname(__file__), "../../README.md"), encoding="utf-8") as file:
            readme = file.read()
        for name in ("status_one_down", "explain_one_down"):
            self.assertIn(golden(name), readme)
        self.assertIn(golden("check_one_down").splitlines()[1], readme)

    def test_only_critical_makes_anything_else_a_success(self):
        self.serve()
        for name, status in (("all_well", 0), ("one_down", 2), ("token_refused", 0),
                             ("gateway_lost", 2)):
            self.answer(name)
            self.assertEqual(self.call("check", "--only-critical").returncode, status, name)

    def test_json_is_json_everywhere(self):
        self.serve("one_down")
        self.write_named_config()
        self.world.audit_log = self.world.path("empty.log")
        with open(self.world.audit_log, "w", encoding="ascii"):
            pass
        for words in (["status"], ["status", "home"], ["explain", "home"], ["check"], ["doctor"],
                      ["names"], ["history"], ["config", "check"], ["pause", "home", "--for", "1h"],
                      ["resume", "home"]):
            done = self.call(*words, "--json")
            self.assertIsInstance(json.loads(done.stdout), (dict, list), words)
        status = json.loads(self.call("status", "office", "--json").stdout)
        self.assertEqual([t["name"] for t in status["tunnels"]], ["office"])
        self.assertEqual(status["tunnels"][0]["verdict"], "WAIT_COOLDOWN")

    def test_help_names_every_command_and_option(self):
        done = self.call("--help")
        self.assertEqual(done.returncode, 0)
        for word in [*OPTIONS, *COMMANDS, "Exit status"]:
            self.assertIn(word, done.stdout)
        version = subprocess.run([failoverctl(), "--version"], capture_output=True, text=True,
                                 check=True, timeout=30)
        self.assertRegex(version.stdout, r"^failoverctl \d+\.\d+\.\d+\n$")

    def test_what_is_not_understood_leaves_64(self):
        for words in ([], ["--nonsense"], ["dance"], ["pause", "home"], ["drill"]):
            self.assertEqual(self.call(*words).returncode, 64, words)
        self.assertEqual(self.call("check", "--nonsense").returncode, 3)


class Socket(CtlTest):
    def test_no_socket_no_listener_and_no_status_leave_69_and_say_what_to_do(self):
        done = self.call("status")
        self.assertEqual(done.returncode, 69)
        self.assertIn("not there, so the prober does not run", done.stderr)
        dead = socket.socket(socket.AF_UNIX)
        dead.bind(self.sock)
        done = self.call("status")
        self.assertEqual(done.returncode, 69)
        self.assertIn("nobody listens", done.stderr)
        dead.close()
        os.remove(self.sock)
        self.serve()
        self.answer(b'{"version": 2}')
        done = self.call("status")
        self.assertEqual(done.returncode, 69)
        self.assertIn("format version 2", done.stderr)
        self.assertEqual(self.call("check").returncode, 3)

    def test_only_the_group_may_ask_and_others_are_told_of_it(self):
        self.serve("all_well", "--mode", "660")
        group = 54321
        os.chown(self.sock, 0, group)
        done = self.call("status", user=STRANGER, group=STRANGER, extra_groups=[])
        self.assertEqual(done.returncode, 77)
        self.assertIn("sudo usermod -aG failover-status", done.stderr)
        done = self.call("status", user=STRANGER, group=STRANGER, extra_groups=[group])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("3 healthy", done.stdout)

    def test_a_hostile_prober_neither_stalls_nor_writes_to_the_terminal(self):
        bad = example("one_down")
        bad["program_version"] = "\x1b[2J"
        bad["tunnels"][1].update(name="\x1b]0;owned\x07", explanation="a\nFAKE LINE", since="NaN",
                                 last_start_age=1e300, unit="\r", verdict="\x1b")
        bad["gateway"]["answered_by"] = "\u009b31m"
        bad["budgets"][0]["name"] = "|\x1b"
        self.serve()
        self.answer(bad)
        for words in (["status"], ["status", "0c2"], ["explain", "0c2"], ["check"], ["names"]):
            done = self.call(*words)
            self.assertNotRegex(done.stdout + done.stderr, "[\x00-\x09\x0b-\x1f\x7f-\x9f]", words)
            self.assertNotIn("\nFAKE LINE", done.stdout)

    def test_an_answer_without_end_is_given_up(self):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self.sock)
        listener.listen(4)
        stop = threading.Event()

        def drip():
            peer, _ = listener.accept()
            peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while not stop.wait(0.1):
                try:
                    peer.sendall(b" ")
                except OSError:
                    break
            peer.close()
        thread = threading.Thread(target=drip)
        thread.start()
        begin = time.monotonic()
        done = self.call("status")
        stop.set()
        thread.join(10)
        listener.close()
        self.assertEqual(done.returncode, 69)
        self.assertLess(time.monotonic() - begin, 15)


class Screen(CtlTest):
    def on_terminal(self, *words, until=None, **variables):
        """What the program writes to a terminal; ended by Ctrl-C once `until` was seen."""
        master, screen = pty.openpty()
        child = subprocess.Popen(self.arguments(*words), stdin=screen, stdout=screen, stderr=screen,
                                 env=self.environment(TERM="xterm", **variables),
                                 start_new_session=True)
        os.close(screen)
        text = b""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            text += piece
            if until is not None and until(text.decode(errors="replace")):
                child.send_signal(signal.SIGINT)
                until = None
            if not piece:
                break
        os.close(master)
        child.wait(10)
        return text.decode()

    def test_colour_only_on_a_terminal_and_not_against_no_color(self):
        self.serve("one_down")
        self.assertNotIn("\x1b", self.call("status").stdout)
        self.assertIn("\x1b[1;31mdown\x1b[0m", self.on_terminal("status"))
        self.assertNotIn("\x1b", self.on_terminal("status", NO_COLOR="1"))

    def test_watch_refreshes_in_place_and_goes_on_when_the_prober_is_away(self):
        self.serve("all_well")
        seen = []

        def act(text):
            clears = text.count("\x1b[H\x1b[2J")
            if not seen and clears >= 1 and "3 healthy" in text:
                self.answer("one_down")
                seen.append("healthy")
            elif seen == ["healthy"] and "1 down" in text:
                self.answer(b"nonsense")
                seen.append("down")
            elif seen == ["healthy", "down"] and "is not the JSON" in text:
                self.answer("gateway_lost")
                seen.append("away")
            return seen == ["healthy", "down", "away"] and "UNREACHABLE" in text
        text = self.on_terminal("status", "--watch", "--interval", "0.1s", until=act)
        self.assertEqual(seen, ["healthy", "down", "away"], text[-2000:])
        self.assertRegex(text, "[▁▂▃▄▅▆▇█]{4} .* at most")


class Completion(CtlTest):
    def setUp(self):
        super().setUp()
        self.serve()
        bin_directory = self.world.path("bin")
        os.mkdir(bin_directory)
        self.write_program("bin/failoverctl", f'exec {failoverctl()} --socket {self.sock} "$@"\n')
        self.path = f"{bin_directory}:/usr/bin:/bin"
        self.scripts = os.path.join(os.path.dirname(__file__), "..", "..", "ctl", "completion")

    def test_bash_completes_commands_options_and_tunnels(self):
        cases = (("st", "status"), ("status o", "office"), ("pause home --f", "--for"),
                 ("--json check 5", "5d0a1b2c"), ("config e", "example"))
        for typed, wanted in cases:
            words = ["failoverctl", *typed.split(" ")]
            script = (f"source {self.scripts}/failoverctl.bash; COMP_WORDS=({' '.join(words)}); "
                      f"COMP_CWORD={len(words) - 1}; _failoverctl; echo ${{COMPREPLY[*]}}")
            done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True,
                                  timeout=60, env=self.environment(PATH=self.path))
            self.assertEqual(done.stdout.strip(), wanted, typed)

    def test_zsh_completes_commands_and_tunnels(self):
        functions = self.world.path("zsh")
        os.mkdir(functions)
        os.symlink(os.path.abspath(f"{self.scripts}/failoverctl.zsh"), functions + "/_failoverctl")
        for typed, wanted in (("rel", "reload"), ("status off", "office"), ("config ex", "example")):
            master, screen = pty.openpty()
            child = subprocess.Popen(
                ["zsh", "-f", "-i"], stdin=screen, stdout=screen, stderr=screen, start_new_session=True,
                env=self.environment(PATH=self.path, TERM="dumb", HOME=self.world.directory, PS1="> "))
            os.close(screen)
            setup = (f"fpath=({functions} $fpath); autoload -U compinit; compinit -u -D; "
                     f"unsetopt zle_bracketed_paste; print rea''dy\n")
            os.write(master, setup.encode())
            self.read_until(master, "ready")
            os.write(master, f"failoverctl {typed}\t".encode())
            text = self.read_until(master, wanted[-2:] + " ")
            child.kill()
            child.wait(10)
            os.close(master)
            self.assertIn(wanted, re.sub("\x1b\\[[0-9?]*[a-zA-Z]|\x08", "", text))

    @staticmethod
    def read_until(master, wanted):
        text = ""

        def seen():
            nonlocal text
            text += os.read(master, 65536).decode(errors="replace")
            return wanted in text
        wait_until(seen, f"zsh writes {wanted!r}", timeout=30)
        return text
