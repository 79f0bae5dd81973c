"""From the last byte of an API answer to the exec of systemctl, with the real daemons.

Ten tunnels, each asked alone, against tests/support/fake_cloudflare, with the script's way in turn;
then one tunnel of 10,000 in 100 accounts, all of them in the cycle, against benchmark_api.
"""
import bisect
import json
import os
import shutil
import statistics
import tempfile
import time

from bed import HERE, PYTHON, ROOT, TOKEN, account_id, cpu, tunnel_id, wait_until, words_of_lines

TUNNELS = 10  # of the daemons; the script has as many of its own
WAYS = ("disk", "tmpfs", "script")
ACCOUNT = account_id(0x699d98642c564d2e)


class Failovers:
    """The daemons, the fake API and the script; the audit log on disk or on the bed's tmpfs."""

    def __init__(self, bed):
        self.bed = bed
        self.statuses = {}
        self.disk = tempfile.mkdtemp(prefix="benchmark-log-", dir=os.path.join(ROOT, "build"))
        for name in ("fake", "log-tmpfs"):
            os.mkdir(bed.path(name))
        os.rename(bed.path("log"), bed.path("log-before"))
        self.log_to("disk")

    def close(self):
        self.bed.stop_daemons()
        os.remove(self.bed.path("log"))
        os.rename(self.bed.path("log-before"), self.bed.path("log"))
        shutil.rmtree(self.disk)

    def log_to(self, where):
        """The supervisor opens its log for each line, so the next line goes there."""
        new = self.bed.path("log.new")
        os.symlink(self.disk if where == "disk" else self.bed.path("log-tmpfs"), new)
        os.replace(new, self.bed.path("log"))

    def behave(self, index, status):
        self.statuses[tunnel_id(index)] = {"status": status}
        with open(self.bed.path("fake/behaviour.new"), "w", encoding="ascii") as file:
            json.dump({"default": {"status": "healthy"}, "tunnels": self.statuses}, file)
        os.replace(self.bed.path("fake/behaviour.new"), self.bed.path("fake/behaviour.json"))

    def open(self):
        bed = self.bed
        fake = bed.start("fake_cloudflare", [os.path.join(HERE, "../support/fake_cloudflare"),
                                             "--directory", bed.path("fake")])
        wait_until(lambda: os.path.exists(bed.path("fake/port")), "the fake API listens", fake)
        with open(bed.path("fake/port"), encoding="ascii") as file:
            port = file.read()
        authority = bed.path("fake-ca.pem")
        shutil.copy(bed.path("fake/ca.pem"), authority)
        # Each asked alone, each second: an account and an API budget of its own.
        bed.configure(TUNNELS, TUNNELS, failure_threshold=1, cooldown=1, api_ca_file=authority,
                      api_base_url=f"https://127.0.0.1:{port}/client/v4")
        bed.start_daemons()
        wait_until(lambda: self.answers(TUNNELS - 1), "the prober asks", bed.prober)
        bed.start("script", [
            PYTHON, os.path.join(HERE, "script_way.py"), "--port", port, "--ca", authority,
            "--account", ACCOUNT, "--token", TOKEN, "--systemctl", bed.path("systemctl/systemctl"),
            "--log", os.path.join(self.disk, "script.log"),
            *(f"--tunnel={tunnel_id(i)}:benchmark_{i}.service" for i in range(TUNNELS, 2 * TUNNELS))])
        wait_until(lambda: self.answers(2 * TUNNELS - 1), "the script asks")

    def answers(self, index):
        """When the fake API was about to hand over the last bytes of its answers about a tunnel."""
        return [int(words[0]) for words in words_of_lines(self.bed.path("fake/answers.log"))
                if words[2].endswith(tunnel_id(index))]

    def failover(self, way, index):
        """One failover; nanoseconds from the end of the answer that said so to the exec."""
        if way == "script":
            index += TUNNELS
        else:
            self.log_to(way)
        unit = f"benchmark_{index}.service"
        before = len(self.bed.starts(unit))
        self.behave(index, "down")
        exec_time = wait_until(lambda: self.bed.starts(unit)[before:], f"a start of {unit} ({way})")[0]
        self.behave(index, "healthy")
        told = self.answers(index)
        return exec_time - told[bisect.bisect_left(told, exec_time) - 1]


