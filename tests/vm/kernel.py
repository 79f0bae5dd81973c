"""The guest's kernel: out of its bzImage, and whether /dev/kvm can run it.

Runs as root on the host; trusts the kernel package of the image.
"""
import glob
import os
import subprocess
import time

from host import BedFailure, run

QEMU = "qemu-system-x86_64"
LZ4_MAGIC = b"\x02\x21\x4c\x18"  # the legacy frame, which the kernel's build uses
PROBE_SECONDS = 5


def unpack(root, vmlinux):
    """Writes the ELF kernel, which boots directly (PVH), without firmware."""
    images = glob.glob(os.path.join(root, "boot/vmlinuz-*"))
    if len(images) != 1:
        raise BedFailure(f"{root}/boot: {len(images)} kernels where one is wanted")
    with open(images[0], "rb") as file:
        content = file.read()
    start = content.find(LZ4_MAGIC)
    if start < 0:
        raise BedFailure(f"{images[0]}: no LZ4 payload in it")
    # What follows the payload is not LZ4: lz4 says so, and has written the whole kernel by then.
    done = subprocess.run(["lz4", "-d", "-q", "-", "-"], input=content[start:],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if done.stdout[:4] != b"\x7fELF":
        raise BedFailure(f"{images[0]}: what was unpacked is not an ELF file")
    with open(vmlinux, "wb") as file:
        file.write(done.stdout)


def accelerator(vmlinux):
    """(qemu's arguments, what to say about them): KVM where it boots this kernel, else TCG."""
    tcg = ["-accel", "tcg,thread=multi", "-cpu", "Nehalem"]
    if not os.path.exists("/dev/kvm"):
        return tcg, "software emulation (no /dev/kvm)"
    kvm = ["-accel", "kvm", "-cpu", "host"]
    # It may be there and yet not run a stock kernel. Without a root that kernel panics at once.
    command = [QEMU, *kvm, "-M", "q35", "-m", "512", "-nic", "none", "-nodefaults", "-no-reboot",
               "-display", "none", "-kernel", vmlinux, "-append", "console=ttyS0 panic=-1",
               "-serial", "stdio"]
    began = time.monotonic()
    try:
        said = run(*command, timeout=PROBE_SECONDS, check=False).stdout
    except BedFailure:
        return tcg, f"software emulation (/dev/kvm boots no kernel within {PROBE_SECONDS} s)"
    if "Kernel panic" in said and "root" in said:
        return kvm, f"KVM (a kernel without a root panicked after {time.monotonic() - began:.1f} s)"
    return tcg, "software emulation (/dev/kvm does not boot a kernel)"
