"""The base image: a bookworm root and the kernel beside it, made once and kept in the cache.

Runs as root; trusts the host's own apt sources. The key of the cache is the digest of this file
and of the sources, so that a change of either makes a new image, and the old one goes.
"""
import fcntl
import hashlib
import os
import shutil
import tempfile

import kernel
from host import CACHE, BedFailure, run, write

PACKAGES = (
    # A Debian 12 server, as small as it gets.
    "systemd", "systemd-sysv", "dbus", "udev", "kmod", "procps", "iproute2", "iputils-ping",
    "nftables", "ca-certificates", "logrotate", "linux-image-cloud-amd64",
    # What install.sh and the tests need in it.
    "python3", "openssl", "cmake", "ninja-build",
    # SELinux, and what reads its denials.
    "selinux-policy-default", "selinux-policy-dev", "selinux-basics", "policycoreutils", "auditd",
    "checkpolicy", "semodule-utils", "make", "m4",
    # What the two daemons are linked with.
    "libcap2", "libcurl4", "libevent-core-2.1-7", "libevent-extra-2.1-7", "libgcc-s1", "libgoogle-glog0v6", "libmd0",
    "libprotobuf32", "libsimdjson14", "libstdc++6",
)
SOURCES = ("/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list")
# Nothing that starts by the clock may disturb a measurement, and no relabelling may reboot.
MASKED = ("apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer",
          "e2scrub_reap.service", "fstrim.timer", "logrotate.timer", "getty@tty1.service",
          "serial-getty@ttyS0.service", "console-getty.service", "selinux-autorelabel.service",
          "selinux-autorelabel-mark.service", "systemd-firstboot.service")


def apt_sources():
    """The host's own sources of bookworm, so that its mirror is used; else mmdebstrap's."""
    for path in SOURCES:
        try:
            with open(path, encoding="utf-8") as file:
                if "bookworm" in file.read():
                    return path
        except FileNotFoundError:
            pass
    return None


def key():
    hasher = hashlib.sha256()
    for path in (os.path.abspath(__file__), os.path.abspath(kernel.__file__), apt_sources()):
        if path:
            with open(path, "rb") as file:
                hasher.update(hashlib.sha256(file.read()).digest())
    return hasher.hexdigest()[:16]


def _bootstrap(root):
    # Translations and manuals are left out, and no initrd is made: the kernel needs none here.
    excluded = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("locale", "man", "doc")]
    run("mmdebstrap", "--quiet", "--mode=root", "--variant=minbase",
        "--include=" + ",".join(PACKAGES), *excluded, "--dpkgopt=force-confold",
        "--essential-hook=mkdir -p \"$1/etc/initramfs-tools\"",
        "--essential-hook=echo update_initramfs=no >\"$1/etc/initramfs-tools/update-initramfs.conf\"",
        "bookworm", root, *filter(None, [apt_sources()]), timeout=900)


def _configure(root):
    write(root, "/etc/hostname", "failover-bed\n")
    write(root, "/etc/hosts", "127.0.0.1 localhost failover-bed\n")
    write(root, "/etc/fstab", "")
    write(root, "/etc/machine-id", "")
    # No name server answers in a bed: names come from /etc/hosts, or they do not come.
    write(root, "/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    write(root, "/etc/selinux/config", "SELINUX=enforcing\nSELINUXTYPE=default\n")
    for unit in MASKED:
        path = os.path.join(root, "etc/systemd/system", unit)
        if os.path.lexists(path):
            os.remove(path)
        os.symlink("/dev/null", path)


def label(root):
    """Gives each file of the tree its SELinux label, from outside: no relabelling at boot."""
    run("setfiles", "-F", "-r", root,
        os.path.join(root, "etc/selinux/default/contexts/files/file_contexts"), root)


def _build(directory):
    root = os.path.join(directory, "root")
    os.mkdir(root, 0o755)
    _bootstrap(root)
    _configure(root)
    kernel.unpack(root, os.path.join(directory, "vmlinux"))
    label(root)


def _forget_others(target):
    """Removes images of other keys, and the rests of builds that were cut; not what is in use."""
    for name in os.listdir(CACHE):
        path = os.path.join(CACHE, name)
        if not os.path.isdir(path) or path == target:
            continue
        handle = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path)
        except BlockingIOError:
            pass
        finally:
            os.close(handle)


def hold(directory):
    """Until the descriptor is closed, which is when this process ends, nobody removes it."""
    handle = os.open(directory, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


def base():
    """The directory with `root` and `vmlinux`; made now if the cache has none."""
    os.makedirs(CACHE, mode=0o700, exist_ok=True)
    target = os.path.join(CACHE, key())
    with open(os.path.join(CACHE, "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one maker at a time
        _forget_others(target)
        if not os.path.isdir(target):
            print("Making the base image (a minute or two, kept for the next time) ...", flush=True)
            new = tempfile.mkdtemp(prefix="new.", dir=CACHE)
            try:
                _build(new)
                os.chmod(new, 0o755)
                os.rename(new, target)
            except BaseException:
                shutil.rmtree(new, ignore_errors=True)
                raise
        hold(target)
    if not os.path.isfile(os.path.join(target, "vmlinux")):
        raise BedFailure(f"{target}: no kernel in it")
    return target
