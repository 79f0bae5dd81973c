"""What one question costs: the prober's HTTPS client alone, and the obvious other ways beside it.

benchmark_client asks back to back and at the pace of 3 s, over HTTP/2 and HTTP/1.1, singly and by
the list; over a new connection for each question; curl and blackbox_exporter ask for the same URLs.
"""
import concurrent.futures
import http.client
import resource
import statistics
import subprocess
import time
import urllib.parse

from bed import FRESH, HTTP1, HTTP2, TOKEN, account_id, base_url, cpu, tunnel_id, wait_until

BLACKBOX = "/usr/bin/prometheus-blackbox-exporter"
BLACKBOX_PORT = 9115
BLACKBOX_CONFIG = """
modules:
  tunnel:
    prober: http
    timeout: 10s
    http:
      authorization: {{type: Bearer, credentials: {token}}}
      preferred_ip_protocol: ip4
      tls_config: {{ca_file: {bundle}}}
      fail_if_body_not_matches_regexp: ['"status":"healthy"']
"""


def rounds(bed, port, tunnels, accounts, way, count, pace=0):
    """[(wall, CPU, requests)] of each round of benchmark_client, nanoseconds; the first one apart."""
    done = subprocess.run(
        [bed.tool("benchmark_client"), base_url(port), bed.path("bundle.pem"), str(tunnels),
         str(accounts), way, str(count + 1), str(int(pace * 1000))],
        capture_output=True, text=True, timeout=600, check=False)
    lines = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    if done.returncode != 0 or len(lines) != count + 1:
        raise SystemExit(f"tests/benchmark/run: benchmark_client failed: {done.stderr}")
    return lines[0], lines[1:]


def median_per(lines, column, units):
    """Median of a column in microseconds a tunnel."""
    return round(statistics.median(line[column] for line in lines) / units / 1000, 2)


def questions(bed, quick):
    """CPU of a question, microseconds a tunnel."""
    result = {}
    bed.serve(10, 1)
    for name, port in (("http2", HTTP2), ("http1", HTTP1)):
        _, lines = rounds(bed, port, 10, 1, "single", 300 if quick else 2000)
        result[f"single_{name}_us"] = median_per(lines, 1, 10)
        _, lines = rounds(bed, port, 10, 1, "single", 3 if quick else 15, pace=3)
        result[f"single_{name}_pace_us"] = median_per(lines, 1, 10)
    bed.serve(1000, 1)
    _, lines = rounds(bed, HTTP2, 1000, 1, "list", 30 if quick else 200)
    result["list_1000_us"] = median_per(lines, 1, 1000)
    _, lines = rounds(bed, HTTP2, 1000, 1, "list", 2 if quick else 10, pace=3)
    result["list_1000_pace_us"] = median_per(lines, 1, 1000)
    return result


def connections(bed, quick):
    """CPU of a new TLS connection and the question on it, milliseconds."""
    bed.serve(1, 1)
    count = 30 if quick else 200
    log = bed.path("connections.log")
    open(log, "w", encoding="ascii").close()
    first, lines = rounds(bed, FRESH, 1, 1, "single", count)
    wait_until(lambda: len(set(open(log, encoding="ascii"))) > count, "a connection for each question")
    return {"first_ms": round(first[1] / 1e6, 2), "new_ms": median_per(lines, 1, 1000)}


def singly(bed, sizes, delays, quick):
    """{(tunnels, delay): wall, CPU of asking one by one}, milliseconds a cycle, back to back."""
    result = {}
    for size in sizes:
        bed.serve(size, 1)
        for delay in delays:
            bed.control(delay=delay)
            _, lines = rounds(bed, HTTP2, size, 1, "single", 3 if quick else 11)
            result[f"{size}/{delay}"] = {"wall_ms": median_per(lines, 0, 1000),
                                         "cpu_ms": median_per(lines, 1, 1000)}
    bed.control(delay=0)
    return result


def url(index, each):
    return f"{base_url()}/accounts/{account_id(index // each)}/cfd_tunnel/{tunnel_id(index)}"


def children_cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (usage.ru_utime + usage.ru_stime) * 1000


def curl_cycle(bed, size):
    """(wall, CPU) in milliseconds of one curl process a tunnel, one after another."""
    begin, used = time.monotonic(), children_cpu()
    for index in range(size):
        done = subprocess.run(
            ["/usr/bin/curl", "--silent", "--fail", "--compressed", "--cacert", bed.path("bundle.pem"),
             "--header", f"Authorization: Bearer {TOKEN}", url(index, size)],
            capture_output=True, timeout=60, check=False)
        if done.returncode != 0 or b'"status":"healthy"' not in done.stdout:
            raise SystemExit(f"tests/benchmark/run: curl: status {done.returncode}")
    return (time.monotonic() - begin) * 1000, children_cpu() - used


def blackbox_probe(index, size):
    connection = http.client.HTTPConnection("127.0.0.1", BLACKBOX_PORT, timeout=30)
    query = urllib.parse.urlencode({"module": "tunnel", "target": url(index, size)})
    connection.request("GET", "/probe?" + query)
    text = connection.getresponse().read()
    connection.close()
    if b"\nprobe_success 1\n" not in text:
        raise SystemExit(f"tests/benchmark/run: blackbox_exporter: {text.decode()}")


def blackbox_cycle(exporter, size):
    """(wall, CPU) in milliseconds; all tunnels at once, as Prometheus would scrape them."""
    begin, used = time.monotonic(), cpu(exporter)
    with concurrent.futures.ThreadPoolExecutor(min(size, 100)) as pool:
        list(pool.map(lambda index: blackbox_probe(index, size), range(size)))
    return (time.monotonic() - begin) * 1000, (cpu(exporter) - used) / 1e6


def start_blackbox(bed):
    with open(bed.path("blackbox.yml"), "w", encoding="ascii") as file:
        file.write(BLACKBOX_CONFIG.format(token=TOKEN, bundle=bed.path("bundle.pem")))
    exporter = bed.start("blackbox", [BLACKBOX, "--config.file=" + bed.path("blackbox.yml"),
                                      f"--web.listen-address=127.0.0.1:{BLACKBOX_PORT}"])

    def listens():
        try:
            blackbox_probe(0, 1)
        except OSError:
            return False
        return True

    bed.serve(1, 1)
    wait_until(listens, "blackbox_exporter listens", exporter)
    return exporter


def others(bed, sizes, delays, quick):
    """The same cycles by curl and by blackbox_exporter, {"size/delay": {"way": (wall, CPU) in ms}}."""
    result = {"curl": {}, "blackbox": {}}
    exporter = start_blackbox(bed)
    for size in sizes:
        bed.serve(size, 1)
        for delay in delays:
            bed.control(delay=delay)
            for way, cycle in (("curl", lambda: curl_cycle(bed, size)),
                               ("blackbox", lambda: blackbox_cycle(exporter, size))):
                runs = [cycle() for _ in range(1 if quick or size > 10 else 3)]
                wall, used = (round(statistics.median(column), 2) for column in zip(*runs))
                result[way][f"{size}/{delay}"] = {"wall_ms": wall, "cpu_ms": used}
    bed.control(delay=0)
    bed.stop(exporter)
    return result


def measure(bed, quick):
    sizes, delays = ((1, 10), (0, 100)) if quick else ((1, 10, 100), (0, 50, 100))
    return {"question": questions(bed, quick), "connection": connections(bed, quick),
            "singly": singly(bed, sizes, delays, quick), "others": others(bed, sizes, delays, quick)}
