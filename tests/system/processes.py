"""Children of a test: started in a network namespace, ended by pid, their output kept as evidence.

Waiting is by condition and bounded; nothing here sleeps for a fixed time as proof of something.
"""
import os
import re
import signal
import subprocess
import time

# A sanitizer's word on standard error: fails the test whatever else happened.
SANITIZER = re.compile(r"ERROR: (Address|Leak)Sanitizer|runtime error:|Sanitizer:DEADLYSIGNAL")


def wait_until(condition, what, timeout=10.0, interval=0.02):
    """Polls until the condition holds and returns its value; fails with `what` after the timeout."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout:g} s: {what}")
        time.sleep(interval)


def run(*arguments, **options):
    """Runs a command of the bed itself (ip, mount); its failure is an error of the test."""
    return subprocess.run(arguments, check=True, capture_output=True, text=True, timeout=30,
                          **options)


class Child:
    """One process that a test started; its standard output and error go to a file."""

    def __init__(self, name, arguments, log, environment=None, namespace=None):
        self.name = name
        self.log = log
        self.ended = False
        if namespace is not None:
            # `ip netns exec` replaces itself: the pid is the command's.
            arguments = ["/usr/sbin/ip", "netns", "exec", namespace, *arguments]
        with open(log, "ab") as output:
            self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=output, env=environment, cwd="/")

    @property
    def pid(self):
        return self.process.pid

    def output(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def running(self):
        return self.process.poll() is None

    def wait(self, timeout=10.0):
        """The exit status, negative for a signal."""
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} did not end within {timeout:g} s") from None
        self.ended = True
        return status

    def send_signal(self, number):
        if self.running():
            os.kill(self.pid, number)

    def stop(self, number=signal.SIGTERM, timeout=10.0):
        """(exit status, seconds from the signal to the end)."""
        begin = time.monotonic()
        self.send_signal(number)
        status = self.wait(timeout)
        return status, time.monotonic() - begin

    def kill(self):
        self.stop(signal.SIGKILL)

    def dispose(self):
        """Ends it however it can be ended; never raises."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if not self.running():
                return
            self.send_signal(number)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                continue

    def sanitizer_reports(self):
        return [line for line in self.output().splitlines() if SANITIZER.search(line)]

    # What /proc says.
    def status_field(self, field):
        with open(f"/proc/{self.pid}/status", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith(field + ":"):
                    return line.split(":", 1)[1].strip()
        raise KeyError(field)

    def open_descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))
