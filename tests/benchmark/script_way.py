"""The obvious way to do the same work, for comparison: one process that asks, judges and starts.

Like the script that people run: each tunnel in turn, every second, whatever is not healthy is
started with subprocess.run, `logging` writes the log. Kinder to it in one thing, which is outside
what is measured: it keeps its connection alive.
"""
import argparse
import http.client
import json
import logging
import ssl
import subprocess
import time


def main():
    parser = argparse.ArgumentParser()
    for name in ("--port", "--ca", "--account", "--token", "--systemctl", "--log"):
        parser.add_argument(name, required=True)
    parser.add_argument("--tunnel", action="append", help="TUNNEL:UNIT")
    options = parser.parse_args()
    logging.basicConfig(filename=options.log, level=logging.INFO,
                        format="%(asctime)s [%(levelname)s] %(message)s")
    tls = ssl.create_default_context(cafile=options.ca)
    connection = http.client.HTTPSConnection("127.0.0.1", int(options.port), timeout=10, context=tls)
    while True:
        for entry in options.tunnel:
            tunnel, unit = entry.split(":")
            connection.request("GET", f"/client/v4/accounts/{options.account}/cfd_tunnel/{tunnel}",
                               headers={"Authorization": f"Bearer {options.token}"})
            status = json.loads(connection.getresponse().read())["result"]["status"]
            logging.info("Tunnel %s status: %s", tunnel, status)
            if status != "healthy":
                logging.error("Tunnel %s is %s. Starting local service %s", tunnel, status, unit)
                subprocess.run([options.systemctl, "start", unit], check=False, capture_output=True)
        time.sleep(1)


if __name__ == "__main__":
    main()
