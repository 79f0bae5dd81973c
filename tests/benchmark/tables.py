"""The benchmark's result as text: what was to be reached, and the ways side by side."""


def _get(result, *path):
    for key in path:
        if not isinstance(result, dict) or key not in result:
            return None
        result = result[key]
    return result


# (figure, unit, at most, where it stands in the result)
GOALS = (
    ("CPU a tunnel, single questions, HTTP/2, 10 tunnels, back to back", "us", 60,
     ("client", "question", "single_http2_us")),
    ("the same at the pace of 3 s", "us", 120, ("client", "question", "single_http2_pace_us")),
    ("the same over HTTP/1.1, back to back", "us", None, ("client", "question", "single_http1_us")),
    ("the same over HTTP/1.1, at the pace of 3 s", "us", None, ("client", "question", "single_http1_pace_us")),
    ("CPU a tunnel, list of 1,000, compressed, back to back", "us", 5,
     ("client", "question", "list_1000_us")),
    ("the same at the pace of 3 s", "us", None, ("client", "question", "list_1000_pace_us")),
    ("CPU of a new TLS connection and its question", "ms", 2, ("client", "connection", "new_ms")),
    ("the first one, which reads the system's bundle", "ms", None, ("client", "connection", "first_ms")),
    ("a cycle, 1,000 tunnels of one account, 100 ms added", "ms", 120,
     ("daemons", "cycle", "1000/100", "wall_ms")),
    ("processor share, 10 tunnels of one account every 3 s, both", "%", 0.1,
     ("daemons", "share_10", "both_percent")),
    ("the same, each in an account of its own", "%", 0.1, ("daemons", "share_10_alone", "both_percent")),
    ("processor share, 10,000 tunnels in 100 accounts every 3 s, prober", "%", None,
     ("daemons", "share_10000", "prober_percent")),
    ("the same, supervisor", "%", None, ("daemons", "share_10000", "supervisor_percent")),
    ("resident memory, 10 tunnels, prober", "MB", 18, ("daemons", "share_10", "prober_mb")),
    ("the same, supervisor", "MB", 7, ("daemons", "share_10", "supervisor_mb")),
    ("resident memory, 10,000 tunnels in 100 accounts, prober", "MB", 48,
     ("daemons", "share_10000", "prober_mb")),
    ("the same, supervisor", "MB", 16, ("daemons", "share_10000", "supervisor_mb")),
    ("CPU of a gateway probe and its report, prober", "us", None, ("daemons", "gateway", "probe_us")),
    ("reports a second through the supervisor, one tunnel in each", "/s", None,
     ("daemons", "reports", "of_1", "reports_per_second")),
    ("the same, 128 tunnels in each", "/s", None, ("daemons", "reports", "of_128", "reports_per_second")),
    ("answer's last byte to exec of systemctl, log on a tmpfs, median", "ms", 1,
     ("failover", "ways", "tmpfs", "median_ms")),
    ("the same, 99th percentile", "ms", 3, ("failover", "ways", "tmpfs", "p99_ms")),
    ("the same, log on the disk, median", "ms", 1, ("failover", "ways", "disk", "median_ms")),
    ("the same, log on the disk, 99th percentile", "ms", 3, ("failover", "ways", "disk", "p99_ms")),
    ("the same with 10,000 tunnels in the cycle, median", "ms", 20,
     ("failover", "among_10000", "median_ms")),
    ("10,000 tunnels that fail at once: until the last unit is started", "s", None,
     ("failover", "all_at_once", "seconds")),
    ("the same, CPU of the supervisor for each start", "us", None,
     ("failover", "all_at_once", "supervisor_cpu_us_per_start")),
)


def goals(result):
    """[{figure, unit, goal, measured, reached}] of what was measured."""
    rows = []
    for figure, unit, goal, path in GOALS:
        measured = _get(result, *path)
        if measured is None:
            continue
        rows.append({"figure": figure, "unit": unit, "goal": goal, "measured": measured,
                     "reached": None if goal is None else measured <= goal})
    return rows


def print_goals(rows):
    print(f"{'figure':70}{'goal':>10}{'measured':>14}")
    for row in rows:
        goal = "" if row["goal"] is None else f"{row['goal']:g} {row['unit']}"
        missed = "  not reached" if row["reached"] is False else ""
        print(f"{row['figure']:70}{goal:>10}{row['measured']:>11g} {row['unit']:2}{missed}")


def print_side_by_side(client):
    """A cycle of single questions: our client, curl, blackbox_exporter, and the ratios to ours."""
    print("\nOne question a tunnel, milliseconds a cycle (and times ours)")
    print(f"{'tunnels/added ms':18}{'':6}{'ours':>10}{'curl':>20}{'blackbox_exporter':>22}")
    for key, ours in client["singly"].items():
        for column, title in (("wall_ms", "wall"), ("cpu_ms", "CPU")):
            cells = ""
            for way, width in (("curl", 12), ("blackbox", 14)):
                other = client["others"][way][key][column]
                cells += f"{other:>{width}.1f}{f'x{other / ours[column]:.0f}':>8}"
            print(f"{key:18}{title:6}{ours[column]:>10.2f}{cells}")


def print_cycles(daemons):
    print("\nA cycle of the daemons, all tunnels in one account: wall time, CPU of both, milliseconds")
    print(f"{'tunnels/added ms':18}{'wall':>10}{'prober':>10}{'supervisor':>12}")
    for key, row in daemons["cycle"].items():
        print(f"{key:18}{row['wall_ms']:>10.2f}{row['prober_cpu_ms']:>10.2f}{row['supervisor_cpu_ms']:>12.2f}")
    print("\nResident memory, MB")
    print(f"{'tunnels':18}{'prober':>10}{'supervisor':>12}")
    for key, row in daemons["memory"].items():
        print(f"{key:18}{row['prober_mb']:>10.1f}{row['supervisor_mb']:>12.1f}")
    row = daemons["share_10000"]
    print(f"{'10000 in 100':18}{row['prober_mb']:>10.1f}{row['supervisor_mb']:>12.1f}")


def print_failovers(failover, disk):
    titles = {"disk": f"daemons, audit log on disk ({disk})", "tmpfs": "daemons, audit log on a tmpfs",
              "script": "script: json, logging, subprocess.run"}
    rows = {**{titles[way]: row for way, row in failover["ways"].items()},
            "10,000 tunnels in the cycle, tmpfs": failover["among_10000"]}
    print("\nLast byte of the API's answer to the exec of systemctl, milliseconds")
    print(f"{'':40}{'failovers':>10}{'best':>9}{'median':>9}{'90 %':>9}{'99 %':>9}{'worst':>9}")
    for title, row in rows.items():
        print(f"{title:40}{row['failovers']:>10}" + "".join(
            f"{row[column]:>9.3f}" for column in ("best_ms", "median_ms", "p90_ms", "p99_ms", "worst_ms")))
    print(f"The fdatasync's part of the median: {failover['fdatasync_ms']:.3f} ms")
    print(f"Script / daemons: {failover['script_to_disk']:.2f} (log on disk), "
          f"{failover['script_to_tmpfs']:.2f} (log on a tmpfs; the script never syncs its own)")


def print_all(result, disk):
    print_goals(result["goals"])
    if "client" in result:
        print_side_by_side(result["client"])
    if "daemons" in result:
        print_cycles(result["daemons"])
    if "failover" in result:
        print_failovers(result["failover"], disk)
    load = result["host"]["load_before_and_after"]
    print(f"\nLoad of the {result['host']['cpus']} processors: {load[0]} before, {load[1]} after")
