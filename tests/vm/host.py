"""What both tiers need of the host: packages, commands, where things stand.

Runs as root on the host; trusts this checkout. Nothing here knows what a case does.
"""
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
CACHE = "/var/cache/failover-monitor-tests"  # outside the checkout: a fresh clone uses it as well
# Debian 12's names.
PACKAGES = ("mmdebstrap", "debian-archive-keyring", "systemd-container", "qemu-system-x86",
            "e2fsprogs", "policycoreutils", "lz4", "mount", "openssl")


class BedFailure(Exception):
    """The bed itself cannot be made or has broken: never a case's own fault."""


def run(*command, timeout=300, check=True, **more):
    """Runs a command to its end and returns it; its words are shown only if it fails."""
    more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
            "stderr": subprocess.STDOUT, **more}
    try:
        done = subprocess.run(command, timeout=timeout, text=True, errors="replace", check=False,
                              **more)
    except subprocess.TimeoutExpired as error:
        raise BedFailure(f"{' '.join(command)}: no end within {timeout} s") from error
    if check and done.returncode != 0:
        words = "\n".join((done.stdout or "").splitlines()[-30:])
        raise BedFailure(f"{' '.join(command)}: exit status {done.returncode}\n{words}")
    return done


def install_packages():
    """Installs what is missing; install.sh says what it does, and only if it does something."""
    done = run(os.path.join(SOURCE, "install.sh"), "--dependencies", *PACKAGES, timeout=900)
    if done.stdout.strip():
        print(done.stdout.strip(), flush=True)


class Overlay:
    """A throw-away copy of a tree: an overlay mount whose changes stand in `directory`."""

    def __init__(self, directory, *lower):
        """`lower`: the trees below, topmost first. `self.root` is the copy, once mounted."""
        self.root = os.path.join(directory, "root")
        self.upper = os.path.join(directory, "upper")
        self._work = os.path.join(directory, "work")
        self._lower = lower
        self._mounted = False

    def __enter__(self):
        for path in (self.root, self.upper, self._work):
            os.makedirs(path)
        # redirect_dir would let a lower directory be moved, which a second overlay above these
        # changes would not follow.
        run("mount", "-t", "overlay", "overlay", "-o",
            f"lowerdir={':'.join(self._lower)},upperdir={self.upper},workdir={self._work},"
            "redirect_dir=off", self.root)
        self._mounted = True
        return self

    def __exit__(self, *_):
        if self._mounted:
            run("umount", self.root, check=False)
            if os.path.ismount(self.root):  # what still holds it ends with its process
                run("umount", "--lazy", self.root, check=False)
            self._mounted = False


def write(root, path, text, mode=0o644):
    """Writes a file of a tree, and the directories on the way to it."""
    full = os.path.join(root, path.lstrip("/"))
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(full, mode)
