"""The container tier: systemd-nspawn boots a throw-away copy of a tree with a real PID 1.

Runs as root on the host; trusts the image. What the guest wrote is read from its tree once it ended.
"""
import contextlib
import os
import signal
import subprocess
import time

from host import BedFailure, SOURCE, run

CGROUPS = "/sys/fs/cgroup"


class ControlGroup:
    """A control group of its own for one container, where no service manager of the host makes one.

    nspawn and the guest leave empty groups behind: they go with this one.
    """

    def __init__(self, name):
        self._directories = []
        if os.path.isdir("/run/systemd/system"):
            return
        # The tree of the service manager, and the unified one if that is another.
        for tree in (CGROUPS, os.path.join(CGROUPS, "systemd"), os.path.join(CGROUPS, "unified")):
            if os.path.exists(os.path.join(tree, "cgroup.procs")):
                self._directories.append(os.path.join(tree, name))

    def __enter__(self):
        for directory in self._directories:
            os.makedirs(directory, exist_ok=True)
        return self

    def inside(self, command):
        """The command that enters it, and runs this one there."""
        enter = 'while [ "$1" != -- ]; do echo 0 >"$1/cgroup.procs"; shift; done; shift; exec "$@"'
        return ["/bin/sh", "-euc", enter, "sh", *self._directories, "--", *command]

    def __exit__(self, *_):
        for directory in self._directories:
            deadline = time.monotonic() + 5
            while not self._remove(directory) and time.monotonic() < deadline:
                time.sleep(0.05)

    @staticmethod
    def _remove(directory):
        """Whether it is gone, with all groups below it."""
        for path, _, _ in os.walk(directory, topdown=False):
            try:
                os.rmdir(path)
            except OSError:
                return False
        return True


def nspawn(name, root, *more):
    """The command that runs something in `root`, with the checkout where it stands on the host.

    The checkout is an overlay, so that what an installation writes into it never reaches the host.
    """
    os.makedirs(os.path.join(root, SOURCE.lstrip("/")), exist_ok=True)
    # With fewer capabilities, or with nspawn's own filter, IPAddressDeny= is silently nothing.
    return ["systemd-nspawn", "--quiet", "--directory=" + root, "--machine=" + name,
            "--register=no", "--keep-unit", "--private-network", "--capability=all", "--system-call-filter=bpf",
            f"--overlay={SOURCE}::{SOURCE}", *more]


def execute(root, *command, timeout=120):
    """Runs one command in the tree, without PID 1; returns it, whatever its exit status was."""
    name = _unique_name()
    with _place(name) as group:
        return run(*group.inside(nspawn(name, root, "--pipe", "--", *command)), timeout=timeout,
                   check=False, env=_environment())


@contextlib.contextmanager
def _place(name):
    """The control group, and the end of what nspawn leaves where /run is no tmpfs."""
    with ControlGroup(name) as group:
        try:
            yield group
        finally:
            with contextlib.suppress(OSError):
                os.rmdir(os.path.join("/run/systemd/nspawn/propagate", name))


def _unique_name():
    return f"failover-bed-{os.getpid()}-{time.monotonic_ns()}"


def _environment():
    # Not a new /tmp over the tree's own: the checkout may stand there.
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
            "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1", "SYSTEMD_NSPAWN_TMPFS_TMP": "0"}


def boot(root, console, timeout):
    """Boots the tree and waits until it has ended; its exit status, as `systemctl exit N` gave it.

    console: the file for what PID 1 says.
    """
    name = _unique_name()
    with _place(name) as group, open(console, "wb") as output:
        process = subprocess.Popen(
            group.inside(nspawn(name, root, "--boot", "--console=read-only",
                                "--kill-signal=SIGRTMIN+4")),
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=_environment())
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            raise BedFailure(f"the container did not end within {timeout} s") from error
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)  # nspawn powers the guest off
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