def ways(bed, failovers):
    """{way: nanoseconds of each failover}; the ways take turns, so that all meet the same load."""
    samples = {way: [] for way in WAYS}
    children = len(bed.children)
    work = Failovers(bed)
    try:
        work.open()
        for i in range(failovers):
            for turn, way in enumerate(WAYS):
                samples[way].append(work.failover(way, (2 * i + turn) % TUNNELS))
    finally:
        work.close()
        bed.stop(*bed.children[children:])
    return samples


def among(bed, tunnels, accounts, failovers):
    """The same with so many tunnels in the cycle, log on the tmpfs; another account each time."""
    bed.serve(tunnels, accounts)
    bed.configure(tunnels, accounts, failure_threshold=1, check_interval=3, cooldown=1)
    bed.start_daemons()
    last = tunnels - 1
    wait_until(lambda: bed.control(told=last) != "0", "the prober asks about the last account", bed.prober)
    samples = []
    for i in range(failovers):
        index = (i * 1009 + 17) % tunnels
        unit = f"benchmark_{index}.service"
        before = len(bed.starts(unit))
        bed.control(tunnel=index, status="down")
        exec_time = wait_until(lambda: bed.starts(unit)[before:], f"a start of {unit}", bed.prober)[0]
        samples.append(exec_time - int(bed.control(told=index)))
        bed.control(tunnel=index, status="healthy")
    bed.stop_daemons()
    return samples


def all_at_once(bed, tunnels, accounts):
    """Every tunnel fails in the same round: until the last unit was started, 16 at a time."""
    bed.serve(tunnels, accounts)
    bed.configure(tunnels, accounts, failure_threshold=1, check_interval=3, cooldown=3600)
    bed.start_daemons()
    wait_until(lambda: bed.control(told=tunnels - 1) != "0", "the prober asks about the last account",
               bed.prober)
    log = bed.path("systemctl/starts.log")
    known = len(words_of_lines(log))
    bed.control(all="down")
    begin, used = time.monotonic_ns(), cpu(bed.supervisor)
    wait_until(lambda: len(words_of_lines(log)) >= known + tunnels, f"{tunnels} starts", bed.supervisor, 600)
    spent = cpu(bed.supervisor) - used
    calls = words_of_lines(log)[known:]
    bed.stop_daemons()
    if len({unit for _, unit in calls}) != tunnels or len(calls) != tunnels:
        raise SystemExit(f"tests/benchmark/run: {len(calls)} starts of {tunnels} units, each was due once")
    return {"seconds": round((int(calls[-1][0]) - begin) / 1e9, 2),
            "supervisor_cpu_us_per_start": round(spent / tunnels / 1000, 1)}


def summarize(times):
    times = sorted(time_ns / 1e6 for time_ns in times)
    return {"failovers": len(times), "best_ms": round(times[0], 3),
            "median_ms": round(statistics.median(times), 3),
            "p90_ms": round(times[int(len(times) * 0.9)], 3),
            "p99_ms": round(times[min(len(times) - 1, int(len(times) * 0.99))], 3),
            "worst_ms": round(times[-1], 3), "all_ms": [round(value, 3) for value in times]}


def measure(bed, quick):
    result = {way: summarize(times) for way, times in ways(bed, 3 if quick else 100).items()}
    disk, tmpfs, script = (result[way]["median_ms"] for way in WAYS)
    return {"ways": result, "fdatasync_ms": round(disk - tmpfs, 3),
            "script_to_disk": round(script / disk, 2), "script_to_tmpfs": round(script / tmpfs, 2),
            "among_10000": summarize(among(bed, 10000, 100, 3 if quick else 40)),
            "all_at_once": all_at_once(bed, 1000 if quick else 10000, 100)}
