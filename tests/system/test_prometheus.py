"""A real Prometheus scrapes the prober; alerts and dashboard ask only for what is there."""
import json
import os
import re
import shutil
import subprocess
import urllib.parse

import status_client
from case import SystemTest
from world import wait_until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RULES = os.path.join(ROOT, "config", "prometheus", "failover-monitor.rules.yml")
RULES_TEST = os.path.join(ROOT, "tests", "prometheus", "rules_test.yml")
DASHBOARD = os.path.join(ROOT, "config", "prometheus", "failover-monitor.dashboard.json")
PLACE = ("127.0.0.1", 9469)
SERVER = ("127.0.0.1", 9090)
METRIC = re.compile(r"\b(?:failover_\w+|process_start_time_seconds)\b")


def tool(name):
    """Where promtool or prometheus is: installed, or fetched by tests/support/get_prometheus."""
    fetched = os.path.join(ROOT, "build", "prometheus", "usr", "bin", name)
    found = shutil.which(name) or (fetched if os.path.exists(fetched) else None)
    assert found, f"{name} is not there; run: tests/support/get_prometheus"
    return found


def promtool(*arguments, text=None):
    return subprocess.run([tool("promtool"), *arguments], input=text, capture_output=True, text=True,
                          timeout=60, check=False)


class Prometheus(SystemTest):
    def begin(self):
        """Both daemons, one tunnel that is down and was backed up."""
        world = self.start_world(tunnels=[self.world.tunnel(1, name='a "name"'), self.world.tunnel(2)],
                                 default="healthy", status_listen="%s:%d" % PLACE, cooldown=60)
        world.behave("healthy", t1="down")
        world.wait_starts(1)
        wait_until(lambda: 'outcome="succeeded"} 1' in self.metrics(), "the start is counted")
        return world

    def metrics(self):
        code, headers, text = status_client.get(PLACE, "/metrics", self.world.network.prober)
        self.assertEqual((code, headers["content-type"]), (200, "text/plain; version=0.0.4; charset=utf-8"))
        return text

    def families(self):
        found = set(re.findall(r"^# TYPE (\w+)", self.metrics(), re.MULTILINE))
        return found | {f"{name}_{part}" for name in found for part in ("bucket", "sum", "count")
                        if f"{name}_bucket{{" in self.metrics()}

    def test_promtool_finds_no_fault_in_the_metrics(self):
        self.begin()
        checked = promtool("check", "metrics", text=self.metrics())
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""))
        bad = promtool("check", "metrics", text="# TYPE a counter\na 1\n")
        self.assertNotEqual(bad.returncode, 0, "it can find faults")

    def test_the_alerts_pass_their_own_test_and_name_only_metrics_that_are_there(self):
        self.begin()
        for arguments in (("check", "rules", RULES), ("test", "rules", RULES_TEST)):
            done = promtool(*arguments)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        with open(RULES, encoding="utf-8") as file:
            rules = file.read()
        expressions = re.findall(r"^ +expr: (.*)$", rules, re.MULTILINE)
        alerts = re.findall(r"alert: (\w+)", rules)
        self.assertEqual(len(expressions), len(alerts))
        named = {name for expression in expressions for name in METRIC.findall(expression)}
        self.assertEqual(named - self.families(), set())
        with open(RULES_TEST, encoding="utf-8") as file:
            tested = set(re.findall(r'alertname="(\w+)"', file.read()))
        self.assertEqual(tested, set(alerts), "each alert is raised by the test")

    def test_each_query_of_the_dashboard_names_metrics_that_are_there(self):
        self.begin()
        with open(DASHBOARD, encoding="utf-8") as file:
            dashboard = json.load(file)
        queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
        self.assertGreater(len(queries), 15)
        for query in queries:
            names = METRIC.findall(query)
            self.assertTrue(names, query)
            self.assertEqual(set(names) - self.families(), set(), query)

    def query(self, expression):
        """[(labels, value)] by the server's API."""
        path = "/api/v1/query?query=" + urllib.parse.quote(expression)
        request = f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode()
        answer = status_client.exchange(
            status_client.connect(SERVER, self.world.network.prober), request)
        head, _, body = answer.partition(b"\r\n\r\n")
        if b" 503 " in head.split(b"\r\n", 1)[0]:  # it is not ready yet
            return []
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise AssertionError(f"{expression}: {body.decode()}")
        return [(one["metric"], float(one["value"][1]))
                for one in json.loads(body)["data"]["result"]]

    def dashboard_queries(self):
        with open(DASHBOARD, encoding="utf-8") as file:
            dashboard = json.load(file)
        for panel in dashboard["panels"]:
            for target in panel["targets"]:
                yield target["expr"].replace("$instance", ".*").replace("$__rate_interval", "1m")

    def test_a_real_prometheus_scrapes_it_and_raises_the_alert(self):
        world = self.begin()
        with open(world.path("prometheus.yml"), "w", encoding="utf-8") as file:
            json.dump({"global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
                       "rule_files": [RULES],
                       "scrape_configs": [{"job_name": "failover-monitor",
                                           "static_configs": [{"targets": ["%s:%d" % PLACE]}]}]}, file)
        world.child("prometheus", [
            tool("prometheus"), "--config.file=" + world.path("prometheus.yml"),
            "--storage.tsdb.path=" + world.path("tsdb"),
            "--web.listen-address=%s:%d" % SERVER], world.network.prober)

        def answered(expression):
            try:
                return self.query(expression)
            except ConnectionRefusedError:
                return []

        wait_until(lambda: [value for _, value in answered('up{job="failover-monitor"}')] == [1],
                   "a scrape that succeeded", 40)
        wait_until(lambda: answered('ALERTS{alertname="FailoverBackupWanted",alertstate="firing"}'),
                   "the alert", 20)
        states = {labels["state"]: value for labels, value in self.query(
            'failover_tunnel_state{name="a \\"name\\""}')}
        self.assertEqual(states["down"], 1)
        self.assertEqual(sum(states.values()), 1)
        queries = list(self.dashboard_queries())
        # A rate needs two scrapes.
        wait_until(lambda: all(self.query(query) for query in queries), "an answer to each query", 20, 1)
        print(f"-- dashboard: {len(queries)} queries, each with a result of a real server", flush=True)
