"""The machine tier: qemu boots a disk made from a tree, with SELinux enforcing.

Runs as root on the host; trusts the image. The guest's results come over a virtio serial port, as
they are written. The disk is kept from one boot to the next, so that a power cut can be tried.
"""
import os
import subprocess
import time

import kernel
from host import BedFailure, run

DISK_SIZE = "2G"
APPEND = ("root=/dev/nvme0n1 rootfstype=ext4 rw console=ttyS0 quiet panic=-1 mitigations=off audit=1 "
          "security=selinux selinux=1 enforcing=1 failover.group=")
CUT = "== cut"  # the guest says this when the power is to fail
KEEP = "== keep "  # and this before a word that the next boot is to be given


def make_disk(root, disk):
    """An ext4 file system with the tree in it, its owners, modes and labels kept."""
    with open(disk, "wb"):
        pass
    run("mke2fs", "-q", "-F", "-t", "ext4", "-O", "^has_journal", "-d", root, disk, DISK_SIZE)
    # A journal of its own only now: mke2fs would write all of the tree through it.
    run("tune2fs", "-j", disk)


class Machine:
    """One disk, booted as often as wanted."""

    def __init__(self, vmlinux, disk, directory):
        self._vmlinux = vmlinux
        self._disk = disk
        self._directory = directory
        self._kept = ""
        self._accelerator, self.accelerator = kernel.accelerator(vmlinux)

    def boot(self, group, on_line, timeout):
        """Boots, hands on each line of the results, and waits for the end: "off" or "cut"."""
        results = os.path.join(self._directory, group + ".results")
        console = self.console(group)
        command = [
            kernel.QEMU, *self._accelerator, "-M", "q35", "-smp", "2", "-m", "1024", "-nic", "none",
            "-nodefaults", "-no-reboot", "-display", "none", "-kernel", self._vmlinux,
            "-append", f"{APPEND}{group} failover.kept={self._kept}", "-serial", "file:" + console,
            # No flush reaches the host's disk: what counts here is what the guest handed over.
            "-drive", f"if=none,id=root,format=raw,file={self._disk},cache=unsafe",
            "-device", "nvme,drive=root,serial=failover",
            "-device", "virtio-serial-pci", "-chardev", f"file,id=results,path={results}",
            "-device", "virtserialport,chardev=results,name=results"]
        with open(os.path.join(self._directory, group + ".qemu"), "wb") as words:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=words,
                                       stderr=subprocess.STDOUT)
        try:
            return self._follow(process, results, on_line, time.monotonic() + timeout)
        finally:
            process.kill()
            process.wait()

    def console(self, group):
        return os.path.join(self._directory, group + ".console")

    def _follow(self, process, results, on_line, deadline):
        position = 0
        while True:
            ended = process.poll() is not None  # before the file is read for the last time
            for line in self._new_lines(results, position):
                position += len(line)
                text = line.decode(errors="backslashreplace").rstrip("\r\n")
                if text == CUT:
                    process.kill()
                    return "cut"
                if text.startswith(KEEP):
                    self._kept = text.removeprefix(KEEP)
                else:
                    on_line(text)
            if ended:
                if process.returncode != 0:
                    raise BedFailure(f"qemu ended with exit status {process.returncode}")
                return "off"
            if time.monotonic() > deadline:
                raise BedFailure("the machine did not end in time")
            time.sleep(0.1)

    @staticmethod
    def _new_lines(results, position):
        try:
            with open(results, "rb") as file:
                file.seek(position)
                return [line for line in file.readlines() if line.endswith(b"\n")]
        except FileNotFoundError:
            return []
