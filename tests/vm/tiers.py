"""The two tiers: which groups of cases run in which bed, and from which tree.

Runs as root on the host. Each group has a bed of its own, which is thrown away after it.
"""
import concurrent.futures
import os
import shutil
import time

import container
import image
import machine
import project
from host import BedFailure, Overlay, write
from results import Report

# Group: whether its bed has the project installed before it boots.
CONTAINER_GROUPS = {"crash": True, "sandbox": True, "failover": True, "failback": True, "orders": True,
                    "status": True, "install": False, "take_over": False, "bed": True}
AT_ONCE = 3  # containers: most of their time is waiting
# Group: how its boot ends. All of them on one disk, in this order.
MACHINE_GROUPS = {"machine": "cut", "machine_again": "off"}
# Under enforcing, a unit's program without a domain of its own would be init's, and confined.
UNCONFINED = "SELinuxContext=-unconfined_u:unconfined_r:unconfined_t:s0\n"
RESULTS = "var/lib/failover-bed/results"
LONGEST = 420  # seconds for one group, then its bed is ended and it has failed


def container_group(group, directory, *lower):
    """(lines, passed, failed) of one group in a container of its own."""
    began = time.monotonic()
    lines = []
    report = Report("container " + group.replace("_", " "), lines.append)
    console = os.path.join(directory, "console")
    why = ""
    with Overlay(directory, *lower) as copy:
        project.add_runner(copy.root, group, "exit-force")
        try:
            status = container.boot(copy.root, console, LONGEST)
            if status != 0:
                why = f"The container ended with exit status {status}."
        except BedFailure as failure:
            why = str(failure)
        results = os.path.join(copy.upper, RESULTS)
        if os.path.exists(results):
            shutil.copy(results, directory)
            with open(results, encoding="utf-8") as file:
                for line in file:
                    report.line(line.rstrip("\n"))
    report.finish(console, why)
    lines.append(f"-- container {group}: {time.monotonic() - began:.0f} s")
    return lines, report.passed, report.failed


def container_tier(base, directory, groups):
    began = time.monotonic()
    root = os.path.join(base, "root")
    with Overlay(os.path.join(directory, "plain"), root) as plain:
        project.add_tests(plain.root)
        # The kernel's audit belongs to the host: here it would fail, sooner or later than the cases.
        write(plain.root, "/etc/systemd/system/auditd.service.d/bed.conf",
              "[Unit]\nConditionVirtualization=!container\n")
    with Overlay(os.path.join(directory, "installed"), plain.upper, root) as installed:
        project.install(installed.root)
    print(f"-- container tier, project layer: {time.monotonic() - began:.1f} s", flush=True)
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        running = [
            pool.submit(container_group, group, os.path.join(directory, group),
                        *([installed.upper] if wants_project else []), plain.upper, root)
            for group, wants_project in CONTAINER_GROUPS.items() if not groups or group in groups]
        for future in running:
            lines, good, bad = future.result()
            print("\n".join(lines), flush=True)
            passed += good
            failed += bad
    return passed, failed


def machine_tier(base, directory, groups):
    if groups and not set(groups) & set(MACHINE_GROUPS):
        return 0, 0
    began = time.monotonic()
    disk = os.path.join(directory, "disk")
    with Overlay(os.path.join(directory, "layer"), os.path.join(base, "root")) as layer:
        project.add_tests(layer.root)
        project.install(layer.root)
        project.add_runner(layer.root, "", "poweroff-force", UNCONFINED)
        if project.has_module():
            project.install_module(layer.root)
        image.label(layer.root)
        machine.make_disk(layer.root, disk)
    bed = machine.Machine(os.path.join(base, "vmlinux"), disk, directory)
    print(f"-- machine tier, project layer and disk: {time.monotonic() - began:.1f} s\n"
          f"-- machine tier runs by {bed.accelerator}", flush=True)
    passed = failed = 0
    for group, ending in MACHINE_GROUPS.items():
        began = time.monotonic()
        report = Report(group.replace("_", " "), lambda line: print(line, flush=True))
        why = ""
        try:
            ended = bed.boot(group, report.line, LONGEST)
            if ended != ending:
                why = f"The machine ended by power {ended} where power {ending} was to come."
        except BedFailure as failure:
            why = str(failure)
        report.finish(bed.console(group), why)
        print(f"-- {group}: {time.monotonic() - began:.0f} s", flush=True)
        passed += report.passed
        failed += report.failed
    return passed, failed


TIERS = {"container": container_tier, "machine": machine_tier}


def run_tier(tier, base, directory, groups):
    """(passed, failed); a bed that cannot be made is one failure."""
    os.mkdir(directory)
    try:
        return TIERS[tier](base, directory, groups)
    except BedFailure as failure:
        print(f"FAILED {tier} tier: {failure}", flush=True)
        return 0, 1


def keep(directory, target):
    """Copies what the beds said."""
    for path, names, files in os.walk(directory):
        names[:] = [name for name in names if name not in ("root", "upper", "work")]
        for name in files:
            if not name.endswith(("results", "console", "qemu")):
                continue
            kept = os.path.join(target, os.path.relpath(path, directory))
            os.makedirs(kept, exist_ok=True)
            shutil.copy(os.path.join(path, name), kept)
