#!/usr/bin/python3
"""Runs one group of cases inside a bed, as a unit under the bed's real PID 1.

usage: main.py [GROUP]   (without it: the kernel's command line says failover.group=GROUP)
A group is the module cases_GROUP; its cases are its functions named case_..., in their order. A
line for each goes to RESULTS, "ok NAME (1.2 s)" or "FAILED NAME (1.2 s)" with why, indented; lines
that begin with "-- " are facts to show. The last line is "end". The bed is ended then.
"""
import importlib
import inspect
import os
import re
import signal
import subprocess
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True
STATE = "/var/lib/failover-bed"
RESULTS = os.path.join(STATE, "results")
PORT = "/dev/virtio-ports/results"  # there in the machine only


class TimedOut(BaseException):
    """Not an Exception: no handler of a case swallows it."""


def is_machine():
    return len(sys.argv) == 1


class Results:
    """The file that the host reads afterwards; in the machine, the port that it reads at once."""

    def __init__(self):
        os.makedirs(STATE, exist_ok=True)
        self._files = [os.open(RESULTS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)]
        if is_machine():
            deadline = time.monotonic() + 60
            while not os.path.exists(PORT) and time.monotonic() < deadline:
                time.sleep(0.1)  # udev makes it
            self._files.append(os.open(PORT, os.O_WRONLY))

    def say(self, text):
        data = (text + "\n").encode(errors="backslashreplace")
        for file in self._files:
            rest = data
            while rest:
                rest = rest[os.write(file, rest):]


def group_name():
    if not is_machine():
        return sys.argv[1]
    with open("/proc/cmdline", encoding="ascii") as file:
        return re.search(r"\bfailover\.group=(\w+)", file.read()).group(1)


def cases_of(module):
    found = [(name, member) for name, member in vars(module).items()
             if name.startswith("case_") and inspect.isfunction(member)]
    return sorted(found, key=lambda item: item[1].__code__.co_firstlineno)


def run_case(results, name, function, longest):
    title = name.removeprefix("case_").replace("_", " ")
    results.say(f".. {title}")
    began = time.monotonic()
    fault = None
    signal.alarm(longest)
    try:
        function()
    except (Exception, TimedOut):  # pylint: disable=broad-except
        fault = traceback.format_exc().rstrip()
    finally:
        signal.alarm(0)
    seconds = time.monotonic() - began
    if fault is None:
        results.say(f"ok {title} ({seconds:.1f} s)")
        return
    import world  # only now: a fault in it is a fault of the case
    fault += "\n" + world.evidence()
    results.say("\n".join([f"FAILED {title} ({seconds:.1f} s)",
                           *("    " + line for line in fault.splitlines())]))


def end_of_time(*_):
    raise TimedOut("the case took too long, and was ended")


def main():
    results = Results()
    signal.signal(signal.SIGALRM, end_of_time)
    group = group_name()
    module = None
    try:
        import world
        world.say_by(results.say)
        module = importlib.import_module("cases_" + group)
        for name, function in cases_of(module):
            run_case(results, name, function, getattr(module, "LONGEST", 60))
    except Exception:  # pylint: disable=broad-except
        results.say("FAILED the group itself (0.0 s)\n    " +
                    traceback.format_exc().rstrip().replace("\n", "\n    "))
    results.say("end")
    if getattr(module, "ENDS_BY_POWER_CUT", False):
        results.say("== cut")
        signal.pause()
    ending = ["poweroff"] if is_machine() else ["exit", "0"]
    subprocess.run(["systemctl", "--no-block", *ending], check=True)


if __name__ == "__main__":
    main()
