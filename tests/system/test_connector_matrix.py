"""Whatever the API answers to who is connected to a tunnel: what is known of the primary and why no
more, as many look-ups as there may be, no failback, and the tunnel's own status known all the while.
The rows are in fault_table.py and connector_table.py.

All rows of a test stand in one world: each has an account and an API budget of its own. Each begins
with an outage, which starts the backup; then the primary is known to be away; then comes the answer.
A good answer says that the primary is back: of those that reach us whole the failback must come, or
nothing would show that the others would have led to one.
"""
import re
import time

import connector_table
import fault_table as table
from case import SystemTest
from connectors import BACKUP, CRASHED, OURS
from world import World, tunnel_id, wait_until

REPLICA = "d4041254-91e3-4deb-bd94-b46e11680b1e"  # the later one of the API's example
NO_LIST = "uncertain: no list of its connectors"
SAYS = {"away": None, "returned": "returned",
        "unlisted": "uncertain: no cloudflared of this host is connected to it by Cloudflare's list; "}


class Connections:
    """GET .../cfd_tunnel/{id}/connections: one tunnel, alone in its account."""
    name = "connections"


class Case:
    """One row."""

    def __init__(self, number, row):
        self.number, self.row = number, row
        self.said, pace = row.expected(Connections.name)
        self.pace = connector_table.PACES[pace]
        self.pauses = self.said == "rate_limited"  # all questions that share the budget
        self.account, self.id = f"{number:032x}", tunnel_id(number)
        self.backup = f"cloudflared_{number}.service"
        self.failback = f"failback@cloudflared_{number}.service"

    def tunnel(self):
        return World.tunnel(self.number, account_id=self.account, budget_group=self.account,
                            failure_threshold=1, failback_service=self.failback)

    def answer(self):
        answer = self.row.answer
        return answer(Connections.name, [self.id]) if callable(answer) else answer

    def findings(self, output):
        """What the prober said of the primary."""
        return re.findall(rf"Tunnel {self.id} primary: (.*)", output)

    def pattern(self):
        """What it must say, once: "" if nothing is new."""
        if self.said in SAYS:
            return SAYS[self.said] and re.escape(SAYS[self.said])
        return re.escape(NO_LIST) + rf" \(({self.said})\): .*\. No failback meanwhile\."


