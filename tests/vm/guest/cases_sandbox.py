"""The units' directives: each forbidden thing is tried in a unit that has the directive, where it
must fail, and in one that has not, where it must succeed. And what the two daemons really have.
"""
import os
import re

import forbidden
from unit_lines import attempt_all, directives, sandbox, words_of
from world import (DAEMONS, is_active, main_pid, output, read, show, start_monitor, wait_audit,
                   write)

LONGEST = 150
BOUNDS = {"failover-monitor": 0.7, "failover-prober": 1.5}


def exposure(*names):
    """{unit: score} of unit files, by systemd itself."""
    text = output("systemd-analyze", "security", "--offline=true", *names, check=False)
    return {name: float(score) for name, score in re.findall(
        r"Overall exposure level for (\S+)\.service: (\d+\.\d)", text)}


def case_the_exposure_of_both_units_is_within_its_bound():
    paths = [f"/usr/lib/systemd/system/{name}.service" for name in DAEMONS]
    found = exposure(*paths)
    for name, bound in BOUNDS.items():
        show(f"exposure of {name}.service: {found[name]} (bound {bound})")
    # A unit without a sandbox is far from it: the scale is the one that the bounds were set on.
    assert exposure("/usr/lib/systemd/system/dbus.service")["dbus"] > 9
    assert all(found[name] <= bound for name, bound in BOUNDS.items()), found


def case_no_directive_is_unknown_to_systemd_here():
    said = output("systemd-analyze", "verify", "--man=no",
                  *[f"/usr/lib/systemd/system/{name}.service" for name in DAEMONS], check=False)
    ours = [line for line in said.splitlines() if "failover-" in line]
    assert not ours, "\n".join(ours)


def try_all(unit):
    """Each thing: done without the directive, refused with it, refused in the whole sandbox."""
    forbidden.prepare()
    whole = sandbox(unit)
    planned = []  # (what, where, whether it must succeed, (lines, script))
    for what, wanted, lines, script in forbidden.of(unit):
        names = ", ".join(wanted)
        alone = [*lines, *directives(unit, *wanted)]
        planned += [(what, f"without {names}", True, (list(lines), script)),
                    (what, f"with {names}", False, (alone, script)),
                    # Where nothing runs at all, a refusal would prove nothing.
                    (f"nothing instead of \"{what}\"", f"with {names}", True, (alone, "pass\n")),
                    (what, "in the whole sandbox", False, (whole, script))]
    planned.append(("nothing", "in the whole sandbox", True, (whole, "pass\n")))
    # What is refused by a list of what may be run is allowed as soon as it is on the list.
    planned.append(("run an allowed program", "in the whole sandbox", True, (
        [*whole, "ExecPaths=/usr/bin/true"],
        "import subprocess\nsubprocess.run(['/usr/bin/true'], check=True)\n")))
    results = attempt_all([attempt for _, _, _, attempt in planned])
    faults = [f"{what}: {where} it {'succeeds' if good else 'fails'}\n{words_of(name)}"
              for (what, where, expected, _), (good, name) in zip(planned, results)
              if good != expected]
    show(f"{unit}: {len(forbidden.of(unit))} things tried, each without the directive, with it, and "
         "in the whole sandbox")
    assert not faults, "\n".join(faults)


def case_the_supervisors_directives_forbid_what_they_say():
    try_all("failover-monitor")


def case_the_probers_directives_forbid_what_they_say():
    try_all("failover-prober")


def process_status(name):
    lines = read(f"/proc/{main_pid(name)}/status").splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def case_the_daemons_hold_no_more_than_they_must():
    start_monitor()
    supervisor, prober = (process_status(name) for name in DAEMONS)
    for found in (supervisor, prober):
        assert found["NoNewPrivs"] == "1", found["NoNewPrivs"]
        assert found["Seccomp"] == "2", found["Seccomp"]
    for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(supervisor[kind], 16) == 0, f"supervisor {kind} {supervisor[kind]}"
        assert int(prober[kind], 16) & ~(1 << 13) == 0, f"prober {kind} {prober[kind]}"  # NET_RAW
    assert int(prober["CapEff"], 16) == 0, "effective only while a raw socket is opened"
    assert supervisor["Uid"].split() == ["0"] * 4
    assert "0" not in prober["Uid"].split() + prober["Gid"].split()
    assert not read(f"/proc/{main_pid('failover-monitor')}/environ").count("cfut_")


def case_the_supervisor_sees_its_own_paths_and_no_network():
    start_monitor()
    pid = main_pid("failover-monitor")
    root = f"/proc/{pid}/root"
    for path in ("/etc/failover-monitor/tunnels.json", "/usr/bin/systemctl", "/run/systemd"):
        assert os.path.exists(root + path), f"{path} is not there, and must be"
    for path in ("/etc/shadow", "/etc/ssh", "/root", "/home", "/var/lib", "/boot", "/opt", "/srv"):
        assert os.path.exists(path) or path in ("/etc/ssh",), path
        seen = os.path.isdir(root + path) and os.listdir(root + path)
        assert not seen and not os.path.isfile(root + path), f"{path} is seen"
    links = output("nsenter", f"--net=/proc/{pid}/ns/net", "ip", "-o", "link").splitlines()
    assert len(links) == 1 and " lo: " in links[0], links


def case_the_probers_drop_in_lets_it_reach_its_own_addresses_and_no_others():
    drop_in = "/etc/systemd/system/failover-prober.service.d/network.conf"
    allowed = "[Service]\nIPAddressDeny=any\nIPAddressAllow=192.0.2.1\nIPAddressAllow=localhost\n"
    try:
        write(drop_in, allowed + "IPAddressAllow=192.0.2.2\n")
        output("systemctl", "daemon-reload")
        start_monitor()  # waits for "healthy"
        path = "/run/failover-prober.service"
        write(path, read("/usr/lib/systemd/system/failover-prober.service") + allowed)
        show(f"exposure of failover-prober.service with the drop-in: {exposure(path)}")
        write(drop_in, allowed)
        output("systemctl", "daemon-reload")
        mark = start_monitor(told="down")
        wait_audit(r"status: unknown \(connect\)", after=mark, seconds=20)
        assert not is_active("cloudflared_1"), "UNKNOWN starts nothing"
    finally:
        os.remove(drop_in)
        output("systemctl", "daemon-reload")
