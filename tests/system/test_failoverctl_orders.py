"""failoverctl gives orders: pause, resume, drill, reload; and looks at the host: doctor, history."""
import gzip
import json
import os
import threading
import time

from ctl_bed import CtlTest, HOME, OFFICE, example, wait_until
from peers import STRANGER


class Orders(CtlTest):
    def setUp(self):
        super().setUp()
        self.write_named_config()

    def order(self, name):
        with open(os.path.join(self.orders, name), encoding="utf-8") as file:
            return json.load(file)

    def test_a_pause_is_a_file_of_roots_and_works_with_the_prober_dead(self):
        before = time.clock_gettime(time.CLOCK_BOOTTIME)
        done = self.call("pause", "home", "--for", "2h", "--reason", "kernel upgrade")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Pause of home (" + HOME + ") until 20", done.stdout)
        self.assertEqual(os.listdir(self.orders), [HOME + ".pause"])
        order = self.order(HOME + ".pause")
        self.assertEqual(order["reason"], "kernel upgrade")
        self.assertAlmostEqual(order["until"] - before, 7200, delta=30)
        self.assertEqual(os.stat(f"{self.orders}/{HOME}.pause").st_mode & 0o777, 0o600)
        self.assertEqual(self.call("pause", "--all", "--for", "30min").returncode, 0)
        self.assertEqual(sorted(os.listdir(self.orders)), sorted([HOME + ".pause", OFFICE + ".pause"]))
        self.assertAlmostEqual(self.order(HOME + ".pause")["until"] - before, 1800, delta=30)
        done = self.call("resume", "home")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(os.listdir(self.orders), [OFFICE + ".pause"])
        self.assertEqual(self.call("resume", "--all").returncode, 0)
        self.assertEqual(os.listdir(self.orders), [])

    def test_nobody_but_root_gives_orders(self):
        os.chmod(self.world.config_file, 0o644)
        for words in (["pause", "home", "--for", "1h"], ["resume", "--all"], ["drill", "home", "--yes"]):
            done = self.call(*words, user=STRANGER, group=STRANGER, extra_groups=[])
            self.assertEqual(done.returncode, 77, words)
            self.assertIn("sudo", done.stderr)
        self.assertEqual(os.listdir(self.orders), [])

    def test_only_configured_tunnels_and_sound_directories(self):
        done = self.call("pause", "shop", "--for", "1h")
        self.assertEqual(done.returncode, 1)
        self.assertIn("there are: home and office", done.stderr)
        os.chmod(self.orders, 0o777)
        done = self.call("pause", "home", "--for", "1h")
        self.assertEqual(done.returncode, 1)
        self.assertIn("mode 0700", done.stderr)
        self.assertEqual(os.listdir(self.orders), [])


class Drill(CtlTest):
    def setUp(self):
        super().setUp()
        self.write_named_config()
        self.serve("all_well", "--live")

    def play_supervisor(self, outcome, connector):
        """Takes the order as the supervisor does, and lets the status follow."""
        file = f"{self.orders}/{OFFICE}.drill"

        def play():
            wait_until(lambda: os.path.exists(file), "the order", timeout=30)
            with open(file, encoding="utf-8") as order:
                self.taken = json.load(order)
            os.remove(file)
            status = example("all_well")
            office = status["tunnels"][1]
            for step, age in (("PENDING", 0.1), (outcome, 0.5)):
                office.update(last_start_outcome=step, last_start_age=age)
                self.answer(status)
                time.sleep(0.6)
            if connector:
                office["connectors"].update(own_known=True, age=0.1)
                self.answer(status)
        thread = threading.Thread(target=play)
        thread.start()
        self.addCleanup(thread.join, 30)

    def test_it_is_followed_until_the_connector_is_seen(self):
        self.play_supervisor("SUCCEEDED", connector=True)
        done = self.call("drill", "office", "--yes", "--reason", "monthly")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"the supervisor took the order|systemctl starts cloudflared_2")
        self.assertRegex(done.stdout, r"Drill succeeded after [\d.]+ s: the tunnel's own connector")
        self.assertEqual(self.taken["reason"], "monthly")
        self.assertEqual(os.listdir(self.orders), [])

    def test_a_start_that_fails_or_a_connector_that_never_comes_fails(self):
        self.play_supervisor("FAILED", connector=False)
        done = self.call("drill", "office", "--yes")
        self.assertEqual(done.returncode, 1)
        self.assertIn("the unit was not started", done.stderr)
        self.answer("all_well")
        self.play_supervisor("SUCCEEDED", connector=False)
        done = self.call("drill", "office", "--yes", "--timeout", "4s")
        self.assertEqual(done.returncode, 1)
        self.assertIn("its own connector was not seen", done.stderr)

    def test_nothing_is_done_without_a_yes_nor_within_a_cooldown(self):
        done = self.call("drill", "office")
        self.assertEqual(done.returncode, 64)
        self.assertIn("LIVE", done.stderr)
        self.assertIn("--yes", done.stderr)
        self.answer("one_down")
        done = self.call("drill", "office", "--yes")
        self.assertEqual(done.returncode, 1)
        self.assertIn("less than cooldown ago", done.stderr)
        self.assertEqual(os.listdir(self.orders), [])


