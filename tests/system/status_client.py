"""Asks the prober's status server, over its Unix socket or by TCP inside a network namespace."""
import contextlib
import ctypes
import json
import os
import socket

CLONE_NEWNET = 0x40000000


@contextlib.contextmanager
def inside(namespace):
    """Sockets that are made in here belong to that network namespace, and stay there."""
    libc = ctypes.CDLL(None, use_errno=True)

    def enter(path):
        with open(path, encoding="ascii") as file:
            if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), f"setns {path}")

    home = f"/proc/{os.getpid()}/ns/net"
    with open(home, "rb") as before:
        enter(f"/run/netns/{namespace}")
        try:
            yield
        finally:
            if libc.setns(before.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns back")


def connect(place, namespace=None, timeout=10.0):
    """A connection: `place` is the path of a socket, or (address, port) in that namespace."""
    if isinstance(place, str):
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    else:
        with inside(namespace):
            client = socket.socket(socket.AF_INET6 if ":" in place[0] else socket.AF_INET)
    client.settimeout(timeout)
    try:
        client.connect(place)
    except OSError:
        client.close()
        raise
    return client


def exchange(client, request):
    """What comes until the other side closes."""
    parts = []
    with client:
        client.sendall(request)
        with contextlib.suppress(ConnectionResetError):
            while part := client.recv(1 << 20):
                parts.append(part)
    return b"".join(parts)


def get(place, path, namespace=None, host="localhost", method="GET", timeout=10.0):
    """(status code, headers in lower case, body) of one request."""
    request = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    answer = exchange(connect(place, namespace, timeout), request)
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    assert int(headers.get("content-length", len(body))) == len(body), "the whole answer came"
    return int(first.split()[1]), headers, body.decode()


def status(place):
    """The status as a dictionary."""
    code, headers, body = get(place, "/status")
    assert (code, headers["content-type"]) == (200, "application/json; charset=utf-8"), body
    return json.loads(body)
