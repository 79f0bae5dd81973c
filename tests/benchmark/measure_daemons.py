"""The two daemons at work: wall time and CPU of a cycle, memory, processor share, reports a second.

A relay between the two (relay.py) sees when a round begins, by the report that tells the gateway's
answer, and when the last tunnel's news passes.
"""
import os
import socket
import statistics
import struct
import sys
import threading
import time

from bed import HERE, NOBODY, cpu, resident_mb, tunnel_id, wait_until

sys.path.insert(0, os.path.join(HERE, "..", "system"))
import wire  # noqa: E402  proto/health.proto by hand


class Packets:
    """What the relay recorded: rounds, each with its begin and the news of every tunnel."""

    def __init__(self, path):
        self.path = path
        self.at = 0

    def skip(self):
        self.at = os.path.getsize(self.path) if os.path.exists(self.path) else 0

    def rounds(self, tunnels):
        """[(begin, end)] in nanoseconds of the rounds since skip() that brought news of each tunnel."""
        with open(self.path, "rb") as file:
            file.seek(self.at)
            data = file.read()
        found, begin, news, at = [], None, 0, 0
        while at + 12 <= len(data):
            now, size = struct.unpack_from("<QI", data, at)
            packet = data[at + 12:at + 12 + size]
            at += 12 + size
            count = len(wire.fields(packet).get(6, []))
            if count == 0:
                begin, news = now, 0
            news += count
            if begin is not None and news == tunnels and count > 0:
                found.append((begin, now))
                begin = None
        return found


def settle(bed, packets, tunnels, rounds, interval):
    """Waits for so many whole rounds from now on; returns them."""
    packets.skip()
    begin = time.monotonic()
    while len(found := packets.rounds(tunnels)) < rounds:
        for child in (bed.prober, bed.supervisor):
            if child.poll() is not None:
                raise SystemExit(f"tests/benchmark/run: {child.args[0]} ended, status {child.returncode}")
        if time.monotonic() - begin > 30 + 4 * rounds * interval:
            raise SystemExit(f"tests/benchmark/run: {len(found)} of {rounds} rounds of {tunnels} tunnels")
        time.sleep(interval / 4)
    return found


def start(bed, tunnels, accounts, relay=True, **settings):
    bed.serve(tunnels, accounts)
    bed.configure(tunnels, accounts, **settings)
    bed.start_daemons(relay=relay)
    packets = Packets(bed.path("relay/packets"))
    wait_until(lambda: not relay or os.path.exists(packets.path), "the prober reports", bed.prober)
    return packets


def cycles(bed, sizes, delays, quick):
    """A cycle of the daemons with all tunnels in one account, and their memory."""
    result, memory = {}, {}
    for size in sizes:
        interval = 1 if size <= 1000 else 5  # 10 pages every 3 s are more than one budget allows
        packets = start(bed, size, 1, check_interval=interval)
        settle(bed, packets, size, 2, interval)
        for delay in delays:
            bed.control(delay=delay)
            settle(bed, packets, size, 1, interval)
            used = cpu(bed.prober), cpu(bed.supervisor)
            found = settle(bed, packets, size, 3 if quick else 7 if size <= 1000 else 5, interval)
            spent = [cpu(child) - before for child, before in zip((bed.prober, bed.supervisor), used)]
            result[f"{size}/{delay}"] = {
                "wall_ms": round(statistics.median(end - begin for begin, end in found) / 1e6, 2),
                "prober_cpu_ms": round(spent[0] / len(found) / 1e6, 2),
                "supervisor_cpu_ms": round(spent[1] / len(found) / 1e6, 2)}
        memory[str(size)] = {"prober_mb": resident_mb(bed.prober),
                             "supervisor_mb": resident_mb(bed.supervisor)}
    bed.stop_daemons()
    return result, memory


def share(bed, tunnels, accounts, seconds):
    """Processor share of both at check_interval 3 s, percent of one core, and their memory."""
    start(bed, tunnels, accounts, relay=False, check_interval=3)
    time.sleep(9)  # two rounds: connections and heap are what they will be
    children = bed.prober, bed.supervisor
    before, begin = [cpu(child) for child in children], time.monotonic()
    time.sleep(seconds)
    wall = time.monotonic() - begin
    shares = [round(100 * (cpu(child) - used) / 1e9 / wall, 4) for child, used in zip(children, before)]
    memory = [resident_mb(child) for child in children]
    bed.stop_daemons()
    return {"prober_percent": shares[0], "supervisor_percent": shares[1],
            "both_percent": round(sum(shares), 4), "prober_mb": memory[0], "supervisor_mb": memory[1]}


def gateway(bed, seconds):
    """CPU of a round that only pings: probe, report, acknowledgement. The API refuses the token."""
    bed.serve(1, 1)
    bed.control(tunnel=0, status="unauthorized")
    bed.configure(1)
    bed.start_daemons(relay=True)
    packets = Packets(bed.path("relay/packets"))
    wait_until(lambda: os.path.exists(packets.path) and packets.rounds(1), "the refusal is reported")
    packets.skip()
    used, begin = cpu(bed.prober), time.monotonic()
    time.sleep(seconds)
    spent, wall = cpu(bed.prober) - used, time.monotonic() - begin
    bed.stop_daemons()
    return {"probe_us": round(spent / 1000 / wall, 1), "percent": round(spent / 1e7 / wall, 4)}


def send_reports(bed, packets):
    """(seconds, CPU seconds of the supervisor) from the first report to the last acknowledgement."""
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        peer.connect(bed.path("run/report.sock"))
    finally:
        os.seteuid(0)
        os.setegid(0)
    ended = threading.Event()

    def acknowledged():
        while packet := peer.recv(65536):
            if wire.fields(packet)[1][0] == len(packets):
                ended.set()
                return

    reader = threading.Thread(target=acknowledged, daemon=True)
    reader.start()
    used, begin = cpu(bed.supervisor), time.monotonic()
    for packet in packets:
        peer.sendall(packet)
    if not ended.wait(60):
        raise SystemExit("tests/benchmark/run: the last report was not acknowledged within 60 s")
    result = time.monotonic() - begin, (cpu(bed.supervisor) - used) / 1e9
    peer.close()
    return result


def reports(bed, quick):
    """Reports through the supervisor alone, one tunnel in each and 128."""
    tunnels, result = 1280, {}
    bed.serve(1, 1)
    bed.configure(tunnels)
    bed.start_daemons()
    bed.stop(bed.prober)
    bed.prober = None
    for name, each, count in (("of_1", 1, 2000 if quick else 20000), ("of_128", 128, 100 if quick else 1000)):
        packets = [wire.report(number + 1, count, [
            wire.tunnel(tunnel_id((number * each + i) % tunnels), number + 1, wire.HEALTHY)
            for i in range(each)]) for number in range(count)]
        wall, used = send_reports(bed, packets)
        result[name] = {"reports_per_second": round(count / wall), "cpu_us": round(used / count * 1e6, 2)}
    bed.stop_daemons()
    return result


def measure(bed, quick):
    sizes, delays = ((10, 1000), (0, 100)) if quick else ((1, 10, 100, 1000, 10000), (0, 50, 100))
    cycle, memory = cycles(bed, sizes, delays, quick)
    seconds = 9 if quick else 60
    return {"cycle": cycle, "memory": memory,
            "share_10": share(bed, 10, 1, seconds), "share_10_alone": share(bed, 10, 10, seconds),
            "share_10000": share(bed, 10000, 100, 12 if quick else 30),
            "gateway": gateway(bed, 10 if quick else 25), "reports": reports(bed, quick)}
