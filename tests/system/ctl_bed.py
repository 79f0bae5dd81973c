"""What the tests of failoverctl share: the fake status socket, and calls of the real program."""
import json
import os
import subprocess

from case import SystemTest
from world import PYTHON, SUPPORT, binary, wait_until

EXAMPLES = os.path.join(SUPPORT, "status_examples")
GOLDEN = os.path.join(SUPPORT, "..", "ctl", "golden")
SITUATIONS = ("all_well", "one_down", "token_refused", "gateway_lost")
HOME = "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415"
OFFICE = "0c2ab3ee-6d4f-4e0b-9d3c-7b5f6a1d2e3f"


def failoverctl():
    """Path of the program in the build under test."""
    return os.path.join(os.environ["FAILOVER_BUILD"], "ctl", "failoverctl")


def example(name):
    with open(os.path.join(EXAMPLES, name + ".json"), encoding="utf-8") as file:
        return json.load(file)


def golden(name):
    with open(os.path.join(GOLDEN, name + ".txt"), encoding="utf-8") as file:
        return file.read()


class CtlTest(SystemTest):
    """`self.sock` is where the fake status is, once serve() was called."""

    def setUp(self):
        super().setUp()
        self.sock = self.world.path("status.sock")
        self.body = self.world.path("status.json")
        self.orders = self.world.path("orders")
        os.mkdir(self.orders, 0o700)
        self.prober = self.write_program("prober.sh", f'exec {binary("prober")} --user nobody "$@"\n')

    def serve(self, status="all_well", *more):
        self.answer(status)
        script = os.path.join(SUPPORT, "fake_status")
        child = self.world.child("fake_status", [PYTHON, "-B", script, self.sock, self.body, *more],
                                 self.world.network.prober)
        wait_until(lambda: "listening" in child.output(), "the fake status listens")
        self.fake_status = child
        return child

    def wait_asked(self, more):
        """Until the status was asked for that many times more."""
        target = self.fake_status.output().count("asked") + more
        wait_until(lambda: self.fake_status.output().count("asked") >= target, "the status is asked for")

    def answer(self, status):
        """What is answered from now on: the name of a situation, a dictionary, or bytes."""
        if isinstance(status, str):
            status = example(status)
        text = status if isinstance(status, bytes) else json.dumps(status).encode()
        with open(self.body + ".new", "wb") as file:
            file.write(text)
        os.replace(self.body + ".new", self.body)

    def arguments(self, *words):
        return [failoverctl(), "--socket", self.sock, "--config", self.world.config_file,
                "--orders", self.orders, "--audit-log", self.world.audit_log,
                "--prober", self.prober, *words]

    @staticmethod
    def environment(**more):
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TZ": "UTC", "LC_ALL": "C.UTF-8", **more}

    def call(self, *words, namespace=None, **options):
        prefix = ["ip", "netns", "exec", namespace] if namespace else []
        return subprocess.run([*prefix, *self.arguments(*words)], capture_output=True, text=True,
                              timeout=60, check=False, stdin=subprocess.DEVNULL,
                              env=self.environment(), **options)

    def write_program(self, name, text):
        """An executable shell script in this world, and its path."""
        path = self.world.path(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/bash\n" + text)
        os.chmod(path, 0o755)
        return path

    def write_named_config(self, **settings):
        """home and office, as the examples have them."""
        tunnels = [self.world.tunnel(1, tunnel_id=HOME, name="home"),
                   self.world.tunnel(2, tunnel_id=OFFICE, name="office")]
        self.world.write_config(tunnels=tunnels, **settings)


__all__ = ["CtlTest", "HOME", "OFFICE", "SITUATIONS", "example", "failoverctl", "golden",
           "wait_until"]
