"""Stands between the two daemons and records when each report passes: relay.py LISTEN CONNECT FILE.

Runs as the prober's user, which is the one that the supervisor accepts. FILE gets for each report
eight bytes of nanoseconds (CLOCK_MONOTONIC), four of length, and the packet; what passes the other
way is handed on and not recorded.
"""
import os
import socket
import struct
import sys
import threading
import time


def hand_on(source, sink, file):
    while packet := source.recv(65536):
        now = time.monotonic_ns()
        sink.sendall(packet)
        if file is not None:
            file.write(struct.pack("<QI", now, len(packet)) + packet)
            file.flush()
    os._exit(0)  # one of the two has gone


def main():
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(sys.argv[1])
    listener.listen(1)
    prober, _ = listener.accept()
    supervisor = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    supervisor.connect(sys.argv[2])
    threading.Thread(target=hand_on, args=(supervisor, prober, None), daemon=True).start()
    with open(sys.argv[3], "ab") as file:
        hand_on(prober, supervisor, file)


if __name__ == "__main__":
    main()