class Reload(CtlTest):
    def setUp(self):
        super().setUp()
        self.write_named_config()
        self.serve("all_well", "--live")

    def reload(self, changes, *more):
        """With a stand-in for systemctl that changes the status as the daemons would."""
        status = example("all_well")
        status["configuration"].update(changes)
        with open(self.world.path("after.json"), "w", encoding="utf-8") as file:
            json.dump(status, file)
        systemctl = self.write_program("systemctl.reload", (
            f'echo "$*" >>{self.world.path("calls")}\ncp {self.world.path("after.json")} '
            f'{self.body}.copy && mv {self.body}.copy {self.body}\n'))
        return self.call("reload", "--systemctl", systemctl, *more)

    def test_it_ends_when_both_sides_have_the_file(self):
        digest = self.world.digest().decode()
        done = self.reload({"digest": digest, "supervisor_digest": digest, "last_reload_age": 0.1})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Both sides have", done.stdout)
        with open(self.world.path("calls"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "reload --no-ask-password failover-monitor.service\n")

    def test_the_reason_is_printed_otherwise(self):
        digest = self.world.digest().decode()
        done = self.reload({"last_reload_succeeded": False, "last_reload_age": 0,
                            "faults": ["token_file: /x: Permission denied"]})
        self.assertEqual(done.returncode, 1)
        self.assertIn("token_file: /x: Permission denied", done.stderr)
        done = self.reload({"digest": digest, "last_reload_age": 0.1}, "--timeout", "1s")
        self.assertEqual(done.returncode, 1)
        self.assertIn("the supervisor did not take the new configuration", done.stderr)
        self.world.write_config("{}")
        os.remove(self.world.path("calls"))
        done = self.reload({})
        self.assertEqual(done.returncode, 1)
        self.assertIn("tunnels: missing", done.stderr)
        self.assertFalse(os.path.exists(self.world.path("calls")))


SHOW = r"""
[[ $1 == show ]] || exit 1
while [[ $1 != -- ]]; do shift; done
shift
for unit; do
  echo "Id=$unit"
  case $unit in
    cloudflared_2.service) echo LoadState=not-found; echo ActiveState=inactive ;;
    *) printf '%s\n' LoadState=loaded ActiveState=active SubState=running NRestarts=0 \
       FragmentPath=/usr/lib/systemd/system/$unit UnitFileState=enabled NeedDaemonReload=no ;;
  esac
  echo
done
"""


class Doctor(CtlTest):
    def test_it_asks_systemd_and_cloudflare_and_names_what_is_wrong(self):
        world = self.world
        world.behave("healthy", by_id={OFFICE: {"http": 403, "body": json.dumps(
            {"success": False, "errors": [{"code": 9109, "message": "Invalid access token"}]})}})
        world.start_api()
        self.write_named_config(check_interval=3)
        self.serve("one_down")
        systemctl = self.write_program("systemctl.show", SHOW)
        done = self.call("doctor", "--systemctl", systemctl, "--json", namespace=world.network.prober)
        self.assertEqual(done.returncode, 1, done.stderr)
        found = [(f["health"], f["subject"], f["words"]) for f in json.loads(done.stdout)["findings"]]
        self.assertIn(("OK", "configuration", f"{world.config_file}: valid, 2 tunnels"), found)
        self.assertIn(("OK", "tokens", "the prober's user can read the configuration and every token"),
                      found)
        self.assertIn(("FAIL", "unit", "cloudflared_2.service of tunnel office: there is no such unit"),
                      found)
        self.assertIn(("OK", "service", "failover-prober.service: active (running)"), found)
        self.assertIn(("OK", "TLS", "the API's certificate is trusted: 2 of 2 (asked now)"), found)
        refused = [words for health, subject, words in found if (health, subject) == ("FAIL", "token")]
        self.assertEqual(len(refused), 1, found)
        self.assertIn("office", refused[0])
        self.assertNotIn("home", refused[0])
        self.assertEqual(len(world.api_requests()), 2, "each tunnel once")
        self.assertNotIn("cfut_", done.stdout + done.stderr)


class HistoryOfTheLog(CtlTest):
    def test_rotated_files_are_read_and_the_real_daemons_lines_understood(self):
        world = self.start_world(tunnels=1)
        world.wait_audit("status: healthy")
        world.behave("down")
        world.wait_audit("Local service cloudflared_1 started")
        world.behave("healthy")
        world.wait_audit("status: healthy", count=2)
        self.end_daemons()
        with gzip.open(world.audit_log + ".2.gz", "wt") as file:
            file.write("2026-01-01 00:00:00 [INFO] Tunnel 00000000-0000-4000-8000-000000000001 status: "
                       "healthy\n2026-01-01 12:00:00 [INFO] Cloudflare Tunnel Monitor stopped.\n")
        done = self.call("history", "00000000")
        self.assertEqual(done.returncode, 0, done.stderr)
        for words in ("2026-01-01 12:00:00", "down: outage begins", "starting cloudflared_1",
                      "cloudflared_1 started: systemctl exit status 0", "outage of"):
            self.assertIn(words, done.stdout)
        (tunnel,) = json.loads(self.call("history", "--json", "--since", "1h").stdout)["tunnels"]
        self.assertEqual(len(tunnel["outages"]), 1)
        self.assertGreaterEqual(tunnel["starts"], 1)
        self.assertLess(tunnel["available_percent"], 100)

    def test_whoever_may_not_read_the_log_is_told_which_group_may(self):
        os.makedirs(os.path.dirname(self.world.audit_log), exist_ok=True)
        with open(self.world.audit_log, "w", encoding="ascii") as file:
            file.write("2026-01-01 00:00:00 [INFO] Cloudflare Tunnel Monitor started.\n")
        os.chmod(self.world.audit_log, 0o640)
        done = self.call("history", user=STRANGER, group=STRANGER, extra_groups=[])
        self.assertEqual(done.returncode, 77)
        self.assertIn("group adm", done.stderr)
        os.chmod(os.path.dirname(self.world.audit_log), 0o700)
        done = self.call("history", user=STRANGER, group=STRANGER, extra_groups=[])
        self.assertEqual(done.returncode, 77)
        self.assertIn("group adm", done.stderr)
