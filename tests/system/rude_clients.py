#!/usr/bin/python3
"""Many slow and rude clients of a status server, until SIGTERM; each comes back when it was thrown out.

usage: rude_clients.py SOCKET ADDRESS PORT COUNT
Prints "running" when all have connected once, and in the end how often each kind connected, and how
many of those that would have gone on for ever the server has ended.
"""
import collections
import itertools
import signal
import socket
import struct
import sys
import threading
import time

GET = b"GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n"
ended = threading.Event()
connected = collections.Counter()
came = set()  # numbers of the clients that have connected
thrown_out = []


def drain(client):
    while client.recv(65536):
        pass


def header_drop_by_drop(client):
    for byte in itertools.cycle(b"GET /status HTTP/1.1\r\nX-Long: aaaaaaaaaaaaaaaa"[:30] + b"a" * 5000):
        client.send(bytes((byte,)))
        time.sleep(0.2)


def half_open(client):
    client.recv(1)


def never_reading(client):
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.sendall(GET.replace(b"status", b"metrics"))
    while not ended.wait(1):
        client.send(b"x")  # fails when it is thrown out


def pipelining(client):
    client.sendall(GET * 50)
    drain(client)
    time.sleep(0.2)


def huge_header(client):
    client.sendall(b"GET / HTTP/1.1\r\n")
    while True:
        client.sendall(b"X: " + b"y" * 100000 + b"\r\n")


def post(client):
    client.sendall(b"POST /status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n" + b"z" * 1000)
    drain(client)
    time.sleep(0.2)


def endless_body(client):
    client.sendall(b"POST /status HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        client.sendall(b"1\r\nz\r\n")
        time.sleep(0.1)


def bad_host(client):
    client.sendall(GET.replace(b"localhost", b"evil.example"))
    drain(client)
    time.sleep(0.2)


def resetting(client):
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.sendall(GET)
    time.sleep(0.01)


KINDS = (header_drop_by_drop, half_open, never_reading, pipelining, huge_header, post, endless_body,
         bad_host, resetting)
ENDLESS = (header_drop_by_drop, half_open, never_reading, endless_body)


def run(kind, places, number):
    while not ended.is_set():
        place = places[number % len(places)]
        family = socket.AF_UNIX if isinstance(place, str) else socket.AF_INET
        try:
            with socket.socket(family, socket.SOCK_STREAM) as client:
                client.settimeout(20)
                client.connect(place)
                connected[kind.__name__] += 1
                came.add(number)
                kind(client)
        except TimeoutError:
            continue
        except OSError:
            pass
        if kind in ENDLESS and not ended.is_set():
            thrown_out.append(number)
        ended.wait(0.05)


def main():
    path, address, port, count = sys.argv[1:]
    places = (path, (address, int(port)))
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    # Their own: what blocks them ends with the process.
    for number in range(int(count)):
        kind = KINDS[number // len(places) % len(KINDS)]
        threading.Thread(target=run, args=(kind, places, number), daemon=True).start()
    while len(came) < int(count) and not ended.wait(0.1):
        pass
    print("running", flush=True)
    while not ended.wait(1):
        pass
    print(f"{dict(connected)}\n{len(thrown_out)}", flush=True)


if __name__ == "__main__":
    main()