class ConnectorMatrix(SystemTest):
    def fail_over(self, cases, api_timeout):
        """The backup of each was started, the tunnel is healthy by it, and the primary away."""
        world = self.world
        world.cloudflared("cloudflared", OURS)
        world.cloudflared("replica", REPLICA, port=20242)
        known = {case.number: [CRASHED, BACKUP] for case in cases}
        world.behave("down", connections=known)
        world.start_api()
        world.write_config(tunnels=[case.tunnel() for case in cases], check_interval=table.INTERVAL,
                           api_timeout=api_timeout, failback_after=1, cooldown=3600)
        world.start_both()
        world.wait_starts(len(cases), timeout=30)
        world.behave("healthy", connections=known)
        world.wait_audit("status: healthy", count=len(cases), timeout=30)
        wait_until(lambda: all(case.findings(world.prober.output())[-1:] == ["away"]
                               for case in cases), "every primary is away", timeout=30)

    def check(self, rows, api_timeout=table.TIMEOUT):
        cases = [Case(number, row) for number, row in
                 enumerate((row for row in rows if row.expected(Connections.name)), 1)]
        self.assertGreater(len(cases), 0)
        self.fail_over(cases, api_timeout)
        world = self.world
        seen = len(world.prober.output())
        world.behave("healthy", connections={case.number: case.answer() for case in cases})
        begin = time.time()
        self.wait_for_the_end_of_every_window(cases, begin)
        said = world.prober.output()[seen:]
        for case in cases:
            with self.subTest(case.row.what):
                self.check_case(case, case.findings(said), self.lookups(case, begin))
                self.check_health(case, begin)
        self.check_starts(cases)

    def lookups(self, case, begin):
        return [when for when, _ in self.world.lookups(case.number) if when >= begin]

    def wait_for_the_end_of_every_window(self, cases, begin):
        def requests():
            return [self.lookups(case, begin) for case in cases]
        # A machine that is late may take its time; in no time there may be more than `most`.
        times = wait_until(lambda: (all(len(found) >= case.pace.least
                                        for case, found in zip(cases, requests())) and requests()),
                           "each is looked up as often as it must be", timeout=50, interval=0.2)
        end = max(found[0] for found in times) + connector_table.WINDOW
        wait_until(lambda: time.time() > end, "the windows end", timeout=30)

    def check_case(self, case, found, times):
        pattern = case.pattern()
        if pattern is None:
            self.assertEqual(found, [])
        elif "|" in case.said:  # one of them, each time
            self.assertTrue(found and all(re.match(pattern, line) for line in found), found)
        else:
            self.assertEqual(len(found), 1, found)
            self.assertRegex(found[0], "^" + pattern)
        gap = times[1] - times[0] if len(times) > 1 else connector_table.WINDOW
        times = [when - times[0] for when in times if when <= times[0] + connector_table.WINDOW]
        self.assertLessEqual(len(times), case.pace.most, times)
        self.assertGreaterEqual(gap, case.pace.gap, times)

    def check_health(self, case, begin):
        """Whatever becomes of the look-ups, the tunnel itself is asked about and answered."""
        world = self.world
        self.assertEqual(world.matching(f"Tunnel {case.id} status:"),
                         [f"[INFO] Tunnel {case.id} status: {status}" for status in ("down", "healthy")])
        asked = [when for when, path in world.paths(case.account)
                 if when >= begin and path.endswith(case.id)]
        if not case.pauses:
            # Twelve seconds of them, for a machine that is late.
            self.assertGreaterEqual(len(asked), 12, asked)

    def check_starts(self, cases):
        """Each backup by its outage, and no failback but of a good answer."""
        started = sorted(unit for _, unit in self.world.starts())
        self.assertEqual(started, sorted([case.backup for case in cases] +
                                         [case.failback for case in cases if case.said == "returned"]))

    def test_every_example_of_the_documentation(self):
        self.check(table.EXAMPLE_ROWS)

    def test_every_code_under_every_status(self):
        self.check(table.STATUS_ROWS[:27])

    def test_every_status(self):
        self.check(table.STATUS_ROWS[27:])

    def test_every_rate_limit(self):
        self.check(table.LIMIT_ROWS)

    def test_every_strange_body(self):
        self.check(table.BODY_ROWS)

    def test_every_strange_list_of_connectors(self):
        self.check(connector_table.CONNECTION_ROWS)

    def test_every_way_of_delivery(self):
        self.check(table.DELIVERY_ROWS)

    def test_every_wrong_length(self):
        self.check(table.FRAMING_ROWS)

    def test_every_slowness(self):
        self.check(table.SLOW_ROWS, table.SHORT_TIMEOUT)

    def test_every_large_body(self):
        self.check(table.LARGE_ROWS)

    def test_look_ups_that_hang_delay_no_question_about_health(self):
        """More of them than may be in flight at once, and each until api_timeout."""
        world = self.world
        numbers = range(1, 111)
        world.behave("down")
        world.start_api()
        world.write_config(tunnels=[World.tunnel(number, failure_threshold=1,
                                                 failback_service=f"failback@cloudflared_{number}")
                                    for number in numbers], api_timeout=30, cooldown=3600)
        world.start_both()
        world.wait_starts(len(numbers), timeout=30)
        hang = {number: {"connectors": [], "delay": 40} for number in numbers}
        world.behave("healthy", connections=hang)
        begin = time.time()

        def hanging():
            return [when for when, path in world.paths() if path.endswith("/connections")
                    and when > begin]
        wait_until(lambda: len(hanging()) >= 40, "they hang", timeout=30)
        begin = time.time()
        wait_until(lambda: time.time() > begin + 12, "less than api_timeout is over", timeout=20)
        asked = [when for when, _ in world.list_requests() if when > begin]
        self.assertGreaterEqual(len(asked), 8, "each second, with check_interval 1 s")
        self.assertEqual(world.matching("unknown"), [])
        world.behave("healthy", connections=hang, t7="down")
        world.wait_audit(f"Tunnel {tunnel_id(7)} status: down", count=2, timeout=5)
