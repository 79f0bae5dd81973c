"""Whatever the API answers about tunnels, singly or in a list: the right status, as many requests as
there may be, said once, and nothing started. The rows are in fault_table.py, the columns are the
Endpoints; the third one, who is connected to a tunnel, is in test_connector_matrix.py.

All rows of a test stand in one world: each has an account and an API budget of its own.
"""
import json
import os
import re
import time

import fault_table as table
from case import SystemTest
from world import World, tunnel_id, wait_until


class Single:
    """GET .../cfd_tunnel/{id}: one tunnel, alone in its account."""
    name = "single"
    tunnels_a_row = 1

    @staticmethod
    def place(told, account, ids, answer):
        told["tunnels"][ids[0]] = answer

    @staticmethod
    def requests(world, account):
        return [when for when, path in world.paths(account) if "?" not in path]


class List:
    """GET .../cfd_tunnel?...: two tunnels of one account. Asked about singly, neither is known."""
    name = "list"
    tunnels_a_row = 2

    @staticmethod
    def place(told, account, ids, answer):
        told["lists"][account] = {"pages": {"default": answer}}
        for own in ids:
            told["tunnels"][own] = table.refusal(404, 1002)

    @staticmethod
    def requests(world, account):
        return [when for when, path in world.paths(account) if "?" in path]


class Case:
    """One row at one endpoint."""

    def __init__(self, number, row, endpoint):
        self.row, self.endpoint = row, endpoint
        self.status, self.pace = row.expected(endpoint.name)
        self.account = f"{number:032x}"
        first = 10 * number
        self.numbers = range(first, first + endpoint.tunnels_a_row)
        self.ids = [tunnel_id(number) for number in self.numbers]

    def place(self, told):
        answer = self.row.answer
        if callable(answer):
            answer = answer(self.endpoint.name, self.ids)
        self.endpoint.place(told, self.account, self.ids, answer)

    def tunnels(self):
        # A known status is none that would start something: then it is asked about in rounds.
        failing = ["inactive"] if "INACTIVE" not in self.status else ["down"]
        return [World.tunnel(number, account_id=self.account, budget_group=self.account,
                             failover_on=failing) for number in self.numbers]

    def lines(self):
        """What the audit log must say about each tunnel, once."""
        words = self.status.split()
        words *= len(self.ids) // len(words)
        for own, word in zip(self.ids, words):
            if word.isupper():
                yield own, f"[INFO] Tunnel {own} status: {word.lower()}"
            elif "|" in word:  # one of them, each time
                yield own, rf"\[WARNING\] Tunnel {own} status: unknown \(({word})\)"
            else:
                yield own, f"[WARNING] Tunnel {own} status: unknown ({word})"


class FaultMatrix(SystemTest):
    def check(self, endpoint, rows, api_timeout=table.TIMEOUT):
        cases = [Case(number, row, endpoint)
                 for number, row in enumerate((row for row in rows if row.expected(endpoint.name)), 1)]
        self.assertGreater(len(cases), 0)
        world = self.world
        told = {"tunnels": {}, "lists": {}}
        for case in cases:
            case.place(told)
        world.behave(by_id=told["tunnels"], lists=told["lists"])
        world.start_api()
        world.write_config(tunnels=[tunnel for case in cases for tunnel in case.tunnels()],
                           check_interval=table.INTERVAL, api_timeout=api_timeout)
        world.start_both()
        self.wait_for_the_end_of_every_window(cases)
        said = world.audit_lines()
        for case in cases:
            with self.subTest(case.row.what, endpoint=endpoint.name):
                self.check_case(case, said)
        self.assert_no_start()

    def wait_for_the_end_of_every_window(self, cases):
        def requests():
            return [case.endpoint.requests(self.world, case.account) for case in cases]
        # A machine that is late may take its time; in no time there may be more than `most`.
        times = wait_until(lambda: (all(len(found) >= case.pace.least
                                        for case, found in zip(cases, requests())) and requests()),
                           "each is asked as often as it must be", timeout=60)
        end = max(found[0] for found in times) + table.WINDOW
        wait_until(lambda: time.time() > end, "the windows end", timeout=30)

    def check_case(self, case, said):
        for own, line in case.lines():
            found = [entry for entry in said if own in entry]
            if "|" in case.status:
                self.assertTrue(found and all(re.fullmatch(line, entry) for entry in found), found)
            else:
                self.assertEqual(found, [line])
        times = case.endpoint.requests(self.world, case.account)
        gap = times[1] - times[0] if len(times) > 1 else table.WINDOW
        times = [when - times[0] for when in times if when <= times[0] + table.WINDOW]
        self.assertLessEqual(len(times), case.pace.most, times)
        self.assertGreaterEqual(gap, case.pace.gap, times)

    def test_every_example_of_the_documentation_about_one_tunnel(self):
        self.check(Single, table.EXAMPLE_ROWS)

    def test_every_example_of_the_documentation_as_a_list(self):
        self.check(List, table.EXAMPLE_ROWS)

    def test_every_status_about_one_tunnel(self):
        self.check(Single, table.STATUS_ROWS)

    def test_every_status_as_a_list(self):
        self.check(List, table.STATUS_ROWS)

    def test_every_rate_limit_about_one_tunnel(self):
        self.check(Single, table.LIMIT_ROWS)

    def test_every_rate_limit_as_a_list(self):
        self.check(List, table.LIMIT_ROWS)

    def test_every_strange_body_about_one_tunnel(self):
        self.check(Single, table.BODY_ROWS + table.TUNNEL_ROWS)

    def test_every_strange_body_as_a_list(self):
        self.check(List, table.BODY_ROWS + table.TUNNEL_ROWS + table.LIST_ROWS)

    def test_every_way_of_delivery_about_one_tunnel(self):
        self.check(Single, table.DELIVERY_ROWS)

    def test_every_way_of_delivery_as_a_list(self):
        self.check(List, table.DELIVERY_ROWS)

    def test_every_wrong_length_about_one_tunnel(self):
        self.check(Single, table.FRAMING_ROWS)

    def test_every_wrong_length_as_a_list(self):
        self.check(List, table.FRAMING_ROWS)

    def test_every_slowness_about_one_tunnel(self):
        self.check(Single, table.SLOW_ROWS, table.SHORT_TIMEOUT)

    def test_every_slowness_as_a_list(self):
        self.check(List, table.SLOW_ROWS, table.SHORT_TIMEOUT)

    def test_every_large_body_about_one_tunnel(self):
        self.check(Single, table.LARGE_ROWS)

    def test_every_large_body_as_a_list(self):
        self.check(List, table.LARGE_ROWS)

    def test_no_example_is_left_out(self):
        rows = {row.what for row in table.EXAMPLE_ROWS}
        self.assertEqual(set(os.listdir(table.EXAMPLES)) - rows, set())
        self.assertEqual(json.loads(table.file(200, "get_down.json")["body"])["success"], True)
